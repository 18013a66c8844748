"""Running: rows become records, a thousand at a time, each portion one transaction."""

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.kit.errors import Problem
from services.kit.runtime import Runtime
from services.members.features.country_labels.actions import labels
from services.members.features.imports.convert.cells import Context
from services.members.features.imports.convert.row import RowReader
from services.members.features.imports.deciding import Decision
from services.members.features.imports.states import finish, locked
from services.members.features.imports.writing import Build, Records, records_of
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


@dataclass(frozen=True, slots=True)
class _Portion:
    """Rows that were read and are to be decided; the last portion has none."""

    of: ImportRow
    """The import as it was when they were read."""
    after: int
    """Number of the row before them."""
    lines: Sequence[ImportLineRow]
    decisions: list[Decision]

    @property
    def last(self) -> int:
        """Number of the last of them."""
        return self.lines[-1].number if self.lines else self.after


async def run_portions(runtime: Runtime, id: UUID, ends: float = 0.0) -> bool:
    """Decide rows until `ends`, by the monotonic clock, and a portion at least. Whether there is more to do.

    While the database stores a portion, the next one is read beside it.
    """
    portion = await _read_next(runtime, id, None)
    while portion is not None:
        ahead = None
        if portion.lines and time.monotonic() < ends:
            ahead = asyncio.create_task(_read_next(runtime, id, portion))
        try:
            went_on = await _store(runtime, portion)
        except BaseException:
            if ahead is not None:
                ahead.cancel()
                await asyncio.wait([ahead])
            raise
        following = await ahead if ahead is not None else None
        if not went_on or following is None:
            return bool(portion.lines) or not went_on
        portion = following
    async with runtime.database.transaction() as session:
        return await session.get(ImportRow, id) is not None


async def _read_next(runtime: Runtime, id: UUID, before: _Portion | None) -> _Portion | None:
    """The next rows as the records they mean; None when the import is not to be run."""
    async with runtime.database.transaction() as session:
        row = await session.get(ImportRow, id)
        if row is None or row.state not in ("checking", "running"):
            return None
        after = row.position if before is None else before.last
        lines = await _next_lines(session, row, after)
    reader = await reader_of(runtime, row)
    # Of a list that is known already, rows built ahead would be for nothing.
    build = records_of(runtime, row).build if row.created >= row.updated + row.matched else None
    return _Portion(row, after, lines, await asyncio.to_thread(_read, reader, lines, build))


async def _store(runtime: Runtime, portion: _Portion) -> bool:
    """Decide a portion in one transaction. False when somebody else did, or the import is no longer to be run."""
    row = portion.of
    records = records_of(runtime, row)
    twins = {line.number: (line.twin, line.twin_key or "") for line in portion.lines if line.twin is not None}
    await records.ask([decision.parsed for decision in portion.decisions], twins)
    async with runtime.database.transaction() as session:
        held = await locked(session, row.id)
        if held is None or (held.state, held.position, held.version) != (row.state, portion.after, row.version):
            return False
        if not portion.lines:
            await finish(session, held, "checked" if held.rehearsal else "done")
            return True
        decided = await _decide(session, held, records, portion.decisions, twins)
        await _tell(session, held, decided)
    return True


async def _next_lines(session: AsyncSession, row: ImportRow, after: int) -> Sequence[ImportLineRow]:
    query = (
        select(ImportLineRow)
        .where(ImportLineRow.import_id == row.id, ImportLineRow.number > after)
        .order_by(ImportLineRow.number)
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
    read: Sequence[Decision],
    twins: dict[int, tuple[int, str]],
) -> list[Decision]:
    """What becomes of each row. A rehearsal does all of it, and takes it back."""
    if not row.rehearsal:
        return await records.decide(session, read, twins)
    async with session.begin_nested() as nested:
        decided = await records.decide(session, read, twins)
        await nested.rollback()
    for one in decided:
        one.forget_what_was_made()
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
