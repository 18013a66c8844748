"""What happens to documents."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.members.document import DocumentCreate, DocumentUpdate
from services.kit.auth import Caller, staff_only
from services.kit.changes import save
from services.kit.db import now, refused_while_referred_to
from services.kit.errors import Conflict, Contradiction
from services.kit.etag import IfMatch, held
from services.kit.patching import patch
from services.kit.uploads import Upload
from services.members.features.about import attached, scopes_to_read
from services.members.features.documents.files import remove_files
from services.members.features.documents.queries import SENSITIVE, documents
from services.members.features.documents.recognising import named_rightly
from services.members.tables.document import DocumentRow, DocumentVersionRow

READ = "documents:read"
FILES_KEPT = timedelta(hours=1)
"""How long the files of a deleted document stay, so that a backup of the files can follow that of the databases."""


class DocumentInUse(Conflict):
    """The document is the source of a designation.

    Give the designation another source first.
    """


async def create(session: AsyncSession, caller: Caller, new: DocumentCreate) -> DocumentRow:
    """Add a document, still without its file."""
    staff_only(caller)
    if new.sensitive:
        caller.require(SENSITIVE)
    row = DocumentRow(**new.model_dump(exclude={"about"}), **await attached(session, caller, new.about))
    session.add(row)
    await _save(session, caller, "created", row)
    return row


async def update(
    session: AsyncSession, caller: Caller, id: UUID, change: DocumentUpdate, if_match: IfMatch
) -> DocumentRow:
    """Change what is said of a document."""
    staff_only(caller)
    row = await held(session, caller, documents, id, if_match)
    was_sensitive = row.sensitive
    patch(row, change)
    if row.sensitive != was_sensitive:
        caller.require(SENSITIVE)
    await _save(session, caller, "updated", row)
    return row


async def file(
    session: AsyncSession, caller: Caller, id: UUID, upload: Upload, file_name: str, if_match: IfMatch
) -> DocumentRow:
    """Make a file that is in the store already the newest version of a document."""
    row = await held(session, caller, documents, id, if_match)
    row.content_number = (row.content_number or 0) + 1
    version = DocumentVersionRow(
        id=upload.id,
        document_id=row.id,
        number=row.content_number,
        file_name=named_rightly(file_name, upload.media_type),
        media_type=upload.media_type,
        size=upload.size,
        sha256=upload.sha256,
        sent_by=caller.subject,
        sent_by_name=caller.name,
    )
    session.add(version)
    await _save(session, caller, "filed", row)
    return row


async def delete(session: AsyncSession, caller: Caller, id: UUID, if_match: IfMatch) -> None:
    """Remove a document with all its versions; their files go after the commit."""
    staff_only(caller)
    row = await held(session, caller, documents, id, if_match)
    ids = await session.scalars(select(DocumentVersionRow.id).where(DocumentVersionRow.document_id == id))
    gone = [str(version_id) for version_id in ids]
    await session.delete(row)
    with refused_while_referred_to(DocumentRow, DocumentInUse()):
        await save(session, caller, "members.document.deleted", row, required_scopes=readers(row))
    if gone:
        await remove_files.defer(session, at=now() + FILES_KEPT, ids=gone)


async def _save(session: AsyncSession, caller: Caller, verb: str, row: DocumentRow) -> None:
    if row.shared and (row.organisation_id is None or row.sensitive):
        raise Contradiction.value(
            "/shared", "not_shareable", "Only what is about an organisation, and not sensitive, is shared with it."
        )
    row.settle()
    await save(session, caller, f"members.document.{verb}", row, required_scopes=readers(row))


def readers(row: DocumentRow) -> list[str]:
    """The scopes that a reader of the document's changes needs."""
    return scopes_to_read(row, READ, *([SENSITIVE] if row.sensitive else []))
