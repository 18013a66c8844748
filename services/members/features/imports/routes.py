"""Imports over HTTP."""

from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import Query, Response
from fastapi.responses import StreamingResponse
from pydantic import Field, StringConstraints

from services.contracts.members.imports import (
    Delimiter,
    FileEncoding,
    Import,
    ImportedRowPage,
    ImportResource,
    ImportRunCreate,
    OnInvalid,
    RowOutcome,
    UndoOutcome,
)
from services.kit.errors import InvalidCursor, NotFound
from services.kit.export.describing import EXPORT_SCOPE
from services.kit.listing import TrueOrFalse
from services.kit.routing import CurrentCaller, CurrentRuntime, Prepared, Routes, WriteSession, answer
from services.members.features.imports import actions, progress, rows
from services.members.features.imports.queries import imports
from services.members.features.imports.receiving import (
    LARGEST_FILE,
    MEDIA_TYPES,
    Received,
    UnreadableFile,
    receive,
)

routes = Routes("/v1/imports", tag="Imports")
routes.reads(imports, scope="members:read")

FileName = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\u0000-\u001f\u007f]*$")]
SheetName = Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\u0000]*$")]
Cursor = Annotated[str, StringConstraints(max_length=8_000)]
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {"schema": progress.EVENTS}}, "description": "Events."}
}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            **{
                media_type: {"schema": {"type": "string", "format": "binary"}}
                for media_type in ("text/csv", rows.SPREADSHEET, "text/vcard")
            },
            "application/json": {"schema": {"type": "array", "items": {"type": "object"}, "maxItems": 200_000}},
        },
        "description": "The rejected rows.",
    }
}


@routes.post(
    "",
    scope="members:write",
    response=Import,
    refuses=[NotFound, UnreadableFile],
    prepare=receive,
    streams=MEDIA_TYPES,
    max_body=LARGEST_FILE,
    rehearses=False,
)
async def create_import(
    session: WriteSession,
    caller: CurrentCaller,
    runtime: CurrentRuntime,
    received: Annotated[Received, Prepared],
    resource: Annotated[ImportResource, Query(description="What the rows are.")],
    dry_run: Annotated[
        TrueOrFalse, Query(description="Report what would become of each row, and store no record.")
    ] = False,
    filename: Annotated[FileName | None, Query(description="Else `Content-Disposition` or the form tells it.")] = None,
    mapping_id: Annotated[UUID | None, Query(description="A saved mapping to use.")] = None,
    on_invalid: Annotated[
        OnInvalid | None, Query(description="A value that cannot be taken is left out, or its row is rejected.")
    ] = None,
    encoding: Annotated[FileEncoding | None, Query(description="Of a text file; else it is found out.")] = None,
    delimiter: Annotated[Delimiter | None, Query(description="Between cells; else it is found out.")] = None,
    header_row: Annotated[
        int | None, Field(ge=0, le=10_000), Query(description="The row that names the columns; 0: none does.")
    ] = None,
    sheet: Annotated[SheetName | None, Query(description="Of a workbook; else the first visible one.")] = None,
) -> Response:
    """Import a file.

    The body is the file itself, or a form with it alone: CSV, TSV, XLSX, XLS, ODS, JSON or vCard, up to 50 MB and
    200,000 rows, told apart by its content. The answer comes at once; follow the import by reading it or with its
    progress. It goes on by itself when the columns are understood, and waits as `proposed` when no column holds names.
    With `dry_run` it reports and stores nothing; `POST /v1/imports/{id}/runs` then stores. Persons need persons:write
    as well, counterparts liaison:write.
    """
    del filename  # read with the body
    wishes = actions.Wishes(
        resource=resource,
        rehearse=dry_run,
        mapping_id=mapping_id,
        on_invalid=on_invalid,
        encoding=encoding,
        delimiter=delimiter,
        header_row=header_row,
        sheet=sheet,
    )
    row = await actions.create(session, runtime.files, caller, received, wishes)
    return await answer(session, caller, imports, row.id, 201)


