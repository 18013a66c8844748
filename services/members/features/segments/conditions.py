"""A segment's conditions as SQL: each is a condition on a row of organisations or of persons."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    cast,
    false,
    literal,
    literal_column,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute

from services.contracts.members.segment import (
    AllCondition,
    AnyCondition,
    AttendanceAt,
    AttendanceCondition,
    Condition,
    FieldCondition,
    InteractionCondition,
    LastInteraction,
    ListCondition,
    MembershipCondition,
    MembershipOn,
    NotCondition,
    SegmentCondition,
)
from services.kit.auth import Caller
from services.kit.custom.declared import PREFIX
from services.kit.custom.definitions import Definitions
from services.kit.filters import Filter
from services.kit.listing import as_read
from services.kit.reading import OFFICE_TODAY, Resource
from services.members.features.organisations.queries import organisations
from services.members.features.persons.queries import persons
from services.members.tables.affiliation import AffiliationRow, lasting_on
from services.members.tables.facts import AttendanceFactRow, ContactFactRow, EventFactRow
from services.members.tables.membership import MembershipRow
from services.members.tables.segment import SegmentEntryRow
from services.members.tables.status import StatusOn

RESOURCES: Mapping[str, Resource[Any]] = {"organisations": organisations, "persons": persons}
READ: Mapping[str, str] = {"organisations": "members:read", "persons": "persons:read"}
"""The scope that sees a resource, and so the members of its segments."""

CustomFields = Mapping[str, Definitions]
"""Resource → its custom fields."""

_UNITS = {"d": "days", "w": "weeks", "m": "months", "y": "years"}
_RELATIVE = re.compile(r"^([+-])(\d+)([dwmy])$")
_RANGES = frozenset({"gte", "gt", "lte", "lt"})


@dataclass(frozen=True, slots=True)
class Definition:
    """A segment as its conditions need it."""

    id: UUID
    version: int
    resource: str
    condition: Any
    """A `Condition`, or None for a list."""


class Misfit(Exception):
    """A condition that the resource has no filter for, or whose value that filter does not take."""

    def __init__(self, name: str, code: str, detail: str) -> None:
        super().__init__(detail)
        self.name, self.code, self.detail = name, code, detail


def walk(condition: Any, pointer: str = "/definition", depth: int = 1) -> Iterator[tuple[Any, str, int]]:
    """Every condition of a tree, with where it stands and how deep."""
    yield condition, pointer, depth
    if isinstance(condition, AllCondition | AnyCondition):
        name = "all" if isinstance(condition, AllCondition) else "any"
        for n, one in enumerate(getattr(condition, name)):
            yield from walk(one, f"{pointer}/{name}/{n}", depth + 1)
    elif isinstance(condition, NotCondition):
        yield from walk(condition.not_, f"{pointer}/not", depth + 1)


def references(condition: Any) -> dict[UUID, str]:
    """The segments that a tree names, and where."""
    found: dict[UUID, str] = {}
    for one, pointer, _ in walk(condition):
        if isinstance(one, SegmentCondition):
            found.setdefault(one.segment, f"{pointer}/segment")
    return found


def custom_fields_of(condition: Any) -> set[str]:
    """The custom fields that a tree goes by, as `custom.key`."""
    return {
        one.field for one, _, _ in walk(condition) if isinstance(one, FieldCondition) and one.field.startswith(PREFIX)
    }


def scopes_of(definition: Definition, custom: CustomFields) -> frozenset[str]:
    """What a reader of the segment's members must hold, apart from the segments it names."""
    needed = {READ[definition.resource]}
    for one, _, _ in walk(definition.condition) if definition.condition is not None else ():
        if isinstance(one, FieldCondition):
            asked = asked_by(definition.resource, one, custom)
            needed.add(asked.filter.needs_scope or READ[definition.resource])
        elif isinstance(one, MembershipCondition):
            needed.add("memberships:read")
        elif isinstance(one, AttendanceCondition):
            # Who came is what registrations say; that an organisation came, attendance tells as well.
            needed |= {"events:read"} if one.attendance.of == "organisation" else {"events:read", "registrations:read"}
        elif isinstance(one, InteractionCondition):
            needed.add("liaison:read")
    return frozenset(needed)


@dataclass(frozen=True, slots=True)
class FilteredBy:
    """A filter of a list, and the value it is asked with."""

    filter: Filter
    value: Any


