"""The rows of an import: a page of what became of them, and those that were rejected as a file."""

import csv
import io
import json
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import Select, select

from services.contracts.members.imports import ImportedRow, ImportedRowPage
from services.kit.auth import Caller
from services.kit.errors import NotFound
from services.kit.export.columns import Column
from services.kit.export.spreadsheet import XlsxWriter
from services.kit.export.text import harmless
from services.kit.runtime import Runtime
from services.members.features.imports.disclosing import (
    harmless_problems,
    sensitive_fields,
    tell_of_export,
    tell_of_rows,
)
from services.members.features.imports.queries import imports
from services.members.files.header import REASON, REASON_BEGINS
from services.members.files.table import WORKBOOKS
from services.members.tables.imports import ImportLineRow, ImportRow

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_READ_AT_ONCE = 1_000
_REASON_OF_CARD = re.compile(r"^X-REASON:.*\n(?:[ \t].*\n)*", re.MULTILINE | re.IGNORECASE)
_OLD_ENCODINGS = frozenset({"gb18030", "big5hkscs", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "mac_roman"})


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows of an import."""

    outcome: str | None = None
    flagged: bool | None = None
    undo: str | None = None


async def seen(runtime: Runtime, caller: Caller, id: UUID) -> ImportRow:
    """The import, when the caller may see it."""
    async with runtime.database.transaction() as session:
        row: ImportRow | None = await session.scalar(imports.seen_by(caller).where(ImportRow.id == id))
    if row is None:
        raise NotFound("There is no import with this id, or it is not yours to see.")
    return row


async def page(
    runtime: Runtime, caller: Caller, id: UUID, asked: Asked, limit: int, cursor: str | None
) -> ImportedRowPage:
    """Rows in the file's order. What an earlier rehearsal said of rows that are not decided anew is not told."""
    row = await seen(runtime, caller, id)
    bound_to = f"import-rows|{id}|{asked}"
    after = int(runtime.cursors.open(bound_to, cursor, 1)[0] or 0) if cursor else 0
    async with runtime.database.transaction() as session:
        lines = (await session.scalars(_lines(row, asked, after).limit(limit + 1))).all()
    more, lines = len(lines) > limit, lines[:limit]
    about = [line.record_id for line in lines if row.resource == "persons" and line.record_id is not None]
    sensitive = await sensitive_fields(runtime, row)
    whole = await tell_of_rows(runtime, caller, row, sensitive, about)
    items = [_told(line, row, sensitive, whole=whole) for line in lines]
    return ImportedRowPage(
        items=items, next_cursor=runtime.cursors.seal(bound_to, [str(lines[-1].number)]) if more else None
    )


def _lines(row: ImportRow, asked: Asked, after: int) -> Select[ImportLineRow]:
    query = (
        select(ImportLineRow)
        .where(ImportLineRow.import_id == row.id, ImportLineRow.number > after)
        .order_by(ImportLineRow.number)
    )
    if asked != Asked() and row.state in ("checking", "running"):
        query = query.where(ImportLineRow.number <= row.position)
    if asked.outcome is not None:
        query = query.where(ImportLineRow.outcome == asked.outcome)
    if asked.flagged is not None:
        known = ImportLineRow.problems.is_not(None)
        query = query.where(known if asked.flagged else ~known)
    if asked.undo is not None:
        query = query.where(ImportLineRow.undo == asked.undo)
    return query


def _told(line: ImportLineRow, row: ImportRow, sensitive: frozenset[str], *, whole: bool) -> ImportedRow:
    if row.state in ("checking", "running") and line.number > row.position:
        return ImportedRow.model_validate({"number": line.number, "problems": []})
    return ImportedRow.model_validate(
        {
            "number": line.number,
            "outcome": line.outcome,
            "record_id": line.record_id,
            "problems": (line.problems or []) if whole else harmless_problems(row, sensitive, line.problems or []),
            "undo": line.undo,
            "name": line.name,
        }
    )


@dataclass(frozen=True, slots=True)
class RejectedFile:
    """Rejected rows in the file's own layout, with the reason behind."""

    name: str
    media_type: str
    content: AsyncIterator[bytes]


async def rejected(runtime: Runtime, caller: Caller, id: UUID) -> RejectedFile:
    """The rejected rows, to be corrected and sent again."""
    row = await seen(runtime, caller, id)
    format = row.facts.get("format", "csv")
    await tell_of_export(runtime, caller, row, format)
    stem = row.file_name.rsplit(".", 1)[0][:150]
    if format == "json":
        return RejectedFile(f"{stem}-rejected.json", "application/json", _as_json(runtime, row))
    if format in WORKBOOKS:
        return RejectedFile(f"{stem}-rejected.xlsx", SPREADSHEET, _as_workbook(runtime, row))
    if format == "vcard":
        return RejectedFile(f"{stem}-rejected.vcf", "text/vcard", _as_vcards(runtime, row))
    return RejectedFile(f"{stem}-rejected.csv", "text/csv", _as_csv(runtime, row))


