"""What can be read of persons, and by whom."""

from typing import Any, Literal
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Text,
    Uuid,
    any_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from services.contracts.base import CalendarDate, Email, Language, Tag
from services.contracts.codes import CountryCode
from services.contracts.members.person import Person
from services.contracts.members.purpose import PurposeKey
from services.kit.custom.declared import Custom
from services.kit.drift import stale
from services.kit.filters import Column, Filter, any_of, between, created_and_updated, overlaps, where
from services.kit.person_copies import kept_from_abroad
from services.kit.reading import CALLER_ORGANISATION, OFFICE_TODAY, Parameter, Resource, Rule, Sort
from services.members.features.organisations.queries import SUMMARY as ORGANISATION
from services.members.features.persons.cards import CARDS
from services.members.features.references import REFERENCES
from services.members.features.segments.filter import segment_filter
from services.members.features.transfer import not_agreed
from services.members.tables.affiliation import AffiliationRow, lasting_on
from services.members.tables.consent import ConsentStateRow, has_agreed
from services.members.tables.custom_field import CustomFieldRow, PersonCustomValueRow
from services.members.tables.organisation import OrganisationRow
from services.members.tables.person import SENSITIVE, PersonIdentifierRow, PersonRow

SENSITIVE_SCOPE = "persons:sensitive"

_HELD_TODAY = select(AffiliationRow.person_id).where(lasting_on(OFFICE_TODAY))

OF_OWN_ORGANISATION = Rule(
    "partner",
    lambda caller: caller.kind == "partner",
    PersonRow.id.in_(_HELD_TODAY.where(AffiliationRow.organisation_id == CALLER_ORGANISATION)),
)

SUMMARY = func.jsonb_build_object(
    "id", PersonRow.id,
    "names", PersonRow.names,
    "country", PersonRow.country,
)  # fmt: skip
"""A person as other records embed one."""

_ROLE = func.jsonb_build_object(
    "id", AffiliationRow.id,
    "organisation", ORGANISATION,
    "role", AffiliationRow.role,
    "starts_on", AffiliationRow.starts_on,
    "ends_on", AffiliationRow.ends_on,
    "primary", AffiliationRow.primary,
)  # fmt: skip
# A partner sees a person's roles in its own organisation, as in the list of affiliations.
_ROLES = (
    select(
        func.coalesce(
            func.jsonb_agg(aggregate_order_by(_ROLE, AffiliationRow.primary.desc(), AffiliationRow.id)),
            literal_column("'[]'::jsonb", JSONB),
        )
    )
    .join(OrganisationRow, OrganisationRow.id == AffiliationRow.organisation_id)
    .where(
        AffiliationRow.person_id == PersonRow.id,
        lasting_on(OFFICE_TODAY),
        or_(CALLER_ORGANISATION.is_(None), AffiliationRow.organisation_id == CALLER_ORGANISATION),
    )
    .correlate(PersonRow)
    .scalar_subquery()
)
CONSENTS = (
    select(
        func.coalesce(
            func.jsonb_agg(
                func.jsonb_build_object(
                    "purpose", ConsentStateRow.purpose,
                    "decision", ConsentStateRow.decision,
                    "decided_at", ConsentStateRow.decided_at,
                )
            ),
            func.jsonb_build_array(),
        )
    )
    .where(ConsentStateRow.person_id == PersonRow.id)
    .correlate(PersonRow)
    .scalar_subquery()
)  # fmt: skip
"""What a person has decided, as the person embeds it."""

_CHANNELS_ON = bindparam("channels_on", type_=Date())


def _valid(channels: Column) -> ColumnElement[Any]:
    """The channels that are valid on the day that was asked for; all of them where none was."""
    each = func.jsonb_array_elements(channels).table_valued("value", with_ordinality="place").render_derived("channel")
    one, day = cast(each.c.value, JSONB), cast(_CHANNELS_ON, Text)
    begun = or_(one["valid_from"].astext.is_(None), one["valid_from"].astext <= day)
    lasting = or_(one["valid_to"].astext.is_(None), one["valid_to"].astext >= day)
    kept = func.coalesce(func.jsonb_agg(aggregate_order_by(one, each.c.place)), literal_column("'[]'::jsonb", JSONB))
    return case(
        (_CHANNELS_ON.is_(None), channels), else_=select(kept).select_from(each).where(begun, lasting).scalar_subquery()
    )