def check_attendance(resource: str, at: AttendanceAt) -> None:
    """Raise `Misfit` when the resource has no such attendance."""
    if at.of == "person" and resource != "persons":
        raise Misfit("attendance/of", "persons_only", "Only a segment of persons goes by the person's own attendance.")


def asked_by(resource: str, condition: FieldCondition, custom: CustomFields) -> FilteredBy:
    """The filter that a condition means. Raises `Misfit`."""
    if isinstance(condition.value, list) != (condition.op == "any_of"):
        raise Misfit("value", "wrong_type", "`any_of` takes a list, every other operator one value.")
    given = condition.value if isinstance(condition.value, list) else [condition.value]
    if condition.field.startswith(PREFIX):
        return _asked_by_custom(resource, condition, given, custom.get(resource, {}))
    name = f"{condition.field}.{condition.op}" if condition.op in _RANGES else condition.field
    found = RESOURCES[resource].filters.get(name)
    if found is None or found.resolve is not None:
        raise _unknown(resource, name)
    if condition.op == "any_of" and not found.many:
        raise Misfit("op", "takes_one_value", f"The filter {name} takes one value: say `is`.")
    value = _valid(_adapter(found.type, found.many), given if found.many else given[0])
    return FilteredBy(found, value)


def _asked_by_custom(resource: str, condition: FieldCondition, given: list[Any], custom: Definitions) -> FilteredBy:
    key, declared = condition.field.removeprefix(PREFIX), RESOURCES[resource].custom
    definition = custom.get(key)
    if definition is None or declared is None or (condition.op in _RANGES and not definition.has_order):
        raise _unknown(resource, condition.field)
    texts = [str(int(one)) if isinstance(one, float) and one.is_integer() else str(one) for one in given]
    values = [str(_valid(definition.asked, one)) for one in texts]
    op = condition.op if condition.op in _RANGES else "any"
    return FilteredBy(declared.filter(f"{definition.slot}_{op}_0"), [key, *values])


def _unknown(resource: str, name: str) -> Misfit:
    return Misfit("field", "unknown_field", f"The list of {resource} has no filter {name}.")


def _valid(adapter: TypeAdapter[Any], value: Any) -> Any:
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        raise Misfit("value", "wrong_type", error.errors(include_url=False)[0]["msg"]) from error


@lru_cache(maxsize=256)
def _adapter(type_: Any, many: bool) -> TypeAdapter[Any]:
    one: Any = as_read(type_)
    return TypeAdapter(list[one] if many else one)


