"""The order of a list, and where in it a page begins (keyset paging)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
    true,
    tuple_,
    union_all,
)

from services.kit.filters import Column


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort key. Say whether the column may be null; nulls come last in either direction."""

    column: Column
    nullable: bool = False
    needs_scope: str | None = None
    join: Callable[[Select[Any]], Select[Any]] | None = None
    """Adds the join that the column needs, where it is not the resource's own."""
    id: Column | None = None
    """The row's id as it stands beside such a column, so that one index serves both."""


Keys = Sequence[tuple[Sort, bool]]
"""Sort keys, and whether each is descending. The last one is unique."""


def ordered(columns: Sequence[Any], keys: Keys) -> list[Any]:
    """ORDER BY these columns, which hold the keys."""
    return [_ordered(column, key, descending) for column, (key, descending) in zip(columns, keys, strict=True)]


def total_order(sort: str, named: Callable[[str], Sort], last: Sort) -> Keys:
    """The keys of `name,-created_at`, and `last`, which no two rows share and which is called `id` itself: it goes the
    way of the first key, so that one index can serve both."""
    keys: list[tuple[Sort, bool]] = []
    for part in sort.split(","):
        name, descending = part.lstrip("-"), part.startswith("-")
        if name == "id":
            return [*keys, (last, descending)]
        keys.append((named(name), descending))
    return [*keys, (last, keys[0][1])]


def keyed(query: Select[Any], keys: Keys) -> Select[Any]:
    """The query with its sort keys as columns `_key_0`, `_key_1` …"""
    for key, _ in keys:
        query = query if key.join is None else key.join(query)
    return query.add_columns(*[key.column.label(f"_key_{n}") for n, (key, _) in enumerate(keys)])


def page_of(
    query: Select[*tuple[Any, ...]],
    keys: Keys,
    after: Sequence[bool] | None,
    limit: ColumnElement[int],
    most: int | None = None,
) -> Any:
    """A page of a `keyed` query, as a subquery named `page`.

    `after` is None on the first page, else it tells which keys of the position are no nulls; the position itself is
    bound as text to `after_0`, `after_1` … `most` stands in the statement, for PostgreSQL to plan by (kit.plans).
    """
    first, descending = keys[0]
    one_way = {way for _, way in keys} == {descending}
    if first.nullable and one_way and not any(key.nullable for key, _ in keys[1:]):
        return _nulls_apart(query, keys, after, limit)
    if after is not None:
        query = query.where(_after(keys, after))
    query = query.order_by(*ordered([key.column for key, _ in keys], keys))
    if most is None:
        return query.limit(limit).subquery("page")
    return select(query.limit(literal_column(str(most))).subquery("beginning")).limit(limit).subquery("page")


def _nulls_apart(
    query: Select[*tuple[Any, ...]], keys: Keys, after: Sequence[bool] | None, limit: ColumnElement[int]
) -> Any:
    """The rows with a first key, then those without: each part is one range of the index, also deep in the list."""
    first, descending = keys[0]
    sure = [(Sort(key.column), way) for key, way in keys]
    order = ordered([key.column for key, _ in keys], sure)
    absent = query.where(first.column.is_(None)).order_by(*order)
    if after is not None and not after[0]:
        return absent.where(_beyond(keys[1:], descending, start=1)).limit(limit).subquery("page")
    near = sure if first.id is None or len(keys) > 2 else [sure[0], (Sort(first.id), descending)]
    present = query.where(first.column.is_not(None)).order_by(*ordered([key.column for key, _ in near], near))
    present = present.limit(limit)
    if after is not None:
        present = present.where(_beyond(near, descending))
    begun = present.cte("begun")
    # Nothing is read of the second part while the first fills the page.
    rest = absent.limit(limit - select(func.count()).select_from(begun).scalar_subquery())
    return union_all(select(begun), rest).subquery("page")


def _position(keys: Keys, start: int = 0) -> list[ColumnElement[Any]]:
    return [cast(bindparam(f"after_{n}", type_=Text()), key.column.type) for n, (key, _) in enumerate(keys, start)]


def _beyond(keys: Keys, descending: bool, start: int = 0) -> ColumnElement[bool]:
    """A row comparison, which an index answers: for keys of one direction without nulls."""
    columns, position = tuple_(*[key.column for key, _ in keys]), tuple_(*_position(keys, start))
    return columns < position if descending else columns > position


def _ordered(column: Any, key: Sort, descending: bool) -> Any:
    ordered = column.desc() if descending else column.asc()
    # PostgreSQL puts nulls last when ascending and first when descending; lists put them last in both.
    return ordered.nulls_last() if key.nullable and descending else ordered


def _after(keys: Keys, present: Sequence[bool]) -> ColumnElement[bool]:
    """Rows that come after a position."""
    directions = {descending for _, descending in keys}
    if len(directions) == 1 and not any(key.nullable for key, _ in keys):
        return _beyond(keys, directions.pop())
    condition: ColumnElement[bool] | None = None  # of the keys behind
    for (key, descending), value, is_present in reversed(list(zip(keys, _position(keys), present, strict=True))):
        column = key.column
        if not is_present:
            # After a null come only nulls, told apart by the keys behind.
            condition = column.is_(None) if condition is None else and_(column.is_(None), condition)
            continue
        beyond = column < value if descending else column > value
        if key.nullable:
            beyond = or_(beyond, column.is_(None))
        condition = beyond if condition is None else or_(beyond, and_(column == value, condition))
    return true() if condition is None else condition
