"""Segments that name others: never in a circle, and never more than a statement can bear."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import ARRAY, Uuid, bindparam, cast, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.members.segment import Condition, SegmentCondition
from services.kit.errors import Contradiction
from services.members.features.segments.conditions import walk
from services.members.tables.segment import SegmentReferenceRow, SegmentRow

MAX_STEPS = 5
"""Segments that name one another in a row."""
MAX_WRITTEN_OUT = 500
"""Conditions of a definition with those of the segments it names in their places."""

_CONDITION: TypeAdapter[Any] = TypeAdapter(Condition)


async def turn(session: AsyncSession) -> None:
    """Hold off other definitions until the transaction ends: two at once could close a circle that neither sees.

    Taken before any segment is held, or the two could wait for each other.
    """
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('segment.naming', 0))"))


async def check_naming(
    session: AsyncSession, row: SegmentRow, condition: Any, named: Mapping[UUID, str], *, is_new: bool
) -> None:
    """Refuse names of segments there are none of, circles and towers. Call it in your `turn`."""
    if is_new and not named:
        return
    above = await _reached(session, {row.id}, up=True)
    stored = await _definitions(session, await _reached(session, {*named, *above}, up=False))
    for id, pointer in named.items():
        if id not in stored:
            raise Contradiction.value(pointer, "not_found", "There is no segment with this id.")
        if id in above or id == row.id:
            raise Contradiction.value(pointer, "circle", "That segment is made of this one.")
    stored[row.id] = condition
    measures: dict[UUID, tuple[int, int]] = {}
    pointer = next(iter(named.values()), "/definition")
    for id in above:
        steps, size = _measure(id, stored, measures)
        if steps > MAX_STEPS:
            raise Contradiction.value(pointer, "too_many_steps", f"{MAX_STEPS} segments may name one another in a row.")
        if size > MAX_WRITTEN_OUT:
            detail = f"Written out, a definition holds at most {MAX_WRITTEN_OUT} conditions."
            raise Contradiction.value(pointer, "too_many", detail)


def _measure(id: UUID, stored: Mapping[UUID, Any], known: dict[UUID, tuple[int, int]]) -> tuple[int, int]:
    """How many segments in a row, and how many conditions in all."""
    if id not in known:
        steps, size = 1, 1
        for one, _, _ in walk(stored[id]) if stored.get(id) is not None else ():
            size += 1
            if isinstance(one, SegmentCondition):
                below = _measure(one.segment, stored, known)
                steps, size = max(steps, below[0] + 1), size + below[1]
        known[id] = (steps, size)
    return known[id]


async def _reached(session: AsyncSession, ids: set[UUID], *, up: bool) -> set[UUID]:
    """These segments, and those they are named by (`up`) or name, in any number of steps."""
    names, named = SegmentReferenceRow.segment_id, SegmentReferenceRow.refers_to_id
    source, target = (named, names) if up else (names, named)
    start = select(func.unnest(cast(bindparam("ids", sorted(ids), type_=ARRAY(Uuid())), ARRAY(Uuid()))).label("id"))
    found = start.cte("reached", recursive=True)
    found = found.union(select(target).join(found, source == found.c.id))
    return set(await session.scalars(select(found.c.id)))


async def _definitions(session: AsyncSession, ids: set[UUID]) -> dict[UUID, Any]:
    rows = await session.execute(select(SegmentRow.id, SegmentRow.definition).where(SegmentRow.id.in_(ids)))
    return {id: None if found is None else _CONDITION.validate_python(found) for id, found in rows}
