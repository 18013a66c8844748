"""What of a resource has custom fields, and how a list goes by them.

A request asks by numbered slots, such as `custom_number_gte_0`, whose value names the field: so statements are kept by
what they do and not by which of a hundred fields they do it to.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Numeric,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    not_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import Grouping

from services.kit.auth import Caller
from services.kit.custom.tables import CustomFieldColumns, CustomValueColumns
from services.kit.filters import Filter
from services.kit.order import Sort
from services.kit.shape import CALLER_ORGANISATION, CALLER_SCOPES
from services.kit.statement import Statement

PREFIX: Final = "custom."
"""How query parameters and sorts of custom fields begin."""
SENSITIVE: Final = "persons:sensitive"
NONE_REQUIRED: Final = "no_custom_field_required"
"""Key of `session.info`: that none of what is made is required was told when the write began (`requires_any`)."""
_SLOT: Final = re.compile(r"^(private_)?custom_(text|number)_(any|gte|gt|lte|lt)_[0-9]{1,3}$")
_SORT_SLOT: Final = re.compile(r"^(private_)?custom_(text|number)_([0-9])$")
_NONE: Final[ColumnElement[Any]] = literal_column("'{}'::jsonb")

References = Callable[[Caller], Select[UUID]]
"""The ids of what a caller may refer to."""


@dataclass(frozen=True, kw_only=True)
class Custom:
    """The custom fields of one resource."""

    service: str
    resource: str
    """As in changes and in the table of definitions: `organisation`. The name of the record's table, too."""
    row: Any
    """The records' class, a `CustomHolder`."""
    fields: type[CustomFieldColumns]
    values: type[CustomValueColumns]
    reads: str
    """The scope that reads the records, and so the definitions."""
    scope: str = SENSITIVE
    """Who sees, asks by and writes sensitive fields."""
    references: Mapping[str, References] = field(default_factory=dict)
    """What a field may refer to."""
    _filters: dict[str, Filter] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def unbound(self) -> ColumnElement[Any]:
        """The values as a caller sees them who is bound to no organisation."""
        given = func.coalesce(self.row.custom, _NONE)
        allowed = CALLER_SCOPES.bool_op("@>")(cast([self.scope], ARRAY(Text)))
        return case(
            (allowed, given.op("||", return_type=JSONB())(func.coalesce(self.row.private_custom, _NONE))), else_=given
        )

    @cached_property
    def column(self) -> ColumnElement[Any]:
        """The values as any caller sees them: the field `custom` of the record."""
        seen = self.unbound
        one = func.jsonb_each(seen).table_valued("key", "value", name="one")
        definition = self.fields
        shown = select(func.coalesce(func.jsonb_object_agg(one.c.key, one.c.value), _NONE)).select_from(one)
        shown = shown.where(
            select(definition.id)
            .where(definition.resource == self.resource, definition.key == one.c.key, definition.shown_to_partners)
            .exists()
        )
        return case((CALLER_ORGANISATION.is_(None), seen), else_=shown.scalar_subquery())

    @cached_property
    def statement(self) -> Statement:
        """Reads the definitions; see `kit.custom.definitions`."""
        definition = self.fields
        columns = [getattr(definition, name) for name in DEFINED_BY]
        query = select(*columns).where(definition.resource == bindparam("resource", type_=Text()))
        return Statement.of(query.order_by(definition.position, definition.key))

    @cached_property
    def requires_any(self) -> ColumnElement[bool]:
        """Whether a new record must have any of them."""
        definition = self.fields
        required = definition.resource == self.resource, definition.required, not_(definition.archived)
        return select(definition.id).where(*required).exists()

    def filter(self, slot: str) -> Filter:
        """The filter of a slot; its value is the field's key and what the field is asked for."""
        if slot not in self._filters:
            self._filters[slot] = self._filter(slot)
        return self._filters[slot]

    def _filter(self, slot: str) -> Filter:
        found = _SLOT.match(slot)
        if found is None:
            raise KeyError(slot)
        private, kind, op = found.groups()
        return Filter(
            str,
            lambda value: self.row.id.in_(self._holding(value, kind, op, private=private is not None)),
            ARRAY(Text),
            "By a custom field.",
            many=True,
            needs_scope=self.scope if private else None,
            column=self._held(slot, private=private is not None),
        )

    def _held(self, slot: str, *, private: bool) -> ColumnElement[Any]:
        """The texts that a record holds in the field of a slot: what a facet counts."""
        values = self.values
        key = Grouping(bindparam(f"filter_{slot}", type_=ARRAY(Text)))[literal_column("1")]
        held = select(values.text_value).where(values.record_id == self.row.id, values.key == key)
        held = held if private else held.where(not_(values.sensitive))
        return func.array(held.scalar_subquery(), type_=ARRAY(Text))

    def _holding(self, given: ColumnElement[Any], kind: str, op: str, *, private: bool) -> Select[Any]:
        values = self.values
        array: Any = Grouping(given)  # else the type's brackets and the subscript's would be read as one
        asked = array[literal_column("2")]
        column: Any = values.text_value if kind == "text" else values.number_value
        if op == "any":
            rest = array[literal_column("2") : func.cardinality(given)]
            condition = column == any_(rest if kind == "text" else cast(rest, ARRAY(Numeric)))
        else:
            compare = {"gte": column.__ge__, "gt": column.__gt__, "lte": column.__le__, "lt": column.__lt__}[op]
            condition = compare(asked if kind == "text" else cast(asked, Numeric))
        query = select(values.record_id).where(values.key == array[literal_column("1")], condition)
        return query if private else query.where(not_(values.sensitive))

    def sort(self, slot: str) -> Sort:
        """The sort key of a slot; the field's key is bound beside it (`key_of`)."""
        found = _SORT_SLOT.match(slot)
        if found is None:
            raise KeyError(slot)
        private, kind, number = found.groups()
        values = aliased(self.values, name=f"custom_{number}")
        on = [values.record_id == self.row.id, values.key == bindparam(key_of(slot), type_=Text())]
        if not private:
            on.append(not_(values.sensitive))
        return Sort(
            values.text_value if kind == "text" else values.number_value,
            nullable=True,
            needs_scope=self.scope if private else None,
            join=lambda query: query.outerjoin(values, and_(*on)),
            id=values.record_id,
        )


def key_of(slot: str) -> str:
    """The parameter that names the field of a sort's slot."""
    return f"key_{slot}"


DEFINED_BY: Final = (
    "key",
    "type",
    "labels",
    "help",
    "required",
    "sensitive",
    "shown_to_partners",
    "multiple",
    "choices",
    "reference_to",
    "max_length",
    "minimum",
    "maximum",
    "archived",
)
