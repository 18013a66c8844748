"""What can be read of affiliations, and by whom."""

from uuid import UUID

from sqlalchemy import Date, and_, select

from services.contracts.base import CalendarDate
from services.contracts.members.affiliation import Affiliation
from services.kit.drift import stale
from services.kit.filters import any_of, between, created_and_updated, flag, where
from services.kit.person_copies import kept_from_abroad
from services.kit.reading import CALLER_ORGANISATION, EVERY_ROW, OFFICE_TODAY, Resource, Rule, Sort
from services.members.features.organisations.queries import SUMMARY as ORGANISATION
from services.members.features.persons.queries import SUMMARY as PERSON
from services.members.features.transfer import not_agreed
from services.members.tables.affiliation import AffiliationRow, lasting_on, main_on
from services.members.tables.organisation import OrganisationRow
from services.members.tables.person import PersonRow

# As with persons: who has left a partner's organisation is no longer the partner's to see.
OF_OWN_ORGANISATION = Rule(
    "partner",
    lambda caller: caller.kind == "partner",
    and_(AffiliationRow.organisation_id == CALLER_ORGANISATION, lasting_on(OFFICE_TODAY)),
)

affiliations = Resource(
    name="affiliation",
    path="/v1/affiliations",
    model=Affiliation,
    row=AffiliationRow,
    staff_only_fields=frozenset({"stale_texts"}),
    filters={
        "person_id": any_of(AffiliationRow.person_id, UUID, "Of any of these persons.", identifies=True),
        "organisation_id": any_of(AffiliationRow.organisation_id, UUID, "In any of these organisations."),
        "primary": flag(AffiliationRow.primary, "Whether it is the main role."),
        "primary_on": where(
            CalendarDate,
            Date(),
            main_on,
            "The main role of each person on this day: the one that is marked `primary`, or where none held on it is, "
            "the one that began first.",
        ),
        "current_on": where(CalendarDate, Date(), lasting_on, "Held on this day."),
        **between("starts_on", AffiliationRow.starts_on, CalendarDate),
        **between("ends_on", AffiliationRow.ends_on, CalendarDate),
        "stale": stale(AffiliationRow),
        **created_and_updated(AffiliationRow),
    },
    facets=("organisation_id", "primary", "stale"),
    sorts={
        "starts_on": Sort(AffiliationRow.starts_on, nullable=True),
        "ends_on": Sort(AffiliationRow.ends_on, nullable=True),
        "created_at": Sort(AffiliationRow.created_at),
        "updated_at": Sort(AffiliationRow.updated_at),
    },
    expandable={
        "person": select(PERSON).where(PersonRow.id == AffiliationRow.person_id).scalar_subquery(),
        "organisation": select(ORGANISATION)
        .where(OrganisationRow.id == AffiliationRow.organisation_id)
        .scalar_subquery(),
    },
    rules=(OF_OWN_ORGANISATION, EVERY_ROW),
    leaves_out=(kept_from_abroad(not_agreed(AffiliationRow.person_id)),),
)
