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
    literal_column,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from services.kit.search.columns import RANKS, finds

# Written out, so that a statement has no parameters but those it was given.
_FIRST_ID: ColumnElement[UUID] = literal_column(f"'{UUID(int=0)}'::uuid", Uuid)
_LAST_ID: ColumnElement[UUID] = literal_column(f"'{UUID(int=2**128 - 1)}'::uuid", Uuid)
_MAY_BE_BROAD = ("beginning", "partial", "besides", "partly_besides")
_NEAR: ColumnElement[int] = literal_column("10", Integer)
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
    for degree, number in RANKS.items():
        rank: ColumnElement[int] = literal_column(str(number), Integer)
        start = first if after is None else case((after[0] == rank, after[1]), else_=first)
        not_passed = [] if after is None else [after[0] >= rank]
        columns = rows.with_only_columns(row.id.label("id"), rank.label("rank"))
        if degree in _MAY_BE_BROAD:
            # IS TRUE keeps the planner from the index of names here.
            near = columns.where(finds(row.search, degree).is_(True)).subquery("near")
            end = _end_of_next(row, start, limit, beyond, last, descending)
            wanted = [beyond(near.c.id, start), upto(near.c.id, end), *not_passed, *_still_wanted(parts, limit)]
            parts.append(_page(near, wanted, limit, descending).cte(f"part_{len(parts)}"))
            start = end
        # OFFSET keeps it from the index of ids, which would be of no help.
        every = columns.where(finds(row.search, degree)).offset(literal_column("0")).subquery("every")
        wanted = [beyond(every.c.id, start), *not_passed, *_still_wanted(parts, limit)]
        parts.append(_page(every, wanted, limit, descending).cte(f"part_{len(parts)}"))
    found = union_all(*[select(part.c.id, part.c.rank) for part in parts]).subquery("found")
    ids = found.c.id.desc() if descending else found.c.id
    return select(found).order_by(found.c.rank.desc(), ids).limit(limit).subquery("best")


def _page(
    found: Subquery, wanted: list[ColumnElement[bool]], limit: ColumnElement[int], descending: bool
) -> Select[Any]:
    return select(found).where(*wanted).order_by(found.c.id.desc() if descending else found.c.id).limit(limit)


def _still_wanted(parts: Sequence[CTE], limit: ColumnElement[int]) -> list[ColumnElement[bool]]:
    if not parts:
        return []
    counts = [select(func.count()).select_from(part).scalar_subquery() for part in parts]
    return [reduce(add, counts) < limit]


def _end_of_next(
    row: Any,
    start: ColumnElement[UUID],
    limit: ColumnElement[int],
    beyond: Any,
    last: ColumnElement[UUID],
    descending: bool,
) -> ColumnElement[UUID]:
    """The id up to which the next rows are looked at one by one."""
    every = aliased(row)
    ids = every.id.desc() if descending else every.id
    ahead = select(every.id).where(beyond(every.id, start)).order_by(ids).correlate(None)
    return func.coalesce(ahead.offset(limit * _NEAR).limit(literal_column("1")).scalar_subquery(), last)
