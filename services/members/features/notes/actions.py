"""What happens to notes."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.members.note import NoteCreate, NoteUpdate
from services.kit.auth import Caller, staff_only
from services.kit.changes import save
from services.kit.errors import Forbidden
from services.kit.etag import IfMatch, held
from services.kit.patching import patch
from services.members.features.about import attached, scopes_to_read
from services.members.features.notes.queries import notes
from services.members.tables.note import NoteRow

READ = "notes:read"
MANAGE = "notes:manage"


def readers(row: NoteRow) -> list[str]:
    """The scopes that a reader of the note's changes needs."""
    return scopes_to_read(row, READ)


async def create(session: AsyncSession, caller: Caller, new: NoteCreate) -> NoteRow:
    """Write a note."""
    staff_only(caller)
    row = NoteRow(
        **await attached(session, caller, new.about),
        text=new.text,
        pinned=new.pinned,
        author=caller.subject,
        author_name=caller.name,
    )
    row.settle()
    await save(session, caller, "members.note.created", row, required_scopes=readers(row))
    return row


async def update(session: AsyncSession, caller: Caller, id: UUID, change: NoteUpdate, if_match: IfMatch) -> NoteRow:
    """Change a note: one's own, or any with the scope for it."""
    row = await held(session, caller, notes, id, if_match)
    _check_own(caller, row)
    patch(row, change)
    row.settle()
    await save(session, caller, "members.note.updated", row, required_scopes=readers(row))
    return row


async def delete(session: AsyncSession, caller: Caller, id: UUID, if_match: IfMatch) -> None:
    """Remove a note: one's own, or any with the scope for it."""
    row = await held(session, caller, notes, id, if_match)
    _check_own(caller, row)
    await session.delete(row)
    await save(session, caller, "members.note.deleted", row, required_scopes=readers(row))


def _check_own(caller: Caller, row: NoteRow) -> None:
    if row.author != caller.subject and not caller.holds(MANAGE):
        raise Forbidden(f"A colleague wrote this note; changing it needs the scope {MANAGE}.")
