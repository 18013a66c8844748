"""What can be read of relations between organisations, and by whom."""

from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Date, Uuid, and_, any_, or_, select

from services.contracts.base import CalendarDate
from services.contracts.members.organisation_relation import OrganisationRelation, RelationKind
from services.kit.filters import Filter, any_of, between, created_and_updated, where
from services.kit.reading import CALLER_ORGANISATION, EVERY_ROW, Resource, Rule, Sort
from services.members.features.organisations.queries import SUMMARY
from services.members.tables.organisation import OrganisationRow
from services.members.tables.organisation_relation import OrganisationRelationRow as Row

OF_OWN_ORGANISATION = Rule(
    "partner",
    lambda caller: caller.kind == "partner",
    or_(Row.from_id == CALLER_ORGANISATION, Row.to_id == CALLER_ORGANISATION),
)


def _embedded(id: Any) -> Any:
    """One of the two, where the caller may see it on its own."""
    return (
        select(SUMMARY)
        .where(OrganisationRow.id == id, or_(CALLER_ORGANISATION.is_(None), OrganisationRow.id == CALLER_ORGANISATION))
        .scalar_subquery()
    )


def _lasting_on(day: Any) -> Any:
    return and_(or_(Row.starts_on.is_(None), Row.starts_on <= day), or_(Row.ends_on.is_(None), Row.ends_on >= day))


organisation_relations = Resource(
    name="organisation relation",
    path="/v1/organisation-relations",
    model=OrganisationRelation,
    row=Row,
    staff_only_fields=frozenset({"note"}),
    filters={
        "organisation_id": Filter(
            UUID,
            lambda value: or_(Row.from_id == any_(value), Row.to_id == any_(value)),
            ARRAY(Uuid()),
            "Any of these organisations is one of the two.",
            many=True,
        ),
        "from_id": any_of(Row.from_id, UUID, "From any of these organisations."),
        "to_id": any_of(Row.to_id, UUID, "To any of these organisations."),
        "kind": any_of(Row.kind, RelationKind, "Any of these kinds."),
        "current_on": where(CalendarDate, Date(), _lasting_on, "Lasts on this day."),
        **between("starts_on", Row.starts_on, CalendarDate),
        **between("ends_on", Row.ends_on, CalendarDate),
        **created_and_updated(Row),
    },
    facets=("kind",),
    sorts={
        "kind": Sort(Row.kind),
        "starts_on": Sort(Row.starts_on, nullable=True),
        "ends_on": Sort(Row.ends_on, nullable=True),
        "created_at": Sort(Row.created_at),
        "updated_at": Sort(Row.updated_at),
    },
    expandable={"from_organisation": _embedded(Row.from_id), "to_organisation": _embedded(Row.to_id)},
    rules=(OF_OWN_ORGANISATION, EVERY_ROW),
)
