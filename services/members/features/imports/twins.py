"""Rows of one file that share an id or a main address: found before any is decided, so that none overwrites another."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, text, update

from services.kit.runtime import Runtime
from services.members.features.imports.convert.row import RowReader
from services.members.features.imports.running import reader_of
from services.members.features.imports.states import locked
from services.members.tables.imports import ImportLineRow, ImportRow

_READ_AT_ONCE = 5_000
_MARKED_AT_ONCE = 10_000
_MARK = text(
    "UPDATE import_line l SET twin = v.twin, twin_key = v.key FROM jsonb_to_recordset(CAST(:marks AS jsonb)) "
    "AS v(number int, twin int, key text) WHERE l.import_id = :id AND l.number = v.number"
)


async def mark_twins(runtime: Runtime, row: ImportRow) -> None:
    """Mark the rows that share an id, and those whose main address an earlier row has."""
    reader = await reader_of(runtime, row)
    first: dict[str, int] = {}
    marks: dict[int, tuple[int, str]] = {}
    after = 0
    while True:
        lines = await _lines(runtime, row, after)
        if not lines:
            break
        await asyncio.to_thread(_compare, reader, lines, first, marks)
        after = lines[-1][0]
    listed = [{"number": number, "twin": twin, "key": key} for number, (twin, key) in marks.items()]
    async with runtime.database.transaction() as session:
        held = await locked(session, row.id)
        if held is None or held.version != row.version:
            return
        marked = ImportLineRow.import_id == row.id, ImportLineRow.twin.is_not(None)
        await session.execute(update(ImportLineRow).where(*marked).values(twin=None, twin_key=None))
        for start in range(0, len(listed), _MARKED_AT_ONCE):
            portion = json.dumps(listed[start : start + _MARKED_AT_ONCE])
            await session.execute(_MARK, {"marks": portion, "id": row.id})
        await session.execute(update(ImportRow).where(ImportRow.id == row.id).values(prepared=True))


async def _lines(runtime: Runtime, row: ImportRow, after: int) -> Sequence[Any]:
    query = (
        select(ImportLineRow.number, ImportLineRow.cells)
        .where(ImportLineRow.import_id == row.id, ImportLineRow.number > after)
        .order_by(ImportLineRow.number)
        .limit(_READ_AT_ONCE)
    )
    async with runtime.database.transaction() as session:
        return (await session.execute(query)).all()


def _compare(reader: RowReader, lines: Sequence[Any], first: dict[str, int], marks: dict[int, tuple[int, str]]) -> None:
    for number, cells in lines:
        for key in reader.keys(cells):
            earlier = first.setdefault(key, number)
            if earlier == number:
                continue
            by_address = key.startswith("email:")
            if not (by_address and number in marks):
                marks[number] = (earlier, key)
            if not by_address:
                marks[earlier] = (earlier, key)
