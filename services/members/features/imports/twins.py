"""Rows of one file that share an id or a main address: found before any is decided, so that none overwrites another."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update

from services.kit.runtime import Runtime
from services.members.features.imports.convert.row import RowReader
from services.members.features.imports.running import reader_of
from services.members.features.imports.states import locked
from services.members.features.imports.writing import ADDRESS, Records, records_of
from services.members.tables.imports import ImportLineRow, ImportRow

_READ_AT_ONCE = 5_000
_MARKED_AT_ONCE = 10_000
_NAMED_AT_ONCE = 1_000
_MARK = text(
    "UPDATE import_line l SET twin = v.twin, twin_key = v.key FROM jsonb_to_recordset(CAST(:marks AS jsonb)) "
    "AS v(number int, twin int, key text) WHERE l.import_id = :id AND l.number = v.number"
)


async def mark_twins(runtime: Runtime, row: ImportRow) -> None:
    """Mark the rows that share an id, and those whose main address an earlier row has."""
    reader, records = await reader_of(runtime, row), records_of(runtime, row)
    first: dict[str, int] = {}
    marks: dict[int, tuple[int, str]] = {}
    after = 0
    while True:
        lines = await _lines(runtime, row, after)
        if not lines:
            break
        keys = await asyncio.to_thread(_keys, reader, lines)
        _compare(keys, await _records(runtime, records, keys), first, marks)
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


def _keys(reader: RowReader, lines: Sequence[Any]) -> list[tuple[int, list[str]]]:
    return [(number, keys) for number, cells in lines if (keys := reader.keys(cells))]


async def _records(runtime: Runtime, records: Records, rows: Sequence[tuple[int, list[str]]]) -> dict[str, str]:
    """Of keys that name a record which is there, its id as a key: two rows may name one record by different keys."""
    found: dict[str, str] = {}
    keys = sorted({key for _, keys in rows for key in keys if not key.startswith(ADDRESS)})
    for start in range(0, len(keys), _NAMED_AT_ONCE):
        of: dict[object, str] = {}
        for key in keys[start : start + _NAMED_AT_ONCE]:
            of[_meant(key)] = key
        ids = {one for one in of if isinstance(one, UUID)}
        async with runtime.database.transaction() as session:
            named = await records.named(session, ids, {one for one in of if isinstance(one, tuple)})
        found |= {of[one]: f"id:{id}" for one, id in named.items()}
    return found


def _meant(key: str) -> UUID | tuple[str, str]:
    scheme, _, value = key.partition(":")
    with suppress(ValueError):
        if scheme == "id":
            return UUID(value)
    return scheme, value


def _compare(
    rows: Sequence[tuple[int, list[str]]],
    records: Mapping[str, str],
    first: dict[str, int],
    marks: dict[int, tuple[int, str]],
) -> None:
    for number, keys in rows:
        for key in dict.fromkeys([*keys, *(records[one] for one in keys if one in records)]):
            earlier = first.setdefault(key, number)
            if earlier == number:
                continue
            by_address = key.startswith(ADDRESS)
            if not (by_address and number in marks):
                marks[number] = (earlier, key)
            if not by_address:
                marks[earlier] = (earlier, key)
