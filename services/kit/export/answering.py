"""Answers an export: one chunk of rows after the other, each read when the client has taken the last one.

No transaction and no connection is held for a client that is slow. What fails half-way breaks the connection, so that a
part never passes for the whole.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from services.kit.audit import MOST_NAMED, audited
from services.kit.auth import Caller
from services.kit.clock import office_today
from services.kit.custom.asking import rows_query
from services.kit.disclosure import HEADER, check_purpose, stating, tell_within
from services.kit.export.cards import CardWriter
from services.kit.export.columns import Column, Keys, columns_of
from services.kit.export.keys import keys_of
from services.kit.export.query import EXTENSIONS, MEDIA_TYPES, ExportQuery, export_model
from services.kit.export.spreadsheet import XlsxWriter
from services.kit.export.text import CsvWriter, JsonLinesWriter
from services.kit.left_out import hidden
from services.kit.rights import disclosure, withheld
from services.kit.runtime import Runtime, runtime_of
from services.kit.shape import Asked

if TYPE_CHECKING:
    from services.kit.reading import Resource

_FIRST_ROWS: Final = 200
_MOST_ROWS: Final = 2_000
_ABOUT_BYTES: Final = 2_000_000
"""Of a chunk: rows may be long, and what an export holds in memory is a few chunks."""
_LONGEST_SECONDS: Final = 3_600.0


class Writer(Protocol):
    """Writes a file in one form."""

    def begin(self) -> bytes:
        """What stands before the first record."""

    def rows(self, records: Sequence[bytes]) -> bytes:
        """Some records, given as JSON."""

    def end(self) -> bytes:
        """What stands behind the last one."""

    def abandon(self) -> None:
        """Let go of a file that is not to be finished."""


class TookTooLong(Exception):
    """The file was not taken within an hour."""


class Exporter:
    """The export of one resource's list."""

    def __init__(self, resource: "Resource[Any]") -> None:
        self._resource = resource
        self.query = export_model(resource)
        self._name = resource.path.rsplit("/", 1)[-1]

    async def answer(self, request: Request) -> Response:
        """Check and audit it, and answer with its beginning; the rest follows as it is taken."""
        runtime, caller = runtime_of(request), request.state.caller
        resource = self._resource
        query = await rows_query(runtime, resource, caller, self.query, request.scope["query_string"])
        if resource.asks_purpose:
            caller = stating(caller, request.headers.get(HEADER), query.stated)
        await query.look_up(runtime.read, caller, resource.filter)
        # Best first means little in a file, and costs much: asked for by name only.
        asked = resource.asked(caller, query, sort=resource.default_sort, exporting=True)
        if query.format == "vcard" and resource.cards is not None:
            expand = tuple(sorted({*asked.shape.expand, *resource.cards.expand}))
            asked = replace(asked, shape=replace(asked.shape, expand=expand))
        writer = await self._writer(runtime, asked, query)
        rows = await resource.rows(runtime.read, asked, None, _FIRST_ROWS)
        headers = {"Content-Disposition": f'attachment; filename="{self._file_name(query)}"'}
        if left_out := await self._left_out(runtime, asked):
            headers["Left-Out"] = ", ".join(
                reason if count is None else f"{reason}={count}" for reason, count in left_out.items()
            )
        if query.format != "vcard":  # on a card nothing sensitive ever stands
            headers |= withheld(resource, caller, query.fields)
        await self._audit(runtime, caller, query, asked)
        return StreamingResponse(
            self._pieces(runtime, caller, asked, writer, rows), headers=headers, media_type=MEDIA_TYPES[query.format]
        )

    async def _writer(self, runtime: Runtime, asked: Asked, query: ExportQuery) -> Writer:
        if query.format == "jsonl":
            return JsonLinesWriter()
        if query.format == "vcard" and self._resource.cards is not None:
            return CardWriter(self._resource.cards)
        keys = await keys_of(self._resource, runtime.read, asked)
        columns, zone = self._columns(asked, keys), ZoneInfo(query.time_zone)
        if query.format == "xlsx":
            return XlsxWriter(self._name, columns, keys, zone)
        return CsvWriter(columns, keys, zone)

    async def _left_out(self, runtime: Runtime, asked: Asked) -> dict[str, int | None]:
        """How many rows are not in the file, by reason."""
        counts = dict(await hidden(self._resource, runtime.read, asked))
        if asked.shape.left_out:
            _, *more = await self._resource.counted(runtime.read, asked)
            counts |= zip(asked.shape.left_out, more, strict=True)
        return counts

    def _columns(self, asked: Asked, keys: Keys) -> list[Column]:
        shown = {*asked.shape.fields, *asked.shape.expand}
        fields = self._resource.model.model_fields
        return [
            column for name in fields if name in shown for column in columns_of(fields[name].annotation, keys, (name,))
        ]

    def _file_name(self, query: ExportQuery) -> str:
        return f"{self._name}-{office_today():%Y-%m-%d}.{EXTENSIONS[query.format]}"

    async def _audit(self, runtime: Runtime, caller: Caller, query: ExportQuery, asked: Asked) -> None:
        """Committed before the first byte leaves; which values were asked for may be personal, and is not kept."""
        async with runtime.database.transaction() as session:
            if asked.disclosed:
                await check_purpose(session, runtime.purpose_known, caller)
            await audited(
                session,
                caller,
                action=f"{self._name}.exported",
                resource=self._resource.name,
                fields=[*asked.shape.fields, *asked.shape.expand],
                purpose=caller.purpose if asked.disclosed else None,
                detail={"format": query.format, **asked.shape.asks_by},
            )

    async def _name_those(self, runtime: Runtime, caller: Caller, asked: Asked, rows: list[tuple[Any, ...]]) -> None:
        """Put on record whose sensitive fields are about to leave; whoever stops half-way was not shown the rest."""
        about = [UUID(row[-1]) for row in rows]  # the last key of every order is the id
        async with runtime.database.transaction() as session:
            told = disclosure(self._resource, "exported", about, asked.disclosed)
            await tell_within(session, runtime.purpose_known, caller, told)

    async def _pieces(
        self, runtime: Runtime, caller: Caller, asked: Asked, writer: Writer, rows: list[tuple[Any, ...]]
    ) -> AsyncIterator[bytes]:
        ends, limit = time.monotonic() + _LONGEST_SECONDS, _FIRST_ROWS
        most = MOST_NAMED if asked.disclosed else _MOST_ROWS
        whole = False
        try:
            if beginning := writer.begin():
                yield beginning
            while rows:
                # Beside the event loop: other requests need not wait for a thousand rows to be written.
                piece = await asyncio.to_thread(writer.rows, [row[0] for row in rows])
                if asked.disclosed:
                    await self._name_those(runtime, caller, asked, rows)
                if piece:
                    yield piece
                if time.monotonic() > ends:
                    raise TookTooLong
                more, last, limit = len(rows) == limit, rows[-1][1:], min(most, _next(rows))
                rows = await self._resource.rows(runtime.read, asked, last, limit) if more else []
            ending = writer.end()
            whole = True
            if ending:
                yield ending
        finally:
            if not whole:
                writer.abandon()


def _next(rows: list[tuple[Any, ...]]) -> int:
    """How many rows to read next, by how long the last ones were."""
    length = sum([len(row[0]) for row in rows]) // len(rows)
    return max(1, min(_MOST_ROWS, _ABOUT_BYTES // (length or 1)))
