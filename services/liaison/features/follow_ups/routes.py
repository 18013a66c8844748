"""Follow-ups over HTTP."""

from functools import partial
from uuid import UUID

from fastapi import Response

from services.contracts.base import BulkCreate, BulkResults
from services.contracts.liaison.follow_up import FollowUp, FollowUpCreate, FollowUpUpdate
from services.kit.bulk import create_all
from services.kit.colleagues import UnknownUsers, naming
from services.kit.errors import NotFound
from services.kit.routing import CurrentCaller, IfMatch, Routes, WriteSession, answer
from services.liaison.features.follow_ups import actions
from services.liaison.features.follow_ups.queries import follow_ups

routes = Routes("/v1/follow-ups", tag="Follow-ups")
routes.reads(follow_ups, scope="liaison:read")
_asking = naming("owner")


@routes.post("", scope="liaison:write", response=FollowUp, refuses=[NotFound], prepare=_asking)
async def create_follow_up(
    new: FollowUpCreate, session: WriteSession, caller: CurrentCaller, unknown: UnknownUsers
) -> Response:
    """Create a follow-up.

    It is in time on `due_on`, and overdue once the office's midnight has passed.
    """
    row = await actions.create(session, caller, new, unknown)
    return await answer(session, caller, follow_ups, row.id, 201)


@routes.post("/bulk", scope="liaison:write", response=BulkResults, status=200, prepare=_asking)
async def create_follow_ups(
    bulk: BulkCreate[FollowUpCreate], session: WriteSession, caller: CurrentCaller, unknown: UnknownUsers
) -> BulkResults:
    """Create up to 1,000 follow-ups.

    Each has its own result; with `atomic` one refusal refuses all.
    """
    return await create_all(session, caller, bulk, partial(actions.create, unknown=unknown))


@routes.patch("/{id}", scope="liaison:write", response=FollowUp, prepare=_asking)
async def update_follow_up(
    id: UUID,
    change: FollowUpUpdate,
    session: WriteSession,
    caller: CurrentCaller,
    if_match: IfMatch,
    unknown: UnknownUsers,
) -> Response:
    """Change, close or reopen a follow-up.

    `done` and `dropped` note when and by whom; `open` takes that back.
    """
    await actions.update(session, caller, id, change, if_match, unknown)
    return await answer(session, caller, follow_ups, id)


@routes.delete("/{id}", scope="liaison:write")
async def delete_follow_up(id: UUID, session: WriteSession, caller: CurrentCaller, if_match: IfMatch) -> Response:
    """Delete a follow-up.

    For one that is no longer wanted, set `dropped` instead: it stays known.
    """
    await actions.delete(session, caller, id, if_match)
    return Response(status_code=204)
