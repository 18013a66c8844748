"""Events over HTTP."""

from uuid import UUID

from fastapi import Response

from services.contracts.base import BulkCreate, BulkResults
from services.contracts.events.event import Event, EventCreate, EventTextConfirmationCreate, EventUpdate
from services.events.features.events import actions
from services.events.features.events.queries import events
from services.events.features.registrations.places import BelowTaken
from services.kit.bulk import create_all
from services.kit.drift import confirm
from services.kit.errors import NotFound
from services.kit.routing import CurrentCaller, IfMatch, Routes, WriteSession, answer

routes = Routes("/v1/events", tag="Events")
routes.reads(events, scope="events:read")


@routes.post("", scope="events:write", response=Event, refuses=[actions.EditionTaken, actions.NoSuchSeries])
async def create_event(new: EventCreate, session: WriteSession, caller: CurrentCaller) -> Response:
    """Create an event.

    It begins as a draft, which partners do not see; publish it with `PATCH`.
    """
    row = await actions.create(session, caller, new)
    return await answer(session, caller, events, row.id, 201)


@routes.post("/bulk", scope="events:write", response=BulkResults, status=200)
async def create_events(bulk: BulkCreate[EventCreate], session: WriteSession, caller: CurrentCaller) -> BulkResults:
    """Create up to 1,000 events.

    Each has its own result; with `atomic` one refusal refuses all.
    """
    return await create_all(session, caller, bulk, actions.create)


@routes.patch(
    "/{id}",
    scope="events:write",
    response=Event,
    refuses=[actions.WrongTransition, actions.EditionTaken, actions.NoSuchSeries, BelowTaken],
)
async def update_event(
    id: UUID, change: EventUpdate, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
) -> Response:
    """Change, publish, close, complete or cancel an event.

    Places that a larger capacity frees go to the waitlist at once, first come first served.
    """
    await actions.update(session, caller, id, change, if_match)
    return await answer(session, caller, events, id)


@routes.post(
    "/{id}/text-confirmations",
    scope="events:write",
    response=Event,
    status=200,
    conditional=True,
    refuses=[NotFound],
)
async def confirm_event_text(
    id: UUID, new: EventTextConfirmationCreate, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
) -> Response:
    """Confirm that an event's text says the same in other languages.

    As with organisations: a text that changes in one language leaves the others behind until they follow.
    """
    told = "events.event.updated"
    await confirm(session, caller, events, id, new, if_match, told=told, required_scopes=actions.SEEN_WITH)
    return await answer(session, caller, events, id)


@routes.delete("/{id}", scope="events:write", refuses=[actions.NotADraft])
async def delete_event(id: UUID, session: WriteSession, caller: CurrentCaller, if_match: IfMatch) -> Response:
    """Delete a draft.

    Its admission types go with it. An event that was published is cancelled instead: `PATCH` its status.
    """
    await actions.delete(session, caller, id, if_match)
    return Response(status_code=204)
