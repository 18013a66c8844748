"""Interactions over HTTP."""

from functools import partial
from uuid import UUID

from fastapi import Response

from services.contracts.base import BulkCreate, BulkResults
from services.contracts.liaison.interaction import Interaction, InteractionCreate, InteractionUpdate
from services.kit.bulk import create_all
from services.kit.colleagues import UnknownUsers, naming
from services.kit.errors import NotFound
from services.kit.routing import CurrentCaller, IfMatch, Routes, WriteSession, answer
from services.liaison.features.counterparts.actions import lock
from services.liaison.features.interactions import actions
from services.liaison.features.interactions.queries import interactions

routes = Routes("/v1/interactions", tag="Interactions")
routes.reads(interactions, scope="liaison:read")
_asking = naming("ours")


@routes.post(
    "",
    scope="liaison:write",
    response=Interaction,
    refuses=[NotFound, actions.NotYetHappened],
    prepare=_asking,
)
async def create_interaction(
    new: InteractionCreate, session: WriteSession, caller: CurrentCaller, unknown: UnknownUsers
) -> Response:
    """Log an interaction.

    It counts as contact with the counterpart. `confidential` needs the scope `liaison:confidential`, and hides the
    interaction from everyone without it, in dates of last contact too.
    """
    row = await actions.create(session, caller, new, unknown)
    return await answer(session, caller, interactions, row.id, 201)


@routes.post("/bulk", scope="liaison:write", response=BulkResults, status=200, prepare=_asking)
async def create_interactions(
    bulk: BulkCreate[InteractionCreate], session: WriteSession, caller: CurrentCaller, unknown: UnknownUsers
) -> BulkResults:
    """Log up to 1,000 interactions.

    Each has its own result; with `atomic` one refusal refuses all.
    """
    _held = await lock(session, (item.counterpart_id for item in bulk.items))
    return await create_all(session, caller, bulk, partial(actions.create, unknown=unknown))


@routes.patch(
    "/{id}",
    scope="liaison:write",
    response=Interaction,
    refuses=[actions.NotYetHappened],
    prepare=_asking,
)
async def update_interaction(
    id: UUID,
    change: InteractionUpdate,
    session: WriteSession,
    caller: CurrentCaller,
    if_match: IfMatch,
    unknown: UnknownUsers,
) -> Response:
    """Change an interaction.

    Changing `confidentiality` needs the scope `liaison:confidential`; follow-ups and past changes go with it.
    """
    await actions.update(session, caller, id, change, if_match, unknown)
    return await answer(session, caller, interactions, id)


@routes.delete("/{id}", scope="liaison:write", refuses=[actions.InteractionInUse])
async def delete_interaction(id: UUID, session: WriteSession, caller: CurrentCaller, if_match: IfMatch) -> Response:
    """Delete an interaction that nothing came out of.

    The date of last contact is found anew.
    """
    await actions.delete(session, caller, id, if_match)
    return Response(status_code=204)
