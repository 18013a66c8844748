"""Documents over HTTP."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from services.contracts.base import BulkCreate, BulkResults, Label
from services.contracts.members.document import Document, DocumentCreate, DocumentUpdate
from services.kit.auth import Caller, staff_only
from services.kit.bulk import create_all
from services.kit.downloads import RangeNotSatisfiable, Wanted, described, send
from services.kit.errors import NotFound, UnsupportedMediaType
from services.kit.routing import CurrentCaller, CurrentRuntime, IfMatch, Prepared, Routes, WriteSession, answer
from services.kit.runtime import runtime_of
from services.kit.uploads import LARGEST, Upload, discard, receive, tidied
from services.members.features.documents import actions
from services.members.features.documents.files import FOLDER
from services.members.features.documents.queries import MEDIA_TYPES, documents, versions
from services.members.features.documents.reading import current_file, file_of_version, sendable
from services.members.features.documents.recognising import recognised
from services.members.features.organisations.actions import MergedAway
from services.members.features.persons.actions import PersonMergedAway

routes = Routes("/v1/documents", tag="Documents")
routes.reads(documents, scope="documents:read")
version_routes = Routes("/v1/document-versions", tag="Documents")
version_routes.reads(versions, scope="documents:read")


class FileTypeNotTaken(UnsupportedMediaType):
    """The file is of a kind that is not taken.

    Its content decides, not its name. Taken are PDF, Office and OpenDocument files without macros, RTF, plain text, CSV
    and images; pages and drawings that can hold scripts (HTML, SVG) are not.
    """

    status = 415


@routes.post("", scope="documents:write", response=Document, refuses=[NotFound, MergedAway, PersonMergedAway])
async def create_document(new: DocumentCreate, session: WriteSession, caller: CurrentCaller) -> Response:
    """Add a document about an organisation or a person.

    Then send its file with `PUT /v1/documents/{id}/content`.
    """
    row = await actions.create(session, caller, new)
    return await answer(session, caller, documents, row.id, 201)


@routes.post("/bulk", scope="documents:write", response=BulkResults, status=200)
async def create_documents(
    bulk: BulkCreate[DocumentCreate], session: WriteSession, caller: CurrentCaller
) -> BulkResults:
    """Add up to 1,000 documents.

    Each has its own result; with `atomic` one refusal refuses all.
    """
    return await create_all(session, caller, bulk, actions.create)


@routes.patch("/{id}", scope="documents:write", response=Document)
async def update_document(
    id: UUID, change: DocumentUpdate, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
) -> Response:
    """Change what is said of a document, or share it.

    Its file is replaced with `PUT /v1/documents/{id}/content`.
    """
    await actions.update(session, caller, id, change, if_match)
    return await answer(session, caller, documents, id)


@routes.delete("/{id}", scope="documents:write", refuses=[actions.DocumentInUse])
async def delete_document(id: UUID, session: WriteSession, caller: CurrentCaller, if_match: IfMatch) -> Response:
    """Delete a document with every version of its file."""
    await actions.delete(session, caller, id, if_match)
    return Response(status_code=204)


async def _received(request: Request, caller: Caller) -> Upload:
    """Look first whether the file will be wanted, then take it, before the transaction begins."""
    staff_only(caller)
    await sendable(request, caller)
    upload = await receive(request, FOLDER)
    media_type = await recognised(runtime_of(request).files, upload, request.query_params.get("file_name", ""))
    if media_type is None:
        await discard(request, upload)
        raise FileTypeNotTaken()
    return replace(upload, media_type=media_type)


@routes.put(
    "/{id}/content",
    scope="documents:write",
    response=Document,
    refuses=[FileTypeNotTaken],
    prepare=_received,
    turn=tidied,
    streams=("application/octet-stream", *MEDIA_TYPES),
    max_body=LARGEST,
)
async def file_document(
    id: UUID,
    file_name: Annotated[Label, Query(description="What the file is called.", examples=["application.pdf"])],
    upload: Annotated[Upload, Prepared],
    session: WriteSession,
    caller: CurrentCaller,
    if_match: IfMatch,
) -> Response:
    """Send a document's file.

    The body is the file itself. What it is, its content decides. An earlier file stays as an earlier version; the new
    one is there whole or not at all.
    """
    await actions.file(session, caller, id, upload, file_name, if_match)
    return await answer(session, caller, documents, id)


@routes.get(
    "/{id}/content",
    scope="documents:read",
    response_class=Response,
    responses=described(*MEDIA_TYPES),
    refuses=[RangeNotSatisfiable],
    purposeful=True,
)
async def download_document(id: UUID, wanted: Wanted, runtime: CurrentRuntime, caller: CurrentCaller) -> Response:
    """Download a document's file, or a part of it.

    Always an attachment, under its own name and type. A sensitive one is sent for a stated purpose, and on record.
    """
    return await send(runtime.files, await current_file(runtime, caller, id), wanted)


@version_routes.get(
    "/{id}/content",
    scope="documents:read",
    response_class=Response,
    responses=described(*MEDIA_TYPES),
    refuses=[RangeNotSatisfiable],
    purposeful=True,
)
async def download_document_version(
    id: UUID, wanted: Wanted, runtime: CurrentRuntime, caller: CurrentCaller
) -> Response:
    """Download one version of a document's file, or a part of it.

    Always an attachment, under its own name and type. A sensitive one is sent for a stated purpose, and on record.
    """
    return await send(runtime.files, await file_of_version(runtime, caller, id), wanted)