@dataclass(slots=True)
class Writer:
    """Writes conditions; `segments` are those that may be named."""

    segments: Mapping[UUID, Definition]
    custom: CustomFields
    caller: Caller
    _count: int = field(default=0)

    def members(self, id: UUID, resource: str) -> ColumnElement[bool]:
        """Whether a row of this resource is in a segment: in one of the other resource through roles held today."""
        definition = self.segments.get(id)
        if definition is None:
            return false()
        within = self._within(definition)
        if definition.resource == resource:
            return within
        row = RESOURCES[definition.resource].row
        # Apart from the statement it stands in, which may be about the same table.
        ids = select(row.id).where(within, *self._shown(definition.resource)).cte(f"segment_{self._next()}")
        own, other = (
            (AffiliationRow.person_id, AffiliationRow.organisation_id)
            if resource == "persons"
            else (AffiliationRow.organisation_id, AffiliationRow.person_id)
        )
        holders = select(own).where(lasting_on(OFFICE_TODAY), other.in_(select(ids.c.id)))
        found: ColumnElement[bool] = RESOURCES[resource].row.id.in_(holders)
        return found

    def _shown(self, resource: str) -> list[ColumnElement[bool]]:
        """Who is kept from the caller, such as persons from callers abroad, leads to nothing else either."""
        kept = [one for one in RESOURCES[resource].leaves_out if one.everywhere and one.applies(self.caller)]
        return [one.where.is_not(true()) for one in kept]

    def _within(self, definition: Definition) -> ColumnElement[bool]:
        if definition.condition is not None:
            return self.holds(definition.condition, definition.resource)
        listed = (
            SegmentEntryRow.organisation_id if definition.resource == "organisations" else SegmentEntryRow.person_id
        )
        on_it = select(listed).where(SegmentEntryRow.segment_id == self._value(definition.id), listed.is_not(None))
        found: ColumnElement[bool] = RESOURCES[definition.resource].row.id.in_(on_it)
        return found

    def holds(self, condition: Condition, resource: str) -> ColumnElement[bool]:
        """The condition on a row of the resource."""
        match condition:
            case AllCondition(all=parts):
                return and_(*[self.holds(part, resource) for part in parts])
            case AnyCondition(any=parts):
                return or_(*[self.holds(part, resource) for part in parts])
            case NotCondition(not_=part):
                # What is unknown, such as a country that was not given, does not hold.
                return self.holds(part, resource).is_not(literal_column("true"))
            case FieldCondition():
                asked = asked_by(resource, condition, self.custom)
                return asked.filter.where(self._value(asked.value, asked.filter.sql_type))
            case SegmentCondition(segment=id):
                return self.members(id, resource)
            case ListCondition(list=ids):
                found: ColumnElement[bool] = RESOURCES[resource].row.id == any_(self._value(ids, ARRAY(Uuid())))
                return found
            case MembershipCondition(membership=on):
                return _through_roles(self._with_membership(on), resource)
            case AttendanceCondition(attendance=at) if at.of == "person":
                came: ColumnElement[bool] = RESOURCES[resource].row.id.in_(self._at(at, AttendanceFactRow.person_id))
                return came
            case AttendanceCondition(attendance=at):
                return _through_roles(self._at(at, AttendanceFactRow.organisation_id), resource)
            case InteractionCondition(last_interaction=last):
                spoken_to = _through_roles(self._spoken_to_since(last), resource)
                return not_(spoken_to) if last.op == "older_than" else spoken_to
        raise TypeError(f"no condition: {condition!r}")

    def _with_membership(self, on: MembershipOn) -> Select[Any]:
        status = StatusOn.of(self._day(on.on))
        found = status.joined(select(MembershipRow.organisation_id)).where(
            status.value == any_(self._value(list(on.status), ARRAY(Text())))
        )
        if on.type_id is not None:
            found = found.where(MembershipRow.type_id == any_(self._value(on.type_id, ARRAY(Uuid()))))
        return found

    def _at(self, at: AttendanceAt, whose: InstrumentedAttribute[UUID | None]) -> Select[Any]:
        found = select(whose).where(
            whose.is_not(None),
            AttendanceFactRow.check_ins > 0 if at.counts == "attended" else AttendanceFactRow.status == "confirmed",
        )
        if at.event_id is not None:
            found = found.where(AttendanceFactRow.event_id == self._value(at.event_id))
        events = select(EventFactRow.event_id)
        if at.series_id is not None:
            events = events.where(EventFactRow.series_id == self._value(at.series_id))
        if at.year is not None:
            events = events.where(EventFactRow.year == self._value(at.year))
        if at.series_id is not None or at.year is not None:
            found = found.where(AttendanceFactRow.event_id.in_(events))
        return found

    def _spoken_to_since(self, last: LastInteraction) -> Select[Any]:
        # Newer than 30 days: on one of the 30 days before today, or today.
        since = cast(OFFICE_TODAY, Date) - self._value(last.days)
        return select(ContactFactRow.organisation_id).where(ContactFactRow.last_on >= since)

    def _day(self, on: date | str) -> ColumnElement[date]:
        if isinstance(on, date):
            return cast(self._value(on), Date)
        relative = _RELATIVE.match(on)
        if relative is None:
            return cast(OFFICE_TODAY, Date)
        sign, count, unit = relative.groups()
        span: ColumnElement[Any] = literal_column(f"interval '{sign}{int(count)} {_UNITS[unit]}'")
        return cast(cast(OFFICE_TODAY, Date) + span, Date)

    def _value(self, value: Any, type_: Any = None) -> ColumnElement[Any]:
        """A value that stays with the statement, under a name that nothing else in it has."""
        return bindparam(f"segment_{self._next()}", value, type_=type_ if type_ is not None else literal(value).type)

    def _next(self) -> int:
        self._count += 1
        return self._count


def _through_roles(organisation_ids: Select[Any], resource: str) -> ColumnElement[bool]:
    """Whether an organisation is one of these, or a person holds a role in one of these today."""
    if resource == "persons":
        roles = select(AffiliationRow.person_id)
        organisation_ids = roles.where(lasting_on(OFFICE_TODAY), AffiliationRow.organisation_id.in_(organisation_ids))
    found: ColumnElement[bool] = RESOURCES[resource].row.id.in_(organisation_ids)
    return found