async def _portions(runtime: Runtime, row: ImportRow) -> AsyncIterator[Sequence[ImportLineRow]]:
    after = 0
    while True:
        async with runtime.database.transaction() as session:
            # Of persons who were forgotten there is nothing to correct.
            query = _lines(row, Asked(outcome="rejected"), after).where(ImportLineRow.cells != []).limit(_READ_AT_ONCE)
            lines = (await session.scalars(query)).all()
        if not lines:
            return
        yield lines
        after = lines[-1].number


def reason_of(line: ImportLineRow) -> str:
    """Why a row was rejected, in a line."""
    told: list[dict[str, Any]] = line.problems or []
    return "; ".join(f"{one['column']}: {one['detail']}" if one.get("column") else one["detail"] for one in told)


@dataclass(frozen=True, slots=True)
class _Headed(Column):
    """A column by its place; headings of files may come twice, or be missing."""

    heading: str = ""

    @property
    def head(self) -> str:
        """Its name."""
        return self.heading


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the rows of a file stand in it, and where reasons go."""

    headings: list[str]
    """The file's own, or what its columns are called where no row names them; one for the reasons is the last."""
    headed: bool
    again: bool
    """Whether the column of reasons is in the file, from the last time."""

    @classmethod
    def of(cls, row: ImportRow) -> "_Layout":
        """That of an import's file."""
        own: list[str] = row.facts.get("header") or []
        headings: list[str] = own or row.facts.get("columns", [])
        last = row.columns[-1] if row.columns else None
        again = bool(headings and last and last["field"] is None) and headings[-1].strip().casefold() == REASON
        return cls(headings if again else [*headings, REASON], bool(own), again)

    def cells(self, cells: Sequence[str], line: ImportLineRow) -> list[str]:
        """A row with its reason, which says that it is one where no heading does."""
        reason = reason_of(line) if self.headed else f"{REASON_BEGINS} {reason_of(line)}"
        return [*(cells[:-1] if self.again else cells), reason]


async def _as_csv(runtime: Runtime, row: ImportRow) -> AsyncIterator[bytes]:
    encoding = row.facts.get("encoding") or "utf-8"
    encoding = encoding if encoding in _OLD_ENCODINGS else "utf-8"
    layout = _Layout.of(row)
    mark = "\ufeff" if encoding.startswith("utf-") and encoding != "utf-16" else ""
    yield (mark + (_line(layout.headings, row) if layout.headed else "")).encode(encoding)
    async for lines in _portions(runtime, row):
        text = "".join(_line(layout.cells([*line.cells, *line.extra], line), row) for line in lines)
        # UTF-16 would begin each portion with its mark.
        yield text.encode("utf-16-le" if encoding == "utf-16" else encoding, "replace")


def _line(cells: Sequence[str], row: ImportRow) -> str:
    out = io.StringIO()
    delimiter = row.facts.get("delimiter") or ","
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerow([harmless(cell) for cell in cells])
    return out.getvalue()


async def _as_workbook(runtime: Runtime, row: ImportRow) -> AsyncIterator[bytes]:
    layout = _Layout.of(row)
    columns = [_Headed((str(place),), heading=heading) for place, heading in enumerate(layout.headings)]
    writer = XlsxWriter("rejected", columns, {}, runtime.settings.office_zone, headed=layout.headed)
    yield writer.begin()
    async for lines in _portions(runtime, row):
        rows = [layout.cells(line.cells, line) for line in lines]
        yield writer.rows([to_json({str(place): cell for place, cell in enumerate(row)}) for row in rows])
    yield writer.end()


async def _as_json(runtime: Runtime, row: ImportRow) -> AsyncIterator[bytes]:
    first = True
    yield b"["
    async for lines in _portions(runtime, row):
        for line in lines:
            record = {**json.loads(line.raw or "{}"), REASON: reason_of(line)}
            yield (b"\n" if first else b",\n") + json.dumps(record, ensure_ascii=False).encode()
            first = False
    yield b"\n]\n"


async def _as_vcards(runtime: Runtime, row: ImportRow) -> AsyncIterator[bytes]:
    async for lines in _portions(runtime, row):
        for line in lines:
            reason = reason_of(line).replace("\\", "\\\\").replace("\n", "\\n").replace(",", "\\,").replace(";", "\\;")
            card = _REASON_OF_CARD.sub("", line.raw or "").removesuffix("END:VCARD")
            yield f"{card}X-REASON:{reason}\nEND:VCARD\n".replace("\n", "\r\n").encode()
