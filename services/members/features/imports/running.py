"""Running: rows become records, a thousand at a time, each portion one transaction."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from sqlalchemy import and_, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.kit.errors import Problem
from services.kit.runtime import Runtime
from services.members.features.country_labels.actions import labels
from services.members.features.imports.convert.found import Context
from services.members.features.imports.convert.row import RowReader
from services.members.features.imports.deciding import Decision
from services.members.features.imports.states import can_be_taken_back, finish, locked
from services.members.features.imports.writing import ADDRESS, Build, Records, records_of
from services.members.tables.imports import ImportLineRow, ImportRow

_PORTION = 1_000
_TELL = text(
    "UPDATE import_line l SET outcome = v.outcome, problems = v.problems, record_id = v.record_id, "
    "record_version = v.record_version, before = v.before, besides = v.besides, undo = NULL, name = NULL "
    "FROM jsonb_to_recordset(CAST(:told AS jsonb)) AS v(number int, outcome text, problems jsonb, record_id uuid, "
    "record_version int, before jsonb, besides jsonb) WHERE l.import_id = :id AND l.number = v.number"
)


async def reader_of(runtime: Runtime, row: ImportRow) -> RowReader:
    """What reads the rows of an import."""
    async with runtime.database.transaction() as session:
        known = await labels(session)
    context = Context(row.resource, known, since_1904=bool(row.facts.get("since_1904")))
    return RowReader(context, row.columns, row.defaults, strict=row.on_invalid == "reject")


async def run_portion(runtime: Runtime, id: UUID) -> bool:
    """Decide the next rows. Whether there is more to do.

    One thing after the other: a thread that read the next rows meanwhile would take the interpreter from this one, and
    was measured to cost more than it gains.
    """
    async with runtime.database.transaction() as session:
        row = await session.get(ImportRow, id)
        if row is None or row.state not in ("checking", "running"):
            return row is not None
        lines = await _next_lines(session, row)
        earlier = await _earlier_lines(session, row, lines) if row.rehearsal else []
    reader, records = await reader_of(runtime, row), records_of(runtime, row)
    # Of a list that is known already, rows built ahead would be for nothing.
    build = records.build if row.created >= row.updated + row.matched else None
    read = await asyncio.to_thread(_read, reader, lines, build)
    again = await asyncio.to_thread(_read, reader, earlier, None)
    twins = {line.number: (line.twin, line.twin_key or "") for line in lines if line.twin is not None}
    await records.ask([decision.parsed for decision in read], twins)
    async with runtime.database.transaction() as session:
        held = await locked(session, id)
        if held is None:
            return False
        if (held.state, held.position, held.version) != (row.state, row.position, row.version):
            if lines and records.elsewhere and _was_cancelled(held, row):
                await _tell(session, held, await records.decide(session, read, twins))
                await can_be_taken_back(session, held)
            return True
        if not lines:
            await finish(session, held, "checked" if held.rehearsal else "done")
            return False
        decided = await _decide(session, held, records, again, read, twins)
        await _tell(session, held, decided)
    return True


def _was_cancelled(held: ImportRow, row: ImportRow) -> bool:
    """Whether the import was stopped while rows of it became records."""
    return (row.state, held.state, held.position) == ("running", "cancelled", row.position)


async def _next_lines(session: AsyncSession, row: ImportRow) -> Sequence[ImportLineRow]:
    query = (
        select(ImportLineRow)
        .where(ImportLineRow.import_id == row.id, ImportLineRow.number > row.position)
        .order_by(ImportLineRow.number)
        .limit(_PORTION)
    )
    return (await session.scalars(query)).all()


async def _earlier_lines(
    session: AsyncSession, row: ImportRow, lines: Sequence[ImportLineRow]
) -> Sequence[ImportLineRow]:
    """Rows of earlier portions about persons of these rows, as their addresses tell. A run has stored them by now, a
    rehearsal has not. No more than a portion: of somebody in more rows than that, the later ones change little."""
    line = ImportLineRow
    by_address = line.twin_key.startswith(ADDRESS)
    first = {one.twin for one in lines if one.twin_key is not None and one.twin_key.startswith(ADDRESS)}
    first = {number for number in first if number is not None and number <= row.position}
    if not first:
        return []
    query = (
        select(line)
        .where(
            line.import_id == row.id,
            line.number <= row.position,
            line.outcome.in_(["created", "updated"]),
            or_(line.number.in_(first), and_(line.twin.in_(first), by_address)),
        )
        .order_by(line.number)
        .limit(_PORTION)
    )
    return (await session.scalars(query)).all()


def _read(reader: RowReader, lines: Sequence[ImportLineRow], build: Build | None) -> list[Decision]:
    decisions = []
    for line in lines:
        decision = Decision(reader.read(line.number, line.cells, line.extra))
        if build is not None and decision.parsed.new is not None:
            # What contradicts itself is told when its turn comes.
            with suppress(Problem):
                decision.built = build(decision.parsed.new)
                decision.built.rebuild_search()
        decisions.append(decision)
    return decisions


async def _decide(
    session: AsyncSession,
    row: ImportRow,
    records: Records,
    again: Sequence[Decision],
    read: Sequence[Decision],
    twins: dict[int, tuple[int, str]],
) -> list[Decision]:
    """What becomes of each row. A rehearsal does all of it, after the earlier rows `again` on which it depends, and
    takes it back."""
    if not row.rehearsal:
        return await records.decide(session, read, twins)
    async with session.begin_nested() as nested:
        before = await records.decide(session, again, {}) if again else []
        decided = await records.decide(session, read, twins)
        await nested.rollback()
    made = {one.record_id for one in [*before, *decided] if one.outcome == "created"}
    for one in decided:
        one.forget_what_was_made(made)
    return decided


async def _tell(session: AsyncSession, row: ImportRow, decided: Sequence[Decision]) -> None:
    told = json.dumps([one.told() for one in decided], default=str)
    await session.execute(_TELL, {"told": told, "id": row.id})
    row.position = decided[-1].number
    row.done += len(decided)
    for one in decided:
        setattr(row, one.outcome, getattr(row, one.outcome) + 1)
        row.flagged += bool(one.parsed.told.problems)
    await session.flush()