_HOLDER = select(PersonIdentifierRow.person_id)

_AGREED_TO = func.array(
    select(ConsentStateRow.purpose)
    .where(ConsentStateRow.person_id == PersonRow.id, ConsentStateRow.decision == "given")
    .scalar_subquery(),
    type_=ARRAY(Text),
)

persons = Resource(
    name="person",
    path="/v1/persons",
    model=Person,
    row=PersonRow,
    custom=Custom(
        service="members",
        resource="person",
        row=PersonRow,
        fields=CustomFieldRow,
        values=PersonCustomValueRow,
        reads="persons:read",
        references=REFERENCES,
    ),
    guarded=dict.fromkeys(SENSITIVE, SENSITIVE_SCOPE),
    staff_only_fields=frozenset({"stale_texts"}),
    fields={"channels": _valid(PersonRow.channels), "private_channels": _valid(PersonRow.private_channels)},
    parameters={
        "channels_on": Parameter(
            CalendarDate, lambda: None, "Show only the channels that are valid on this day; left out: all."
        )
    },
    filters={
        "identifier": where(
            str,
            Text(),
            lambda value: PersonRow.id.in_(
                _HOLDER.where(
                    PersonIdentifierRow.scheme == func.split_part(value, ":", 1),
                    PersonIdentifierRow.value == func.substr(value, func.strpos(value, ":") + 1),
                )
            ),
            "Holds this identifier, written `scheme:value`.",
            identifies=True,
        ),
        "email": where(
            Email,
            Text(),
            lambda value: func.lower(PersonRow.email) == func.lower(value),
            "Has this main e-mail address.",
            identifies=True,
        ),
        "country": any_of(PersonRow.country, CountryCode, "Lives in any of these countries."),
        "language": overlaps(PersonRow.languages, Language, "Speaks any of these languages."),
        "status": any_of(PersonRow.status, Literal["active", "merged"], "Any of these states."),
        "tag": overlaps(PersonRow.tags, Tag, "Has any of these tags."),
        "organisation_id": Filter(
            UUID,
            lambda value: PersonRow.id.in_(_HELD_TODAY.where(AffiliationRow.organisation_id == any_(value))),
            ARRAY(Uuid()),
            "Holds a role in any of these organisations today.",
            many=True,
        ),
        **between("birth_date", PersonRow.birth_date, CalendarDate, needs_scope=SENSITIVE_SCOPE),
        "segment": segment_filter("persons"),
        "consents_to": where(
            PurposeKey,
            Text(),
            lambda value: has_agreed(PersonRow.id, value),
            "Has agreed to this purpose.",
            column=_AGREED_TO,
        ),
        "stale": stale(PersonRow),
        **created_and_updated(PersonRow),
    },
    facets=("country", "language", "tag", "status", "consents_to", "stale"),
    sorts={
        "name": Sort(PersonRow.sort_name),
        "country": Sort(PersonRow.country, nullable=True),
        "birth_date": Sort(PersonRow.birth_date, nullable=True, needs_scope=SENSITIVE_SCOPE),
        "created_at": Sort(PersonRow.created_at),
        "updated_at": Sort(PersonRow.updated_at),
    },
    search=PersonRow.search,
    merged_into=PersonRow.merged_into,
    expandable={"affiliations": _ROLES, "consents": CONSENTS},
    cards=CARDS,
    rules=(OF_OWN_ORGANISATION, Rule("staff", lambda _: True, PersonRow.erased_at.is_(None))),
    leaves_out=(kept_from_abroad(not_agreed(PersonRow.id)),),
)
