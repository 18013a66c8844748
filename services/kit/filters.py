"""What a list can be filtered by. Each filter is a typed query parameter and a condition with a bind parameter."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Boolean, ColumnElement, Date, DateTime, Text, Uuid, and_, any_, bindparam, not_, or_, true
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import TypeEngine

from services.contracts.base import CalendarDate, Instant
from services.kit.auth import Caller
from services.kit.statement import Run

Column = ColumnElement[Any] | InstrumentedAttribute[Any]


@dataclass(frozen=True, slots=True)
class StoredCondition:
    """A condition that is stored, not written in code. Two with the same key are the same condition."""

    key: str
    write: Callable[[], ColumnElement[bool]] = field(compare=False, repr=False)
    """Called when a statement is made. Its values are part of the statement, under names of their own."""
    needs_scopes: frozenset[str] = field(default=frozenset(), compare=False)
    """What the caller had to hold for it."""
    goes_by: frozenset[str] = field(default=frozenset(), compare=False)
    """How an audit names it, where it goes by what is sensitive."""


Resolve = Callable[[Run, Caller, Any], Awaitable[StoredCondition]]


@dataclass(frozen=True, slots=True)
class Filter:
    """One query parameter. `where` states the condition on its bound value."""

    type: Any
    where: Callable[[ColumnElement[Any]], ColumnElement[bool]]
    sql_type: TypeEngine[Any]
    description: str
    many: bool = False
    needs_scope: str | None = None
    resolve: Resolve | None = None
    """Looks up what the value stands for, in place of `where`; raises what the caller may not ask by."""
    column: Column | None = None
    """What it compares with, when that can be counted as a facet."""
    identifies: bool = False
    """It names one person or a few. What is kept from a caller is not counted by it, or asking would tell who it is."""
    staff_only: bool = False
    """Refused to partners: what it asks by is kept from them."""
    one_type: TypeEngine[Any] | None = None
    """Of one value, where one can be compared with the column by `=`: an index then keeps its order."""

    def condition(self, parameter: str) -> ColumnElement[bool]:
        """The condition, with the value bound under `parameter`."""
        return self.where(bindparam(parameter, type_=self.sql_type))

    def condition_of_one(self, parameter: str) -> ColumnElement[bool]:
        """The condition of a filter with `one_type`, with the only value bound under `parameter`."""
        assert self.column is not None
        return self.column.__eq__(bindparam(parameter, type_=self.one_type))


def _sql_type(type_: Any) -> TypeEngine[Any]:
    return Uuid() if type_ is UUID else Text()


def any_of(
    column: Column, type_: Any, description: str, *, needs_scope: str | None = None, identifies: bool = False
) -> Filter:
    """`country=NP&country=FR`: the column has any of the values."""
    return Filter(
        type_,
        lambda value: column == any_(value),
        ARRAY(_sql_type(type_)),
        description,
        many=True,
        needs_scope=needs_scope,
        column=column,
        identifies=identifies,
        one_type=_sql_type(type_),
    )


def overlaps(column: Column, type_: Any, description: str) -> Filter:
    """The array column holds any of the values."""
    sql_type = ARRAY(_sql_type(type_))
    return Filter(type_, lambda value: column.op("&&")(value), sql_type, description, many=True, column=column)


def where(
    type_: Any,
    sql_type: TypeEngine[Any],
    condition: Callable[[Any], ColumnElement[bool]],
    description: str,
    *,
    identifies: bool = False,
    column: Column | None = None,
) -> Filter:
    """A condition of its own. `column` holds the values that find a row: several in an array, each once."""
    return Filter(type_, condition, sql_type, description, identifies=identifies, column=column)


def flag(column: Column, description: str) -> Filter:
    """`pinned=true`, `pinned=false`: what the column says, which is never null."""
    return Filter(bool, lambda value: column == value, Boolean(), description, column=column)


def yes_or_no(condition: ColumnElement[bool], description: str, *, staff_only: bool = False) -> Filter:
    """`due=true`, `due=false`: the condition holds, or does not (or can't be told)."""

    def decide(value: ColumnElement[Any]) -> ColumnElement[bool]:
        return or_(and_(value, condition), and_(not_(value), condition.is_not(true())))

    return Filter(bool, decide, Boolean(), description, staff_only=staff_only, column=condition.is_(true()))


def between(name: str, column: Column, type_: Any, *, needs_scope: str | None = None) -> Mapping[str, Filter]:
    """`created_at.gte=…`, `.gt`, `.lte`, `.lt`: the column lies in a range."""
    sql_type: TypeEngine[Any] = Date() if type_ in (date, CalendarDate) else DateTime(timezone=True)
    words = {"gte": "At or after.", "gt": "After.", "lte": "At or before.", "lt": "Before."}
    conditions: dict[str, Callable[[Any], ColumnElement[bool]]] = {
        "gte": lambda value: column >= value,
        "gt": lambda value: column > value,
        "lte": lambda value: column <= value,
        "lt": lambda value: column < value,
    }
    return {
        f"{name}.{op}": Filter(type_, conditions[op], sql_type, f"`{name}`: {text}", needs_scope=needs_scope)
        for op, text in words.items()
    }


def created_and_updated(row: Any) -> Mapping[str, Filter]:
    """The ranges every tracked resource offers."""
    return {
        **between("created_at", row.created_at, Instant),
        **between("updated_at", row.updated_at, Instant),
    }
