"""Pages of search results, best first, at a cost that hardly grows with how much a query finds."""

from collections.abc import Sequence
from functools import reduce
from operator import add, ge, gt, le, lt
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Select,
    Subquery,
    Uuid,
    case,
    func,
    literal,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from services.kit.search.columns import RANKS, finds

_FIRST_ID = UUID(int=0)
_LAST_ID = UUID(int=2**128 - 1)
_MAY_BE_BROAD = ("beginning", "partial")
_NEAR = 10
"""Rows looked at, for each row of the page, before the index is asked for all there are."""


def best_first(
    rows: Select[Any],
    row: Any,
    *,
    limit: ColumnElement[int],
    after: tuple[ColumnElement[int], ColumnElement[UUID]] | None = None,
    descending: bool = False,
) -> Subquery:
    """The ids and ranks of the best rows: columns `id` and `rank`, sorted by rank, highest first, then by id.

    Gives what `rows.where(matches(row.search)).order_by(rank(row.search).desc(), row.id).limit(limit)` gives, without
    ranking all that match. `rows` states which rows may be found: a select from `row` with joins and conditions.
    `after` is the rank and id of the last row of the page before. `descending` turns the ids round within a rank.

    One degree of match after the other is looked up, and the further ones not at all once the page is full. A degree
    that may hold a large part of the table (`_MAY_BE_BROAD`) is first looked for among the next rows by id: if it is
    that large, they hold a page of it. Only if not, the index is asked for all of it, which then is small.
    """
    beyond, upto, first, last = (lt, ge, _LAST_ID, _FIRST_ID) if descending else (gt, le, _FIRST_ID, _LAST_ID)
    parts: list[CTE] = []

    def look(found: Select[Any], rank: int, *conditions: ColumnElement[bool]) -> None:
        hits = found.where(*conditions, *_still_wanted(parts, limit), *([after[0] >= rank] if after else []))
        parts.append(_first_by_id(hits.subquery("hits"), limit, descending).cte(f"part_{len(parts)}"))

    for degree, rank in RANKS.items():
        start: ColumnElement[UUID] = literal(first, Uuid)
        if after is not None:
            start = case((after[0] == rank, after[1]), else_=start)
        found = rows.with_only_columns(row.id.label("id"), literal_column(str(rank), Integer).label("rank"))
        if degree in _MAY_BE_BROAD:
            end = _end_of_next(row, start, limit, beyond, last, descending)
            # IS TRUE keeps the planner from the index of names here, and OFFSET below from the one of ids.
            look(found, rank, finds(row.search, degree).is_(True), beyond(row.id, start), upto(row.id, end))
            start = end
        look(found.offset(literal_column("0")), rank, finds(row.search, degree), beyond(row.id, start))
    everything = union_all(*[select(part.c.id, part.c.rank) for part in parts]).subquery("parts")
    ids = everything.c.id.desc() if descending else everything.c.id
    return select(everything).order_by(everything.c.rank.desc(), ids).limit(limit).subquery("best")


def _first_by_id(hits: Subquery, limit: ColumnElement[int], descending: bool) -> Select[Any]:
    return select(hits).order_by(hits.c.id.desc() if descending else hits.c.id).limit(limit)


def _still_wanted(parts: Sequence[CTE], limit: ColumnElement[int]) -> list[ColumnElement[bool]]:
    if not parts:
        return []
    counts = [select(func.count()).select_from(part).scalar_subquery() for part in parts]
    return [reduce(add, counts) < limit]


def _end_of_next(
    row: Any, start: ColumnElement[UUID], limit: ColumnElement[int], beyond: Any, last: UUID, descending: bool
) -> ColumnElement[UUID]:
    """The id up to which the next rows are looked at one by one."""
    every = aliased(row)
    ids = every.id.desc() if descending else every.id
    ahead = select(every.id).where(beyond(every.id, start)).order_by(ids).offset(limit * _NEAR).limit(1)
    return func.coalesce(ahead.correlate(None).scalar_subquery(), literal(last, Uuid))
