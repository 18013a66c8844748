"""What can be read of organisations, and by whom."""

from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Date, Text, Uuid, and_, cast, func, or_, select

from services.contracts.base import CalendarDate, Tag
from services.contracts.codes import CountryCode
from services.contracts.members.organisation import Organisation, OrganisationKind
from services.kit.custom.declared import Custom
from services.kit.drift import stale
from services.kit.filters import any_of, created_and_updated, overlaps, where, yes_or_no
from services.kit.reading import CALLER_ORGANISATION, CALLER_SUBJECT, EVERY_ROW, OFFICE_TODAY, Resource, Rule, Sort
from services.members.features.organisations.cards import CARDS
from services.members.features.references import REFERENCES
from services.members.features.segments.filter import segment_filter
from services.members.tables.custom_field import CustomFieldRow, OrganisationCustomValueRow
from services.members.tables.membership import MembershipRow
from services.members.tables.organisation import OrganisationIdentifierRow, OrganisationRow
from services.members.tables.status import StatusOn

OWN_ORGANISATION = Rule("partner", lambda caller: caller.kind == "partner", OrganisationRow.id == CALLER_ORGANISATION)

SUMMARY = func.jsonb_build_object(
    "id", OrganisationRow.id,
    "names", OrganisationRow.names,
    "kind", OrganisationRow.kind,
    "country", OrganisationRow.country,
    "status", OrganisationRow.status,
)  # fmt: skip
"""An organisation as other records embed it."""

OFFICE_ONLY = frozenset({"contact_cadence_days", "key_member", "stale_texts"})
"""What the office notes of a member for itself."""

# Dates within JSON are texts of one form, which sort as the dates do.
_TODAY = cast(OFFICE_TODAY, Text)
_FROM, _TO = OrganisationRow.key_member["starts_on"].astext, OrganisationRow.key_member["ends_on"].astext
_IS_KEY_MEMBER = and_(OrganisationRow.key_member.is_not(None), _FROM <= _TODAY, or_(_TO.is_(None), _TO >= _TODAY))
_CALLER = cast(func.substring(CALLER_SUBJECT, "^user:([0-9a-f-]{36})$"), Uuid)

_HOLDER = select(OrganisationIdentifierRow.organisation_id)


def _members_on(day: Any) -> Any:
    status = StatusOn.of(cast(day, Date))
    return status.joined(select(MembershipRow.organisation_id)).where(status.counts)


organisations = Resource(
    name="organisation",
    path="/v1/organisations",
    model=Organisation,
    row=OrganisationRow,
    custom=Custom(
        service="members",
        resource="organisation",
        row=OrganisationRow,
        fields=CustomFieldRow,
        values=OrganisationCustomValueRow,
        reads="members:read",
        references=REFERENCES,
    ),
    staff_only_fields=OFFICE_ONLY,
    filters={
        "kind": any_of(OrganisationRow.kind, OrganisationKind, "Any of these kinds."),
        "country": any_of(OrganisationRow.country, CountryCode, "Any of these countries."),
        "subdivision": any_of(OrganisationRow.subdivision, str, "In any of these, as ISO 3166-2 writes them."),
        "city": any_of(OrganisationRow.city, str, "Any of these cities, as written."),
        "tag": overlaps(OrganisationRow.tags, Tag, "Has any of these tags."),
        "status": any_of(OrganisationRow.status, Literal["active", "archived", "merged"], "Any of these states."),
        "identifier": where(
            str,
            Text(),
            lambda value: OrganisationRow.id.in_(
                _HOLDER.where(
                    OrganisationIdentifierRow.scheme == func.split_part(value, ":", 1),
                    OrganisationIdentifierRow.value == func.substr(value, func.strpos(value, ":") + 1),
                )
            ),
            "Holds this identifier, written `scheme:value`.",
        ),
        "parent_id": any_of(OrganisationRow.parent_id, UUID, "Is a branch of any of these head offices."),
        "officer_id": any_of(OrganisationRow.officer_id, UUID, "Looked after by any of these users."),
        "mine": yes_or_no(OrganisationRow.officer_id == _CALLER, "Looked after by the user who asks."),
        "key_member": yes_or_no(_IS_KEY_MEMBER, "Is designated a key member today.", staff_only=True),
        "stale": stale(OrganisationRow),
        "member_on": where(
            CalendarDate,
            Date(),
            lambda value: OrganisationRow.id.in_(_members_on(value)),
            "Is a member (active or in grace) on this day.",
        ),
        "segment": segment_filter("organisations"),
        **created_and_updated(OrganisationRow),
    },
    facets=(
        "kind",
        "country",
        "subdivision",
        "city",
        "tag",
        "status",
        "parent_id",
        "officer_id",
        "mine",
        "key_member",
        "stale",
    ),
    sorts={
        "name": Sort(OrganisationRow.sort_name),
        "country": Sort(OrganisationRow.country, nullable=True),
        "kind": Sort(OrganisationRow.kind),
        "created_at": Sort(OrganisationRow.created_at),
        "updated_at": Sort(OrganisationRow.updated_at),
    },
    search=OrganisationRow.search,
    merged_into=OrganisationRow.merged_into,
    cards=CARDS,
    rules=(OWN_ORGANISATION, EVERY_ROW),
)
