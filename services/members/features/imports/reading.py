"""Reading: the file becomes rows in the database, and a proposal of what its columns become."""

import asyncio
import tempfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from services.kit.changes import save
from services.kit.files import FileMissing
from services.kit.runtime import Runtime
from services.members.features.import_mappings.actions import fitting
from services.members.features.import_mappings.queries import import_mappings
from services.members.features.imports.child import Reader
from services.members.features.imports.disclosing import private_fields
from services.members.features.imports.proposal import applied, marked, propose, proposed, waits_for
from services.members.features.imports.states import begin_anew, caller_of, finish, forget_lines, locked
from services.members.features.persons.queries import SENSITIVE_SCOPE
from services.members.files.table import Unreadable
from services.members.tables.imports import ImportMappingRow, ImportRow

_SECONDS = 300.0
_COPIED_AT_ONCE = 2_000
_NOTES = {
    "merged_cells": "Merged cells: what stands in the first was read for those below it.",
    "merged_across": "Cells merged across columns: what stands in them was read for the first of these columns only.",
    "other_sheets": "Other sheets were not read: {others}.",
    "hidden_sheets": "Hidden sheets were not read: {hidden}.",
    "long_numbers": "Some numbers have more than 15 digits, and had lost the last ones before the file was saved.",
    "quotes_do_not_close": "A quotation mark opens a cell and none closes it, so all were read as letters.",
    "zero_bytes": "The file holds zero bytes, which were left out.",
    "broken_characters": "Some characters could not be read in this encoding.",
}
_COPY = "COPY import_line (import_id, number, cells, extra, raw) FROM STDIN"


async def read_file(runtime: Runtime, row: ImportRow) -> bool:
    """Read the file of an import. Whether there is more to do."""
    with tempfile.TemporaryDirectory(prefix="import-") as folder:
        path = Path(folder) / "file"
        reader = Reader(path, row.options, _SECONDS)
        try:
            await _fetch(runtime, row, path)
            await forget_lines(runtime, row.id)  # a worker that died may have read a part
            if not await _keep_rows(runtime, row.id, reader):
                return True  # cancelled meanwhile; the next step tidies up
        except (Unreadable, FileMissing, TimeoutError) as error:
            await _fail(runtime, row.id, error)
        else:
            await _understand(runtime, row.id, reader)
    if row.stored_as is not None:
        await runtime.files.delete(row.stored_as)
    return True


async def _fetch(runtime: Runtime, row: ImportRow, path: Path) -> None:
    pieces = await runtime.files.get(row.stored_as or "")
    with path.open("wb") as file:
        async for piece in pieces:
            await asyncio.to_thread(file.write, piece)


async def _keep_rows(runtime: Runtime, id: UUID, reader: Reader) -> bool:
    """Store rows as they come. False when the import is no longer to be read."""
    waiting: list[Any] = []
    count = 0
    async for portion in reader.rows():
        waiting += portion
        if len(waiting) >= _COPIED_AT_ONCE:
            count += len(waiting)
            if not await _copy(runtime, id, waiting, count):
                return False
            waiting = []
    return await _copy(runtime, id, waiting, count + len(waiting))


async def _copy(runtime: Runtime, id: UUID, rows: Sequence[Any], count: int) -> bool:
    async with runtime.database.transaction() as session:
        row = await locked(session, id)
        if row is None or row.state != "reading":
            return False
        raw = await (await session.connection()).get_raw_connection()
        connection: Any = raw.driver_connection
        async with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            for number, cells, extra, text in rows:
                await copy.write_row((id, number, cells, extra, text))
        await session.execute(update(ImportRow).where(ImportRow.id == id).values(read=count))
    return True


async def _fail(runtime: Runtime, id: UUID, error: Exception) -> None:
    code, detail = "too_slow", "The file takes too long to read."
    if isinstance(error, Unreadable):
        code, detail = error.code, str(error)
    elif isinstance(error, FileMissing):
        code, detail = "file_gone", "The file was not kept; send it again."
    # First: of an import that has failed nothing is looked for any more.
    await forget_lines(runtime, id)
    async with runtime.database.transaction() as session:
        row = await locked(session, id)
        if row is None or row.state != "reading":
            return
        row.read = 0
        row.stored_as = None
        await finish(session, row, "failed", {"code": code, "detail": detail})


async def _understand(runtime: Runtime, id: UUID, reader: Reader) -> None:
    """Propose what the columns become, and go on when nothing must be asked."""
    facts, end = reader.facts, reader.end
    async with runtime.database.transaction() as session:
        row = await locked(session, id)
        if row is None or row.state != "reading":
            return
        row.facts = facts
        row.notes = _notes(facts, end["notes"])
        row.stored_as = None
        row.read = end["rows"]
        looks = [{**look, "samples": look["samples"][:10]} for look in end["columns"]]
        await _propose(session, row, facts["columns"], end["columns"], looks)
        _guard(row, await private_fields(session, row.resource))
        waiting = waits_for(row.resource, row.columns)
        if waiting is not None:
            row.state, row.problem = "proposed", waiting
        else:
            row.state = "checking" if row.rehearsal else "running"
            begin_anew(row)
        await save(session, caller_of(row), "members.import.read", row, required_scopes=row.required_scopes)


async def _propose(
    session: AsyncSession,
    row: ImportRow,
    columns: Sequence[str],
    looks: Sequence[Mapping[str, Any]],
    kept: Sequence[Mapping[str, Any]],
) -> None:
    mapping: ImportMappingRow | None = None
    if row.mapping_id is not None:
        query = import_mappings.seen_by(caller_of(row)).where(ImportMappingRow.id == row.mapping_id)
        mapping = await session.scalar(query)
    mapping = mapping or await fitting(session, row.resource, columns)
    if mapping is None:
        made = propose(row.resource, columns, looks)
        row.columns = [{**column, "look": look} for column, look in zip(made, kept, strict=True)]
        return
    plain = [proposed(column, look, None, "unknown") for column, look in zip(columns, kept, strict=True)]
    row.columns = applied(plain, mapping.columns, "saved")
    row.mapping_id, row.defaults = mapping.id, mapping.defaults


def _guard(row: ImportRow, private: Collection[str]) -> None:
    """What the sender may not write is left out; what not everyone may see makes the import so, too."""
    caller = caller_of(row)
    columns, withheld = [], []
    for column in marked(row.resource, row.columns, private):
        if "sensitive" in column:
            row.required_scopes = sorted({*row.required_scopes, SENSITIVE_SCOPE})
            if SENSITIVE_SCOPE not in caller.scopes:  # to write them, no purpose is stated
                withheld.append(column["column"])
                column = {**column, "field": None}
        columns.append(column)
    row.columns = columns
    if withheld:
        detail = f"These columns need the scope {SENSITIVE_SCOPE} and are left out: {', '.join(withheld)}."
        row.notes = [*row.notes, {"code": "needs_scope", "detail": detail}]


def _notes(facts: Mapping[str, Any], codes: Sequence[str]) -> list[dict[str, str]]:
    hidden = facts["hidden_sheets"]
    others = [name for name in facts["sheets"] if name != facts["sheet"] and name not in hidden]
    return [
        {"code": code, "detail": _NOTES[code].format(others=", ".join(others), hidden=", ".join(hidden))}
        for code in dict.fromkeys(codes)
    ]
