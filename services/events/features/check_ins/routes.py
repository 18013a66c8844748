"""Check-ins over HTTP."""

from uuid import UUID

from fastapi import Response

from services.contracts.base import BulkCreate, BulkResults
from services.contracts.events.check_in import CheckIn, CheckInCreate
from services.events.features.check_ins import actions
from services.events.features.check_ins.queries import check_ins
from services.kit.routing import CurrentCaller, IfMatch, Routes, WriteSession, answer

routes = Routes("/v1/check-ins", tag="Check-ins")
routes.reads(check_ins, scope="registrations:read")


@routes.post(
    "",
    scope="check-ins:write",
    response=CheckIn,
    refuses=[actions.NoSuchCode, actions.NotAdmitted],
    responses={200: {"description": "The code was read before: its first check-in.", "model": CheckIn}},
)
async def create_check_in(new: CheckInCreate, session: WriteSession, caller: CurrentCaller) -> Response:
    """Check a participant in by the code.

    201 the first time. A code that was read before answers 200 with that check-in, so a second scan does no harm and
    the door sees when the first was.
    """
    outcome = await actions.check_in(session, caller, new)
    return await answer(session, caller, check_ins, outcome.row.id, 201 if outcome.first else 200)


@routes.post("/bulk", scope="check-ins:write", response=BulkResults, status=200)
async def create_check_ins(
    bulk: BulkCreate[CheckInCreate], session: WriteSession, caller: CurrentCaller
) -> BulkResults:
    """Check up to 1,000 participants in, as a device that was offline does.

    Each code has its own result; one that was read before answers with its first check-in.
    """
    return await actions.check_in_all(session, caller, bulk)


@routes.delete("/{id}", scope="check-ins:write")
async def delete_check_in(id: UUID, session: WriteSession, caller: CurrentCaller, if_match: IfMatch) -> Response:
    """Undo a check-in.

    The change log keeps that it was made and taken back; the code may be read again.
    """
    await actions.undo(session, caller, id, if_match)
    return Response(status_code=204)
