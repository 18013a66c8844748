"""Notes over HTTP."""

from uuid import UUID

from fastapi import Response

from services.contracts.base import BulkCreate, BulkResults
from services.contracts.members.note import Note, NoteCreate, NoteUpdate
from services.kit.bulk import create_all
from services.kit.errors import NotFound
from services.kit.routing import CurrentCaller, IfMatch, Routes, WriteSession, answer
from services.members.features.notes import actions
from services.members.features.notes.queries import notes
from services.members.features.organisations.actions import MergedAway
from services.members.features.persons.actions import PersonMergedAway

routes = Routes("/v1/notes", tag="Notes")
routes.reads(notes, scope="notes:read")


@routes.post("", scope="notes:write", response=Note, refuses=[NotFound, MergedAway, PersonMergedAway])
async def create_note(new: NoteCreate, session: WriteSession, caller: CurrentCaller) -> Response:
    """Write a note about an organisation or a person.

    Colleagues who may read the record read the note; no partner ever does. The change log tells that there is one, not
    what it says.
    """
    row = await actions.create(session, caller, new)
    return await answer(session, caller, notes, row.id, 201)


@routes.post("/bulk", scope="notes:write", response=BulkResults, status=200)
async def create_notes(bulk: BulkCreate[NoteCreate], session: WriteSession, caller: CurrentCaller) -> BulkResults:
    """Write up to 1,000 notes.

    Each has its own result; with `atomic` one refusal refuses all.
    """
    return await create_all(session, caller, bulk, actions.create)


@routes.patch("/{id}", scope="notes:write", response=Note)
async def update_note(
    id: UUID, change: NoteUpdate, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
) -> Response:
    """Change or pin a note.

    Authors change their own; others need notes:manage.
    """
    await actions.update(session, caller, id, change, if_match)
    return await answer(session, caller, notes, id)


@routes.delete("/{id}", scope="notes:write")
async def delete_note(id: UUID, session: WriteSession, caller: CurrentCaller, if_match: IfMatch) -> Response:
    """Delete a note.

    Authors delete their own; others need notes:manage.
    """
    await actions.delete(session, caller, id, if_match)
    return Response(status_code=204)
