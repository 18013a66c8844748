"""Counterparts over HTTP."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Header, Response

from services.contracts.base import BulkCreate, BulkResults
from services.contracts.liaison.counterpart import (
    Counterpart,
    CounterpartCreate,
    CounterpartTextConfirmationCreate,
    CounterpartUpdate,
)
from services.kit.bulk import create_all
from services.kit.colleagues import UnknownUsers, naming
from services.kit.drift import LAGGING_HEADER, confirm, lagging_before
from services.kit.errors import NotFound
from services.kit.routing import CurrentCaller, IfMatch, Routes, WriteSession, answer
from services.liaison.callers import scopes_to_read
from services.liaison.features.counterparts import actions
from services.liaison.features.counterparts.queries import counterparts

routes = Routes("/v1/counterparts", tag="Counterparts")
routes.reads(counterparts, scope="liaison:read")
_asking = naming("owner")


@routes.post(
    "",
    scope="liaison:write",
    response=Counterpart,
    refuses=[actions.CounterpartIdentifierTaken, actions.OrganisationGone],
    prepare=_asking,
)
async def create_counterpart(
    new: CounterpartCreate, session: WriteSession, caller: CurrentCaller, unknown: UnknownUsers
) -> Response:
    """Create a counterpart.

    Phones are stored in E.164 when they are valid, and kept as written when not.
    """
    row = await actions.create(session, caller, new, unknown)
    return await answer(session, caller, counterparts, row.id, 201)


@routes.post("/bulk", scope="liaison:write", response=BulkResults, status=200, prepare=_asking)
async def create_counterparts(
    bulk: BulkCreate[CounterpartCreate], session: WriteSession, caller: CurrentCaller, unknown: UnknownUsers
) -> BulkResults:
    """Create up to 1,000 counterparts.

    Each has its own result; with `atomic` one refusal refuses all.
    """
    linked = (item.organisation_id for item in bulk.items if item.organisation_id is not None)
    _held = await actions.hold_organisations(session, linked)
    return await create_all(session, caller, bulk, partial(actions.create, unknown=unknown))


@routes.patch(
    "/{id}",
    scope="liaison:write",
    response=Counterpart,
    refuses=[actions.CounterpartIdentifierTaken, actions.OrganisationGone],
    prepare=_asking,
)
async def update_counterpart(
    id: UUID,
    change: CounterpartUpdate,
    session: WriteSession,
    caller: CurrentCaller,
    if_match: IfMatch,
    unknown: UnknownUsers,
    before: Annotated[str | None, Header(alias=LAGGING_HEADER, include_in_schema=False)] = None,
) -> Response:
    """Change, archive or restore a counterpart.

    A new cadence counts from the last contact; without one, contact is due from today.
    """
    lagging = lagging_before(caller, before)
    await actions.update(session, caller, id, change, if_match, unknown, lagging=lagging)
    return await answer(session, caller, counterparts, id)


@routes.post(
    "/{id}/text-confirmations",
    scope="liaison:write",
    response=Counterpart,
    status=200,
    conditional=True,
    refuses=[NotFound],
)
async def confirm_counterpart_text(
    id: UUID, new: CounterpartTextConfirmationCreate, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
) -> Response:
    """Confirm that a counterpart's names say the same in other languages.

    As with organisations: a text that changes in one language leaves the others behind until they follow.
    """
    told = "liaison.counterpart.updated"
    await confirm(session, caller, counterparts, id, new, if_match, told=told, required_scopes=scopes_to_read())
    return await answer(session, caller, counterparts, id)


@routes.delete("/{id}", scope="liaison:write", refuses=[actions.CounterpartInUse])
async def delete_counterpart(id: UUID, session: WriteSession, caller: CurrentCaller, if_match: IfMatch) -> Response:
    """Delete a counterpart that nothing refers to.

    One with contacts, interactions or follow-ups is archived instead: `PATCH` its status.
    """
    await actions.delete(session, caller, id, if_match)
    return Response(status_code=204)
