"""What can be read of counterparts, and by whom."""

from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Text, and_, any_, case, func, null, or_, select, true
from sqlalchemy.dialects.postgresql import array

from services.contracts.base import Tag
from services.contracts.codes import CountryCode
from services.contracts.liaison.counterpart import Counterpart, CounterpartKind, CounterpartStatus
from services.kit.custom.declared import Custom
from services.kit.drift import stale
from services.kit.filters import Column, Filter, any_of, created_and_updated, overlaps, where, yes_or_no
from services.kit.reading import CALLER_ORGANISATION, EVERY_ROW, Resource, Rule, Sort
from services.liaison.callers import CALLER_SEES_CONFIDENTIAL
from services.liaison.features.calendar import AS_OF, PARAMETERS
from services.liaison.features.counterparts.cards import CARDS
from services.liaison.features.references import REFERENCES
from services.liaison.tables import CounterpartIdentifierRow, CounterpartRow, OrganisationCopyRow
from services.liaison.tables.custom_field import CounterpartCustomValueRow, CustomFieldRow

OWN_ORGANISATION = Rule(
    "partner", lambda caller: caller.kind == "partner", CounterpartRow.organisation_id == CALLER_ORGANISATION
)

_HOLDER = select(CounterpartIdentifierRow.counterpart_id)

# Parameters are known when PostgreSQL plans, so these come down to one of the two columns and its index.
LAST_CONTACT_ON: ColumnElement[Any] = case(
    (CALLER_SEES_CONFIDENTIAL, CounterpartRow.last_contact_on_any), else_=CounterpartRow.last_contact_on
)
NEXT_DUE_ON: ColumnElement[Any] = case(
    (CALLER_SEES_CONFIDENTIAL, CounterpartRow.next_due_on_any), else_=CounterpartRow.next_due_on
)
_IS_DUE = and_(CounterpartRow.status == "active", NEXT_DUE_ON <= AS_OF)


def owned_by(subject: Column, name: Column) -> Filter:
    """`owner=…`: any of these owners, by subject or by name as written."""
    return Filter(
        str,
        lambda value: or_(subject == any_(value), name == any_(value)),
        ARRAY(Text()),
        "Any of these owners, by subject (`user:…`) or by name as written.",
        many=True,
        # Either finds the row, so it is counted under both.
        column=func.array_remove(array([subject, name]), null(), type_=ARRAY(Text)),
    )


counterparts = Resource(
    name="counterpart",
    path="/v1/counterparts",
    model=Counterpart,
    row=CounterpartRow,
    staff_only_fields=frozenset({"stale_texts"}),
    custom=Custom(
        service="liaison",
        resource="counterpart",
        row=CounterpartRow,
        fields=CustomFieldRow,
        values=CounterpartCustomValueRow,
        reads="liaison:read",
        references=REFERENCES,
    ),
    fields={
        "organisation_names": select(OrganisationCopyRow.names)
        .where(OrganisationCopyRow.id == CounterpartRow.organisation_id)
        .scalar_subquery(),
        "last_contact_on": LAST_CONTACT_ON,
        "next_due_on": NEXT_DUE_ON,
        "due": _IS_DUE.is_(true()),
    },
    filters={
        "kind": any_of(CounterpartRow.kind, CounterpartKind, "Any of these kinds."),
        "represents": any_of(CounterpartRow.represents, CountryCode, "Represents any of these countries."),
        "stands_in": any_of(CounterpartRow.stands_in, CountryCode, "Stands in any of these countries."),
        "city": any_of(CounterpartRow.city, str, "Any of these cities, as written."),
        "owner": owned_by(CounterpartRow.owner_subject, CounterpartRow.owner_name),
        "tag": overlaps(CounterpartRow.tags, Tag, "Has any of these tags."),
        "status": any_of(CounterpartRow.status, CounterpartStatus, "Any of these states."),
        "organisation_id": any_of(CounterpartRow.organisation_id, UUID, "Is any of these organisations."),
        "identifier": where(
            str,
            Text(),
            lambda value: CounterpartRow.id.in_(
                _HOLDER.where(
                    CounterpartIdentifierRow.scheme == func.split_part(value, ":", 1),
                    CounterpartIdentifierRow.value == func.substr(value, func.strpos(value, ":") + 1),
                )
            ),
            "Holds this identifier, written `scheme:value`.",
        ),
        "due": yes_or_no(_IS_DUE, "Whether contact is due on `as_of`; sort by `next_due_on` for the longest due."),
        "stale": stale(CounterpartRow),
        **created_and_updated(CounterpartRow),
    },
    facets=("kind", "represents", "stands_in", "city", "owner", "tag", "status", "due", "stale"),
    sorts={
        "name": Sort(CounterpartRow.sort_name),
        "kind": Sort(CounterpartRow.kind),
        "represents": Sort(CounterpartRow.represents, nullable=True),
        "stands_in": Sort(CounterpartRow.stands_in, nullable=True),
        "last_contact_on": Sort(LAST_CONTACT_ON, nullable=True),
        "next_due_on": Sort(NEXT_DUE_ON, nullable=True),
        "created_at": Sort(CounterpartRow.created_at),
        "updated_at": Sort(CounterpartRow.updated_at),
    },
    search=CounterpartRow.search,
    cards=CARDS,
    rules=(OWN_ORGANISATION, EVERY_ROW),
    parameters=PARAMETERS,
)


def brief(counterpart_id: Column) -> ColumnElement[Any]:
    """The counterpart as other records embed it."""
    return (
        select(
            func.jsonb_build_object(
                "id",
                CounterpartRow.id,
                "names",
                CounterpartRow.names,
                "kind",
                CounterpartRow.kind,
                "represents",
                CounterpartRow.represents,
            )
        )
        .where(CounterpartRow.id == counterpart_id)
        .scalar_subquery()
    )
