"""Finding the file of a document, for those who may read it."""

from uuid import UUID

from starlette.requests import Request

from services.contracts.members.document import Document, DocumentVersion
from services.kit.auth import Caller
from services.kit.disclosure import Disclosure
from services.kit.downloads import Attachment
from services.kit.errors import NotFound
from services.kit.etag import IfMatch
from services.kit.runtime import Runtime, runtime_of
from services.members.features.documents.files import file_of
from services.members.features.documents.queries import SENSITIVE, documents, versions


async def sendable(request: Request, caller: Caller) -> None:
    """Refuse before a large file is read for nothing. The transaction decides again."""
    id = UUID(str(request.path_params["id"]))
    found = await documents.one(runtime_of(request).read, caller, id, fields=["id"])
    if found is None:
        raise NotFound("There is no document with this id, or it is not yours to see.")
    IfMatch.of(",".join(request.headers.getlist("if-match"))).check(found.version)


async def current_file(runtime: Runtime, caller: Caller, id: UUID) -> Attachment:
    """The newest version's file."""
    document = await _document(runtime, caller, id)
    content = document.content
    if content is None:
        raise NotFound("The document has no file yet.")
    await _tell(runtime, caller, document)
    return Attachment(
        name=file_of(content.version_id),
        file_name=content.file_name,
        media_type=content.media_type,
        size=content.size,
        tag=_tag(content.number, content.sha256),
    )


async def file_of_version(runtime: Runtime, caller: Caller, id: UUID) -> Attachment:
    """The file of any version."""
    found = await versions.one(runtime.read, caller, id)
    if found is None:
        raise NotFound("There is no document version with this id, or it is not yours to see.")
    version = DocumentVersion.model_validate_json(found.body)
    await _tell(runtime, caller, await _document(runtime, caller, version.document_id))
    return Attachment(
        name=file_of(version.id),
        file_name=version.file_name,
        media_type=version.media_type,
        size=version.size,
        tag=_tag(version.number, version.sha256),
    )


async def _document(runtime: Runtime, caller: Caller, id: UUID) -> Document:
    found = await documents.one(runtime.read, caller, id)
    if found is None:
        raise NotFound("There is no document with this id, or it is not yours to see.")
    return Document.model_validate_json(found.body)


async def _tell(runtime: Runtime, caller: Caller, document: Document) -> None:
    """Who takes a sensitive file says what for, and stands in the audit log before a byte of it leaves."""
    if document.sensitive:
        caller.require_to_read(SENSITIVE)
        downloaded = Disclosure("documents.downloaded", "document", [document.id], frozenset({"content"}))
        await runtime.tell(caller, downloaded)


def _tag(number: int, sha256: str) -> str:
    return f'"{number}.{sha256}"'