@routes.post("/{id}/runs", scope="members:write", response=Import, status=200, refuses=[actions.ImportNotReady])
async def run_import(id: UUID, wanted: ImportRunCreate, session: WriteSession, caller: CurrentCaller) -> Response:
    """Store the rows of an import, or rehearse it again.

    For one that waits for a mapping, and after a rehearsal; with another mapping where the proposal was not right.
    """
    row = await actions.run(session, caller, id, wanted)
    return await answer(session, caller, imports, row.id)


@routes.post(
    "/{id}/cancellations", scope="members:write", response=Import, status=200, refuses=[actions.ImportNotReady]
)
async def cancel_import(id: UUID, session: WriteSession, caller: CurrentCaller) -> Response:
    """Stop an import.

    Rows that were stored by then stay; take them back with `POST /v1/imports/{id}/undos`.
    """
    row = await actions.cancel(session, caller, id)
    return await answer(session, caller, imports, row.id)


@routes.post(
    "/{id}/undos",
    scope="members:write",
    response=Import,
    status=200,
    refuses=[actions.ImportNotReady, actions.NothingToUndo],
)
async def undo_import(id: UUID, session: WriteSession, caller: CurrentCaller) -> Response:
    """Take an import back.

    Within 30 days. Records it made go, those it changed are as they were. Records that were changed since stay; its
    rows name them (`undo=changed_since`).
    """
    row = await actions.undo(session, caller, id)
    return await answer(session, caller, imports, row.id)


@routes.get(
    "/{id}/rows",
    scope="members:read",
    response=ImportedRowPage,
    refuses=[InvalidCursor],
    purposeful=True,
)
async def list_import_rows(
    id: UUID,
    runtime: CurrentRuntime,
    caller: CurrentCaller,
    outcome: Annotated[RowOutcome | None, Query(description="What became of them.")] = None,
    flagged: Annotated[TrueOrFalse | None, Query(description="With or without something to look at.")] = None,
    undo: Annotated[UndoOutcome | None, Query(description="What became of them when it was taken back.")] = None,
    limit: Annotated[int, Field(ge=1, le=200), Query(description="Rows a page.")] = 50,
    cursor: Annotated[Cursor | None, Query(description="`next_cursor` of the page before.")] = None,
) -> ImportedRowPage:
    """List the rows of an import.

    What became of each, with every value that could not be taken as it is; those of sensitive columns for a stated
    purpose, and on record.
    """
    return await rows.page(runtime, caller, id, rows.Asked(outcome, flagged, undo), limit, cursor)


@routes.get(
    "/{id}/rejected-rows",
    scope="members:read",
    besides=(EXPORT_SCOPE,),
    responses=_FILE,
    response_class=Response,
    purposeful=True,
)
async def download_rejected_rows(id: UUID, runtime: CurrentRuntime, caller: CurrentCaller) -> Response:
    """Download the rejected rows.

    In the layout and the format of the file that was sent, with a reason behind (XLS and ODS come as XLSX); correct
    them and send the file again. It leaves an audit record; a file with sensitive columns is sent for a stated purpose.
    Needs records:export, and persons:sensitive for sensitive columns.
    """
    file = await rows.rejected(runtime, caller, id)
    disposition = f"attachment; filename=\"rejected\"; filename*=UTF-8''{quote(file.name, safe='')}"
    headers = {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"}
    return StreamingResponse(file.content, media_type=file.media_type, headers=headers)


@routes.get("/{id}/progress", scope="members:read", responses=_STREAM, response_class=Response)
async def follow_import(id: UUID, runtime: CurrentRuntime, caller: CurrentCaller) -> Response:
    """Follow an import.

    Server-sent events: `progress` with its state and counts whenever they change, `end` when it works no more. The
    connection ends after a minute at the latest; ask again until `end` came.
    """
    events = await progress.progress(runtime, caller, id)
    return StreamingResponse(events, media_type="text/event-stream", headers={"Cache-Control": "no-store"})
