"""Series over HTTP."""

from uuid import UUID

from fastapi import Response

from services.contracts.base import BulkCreate, BulkResults
from services.contracts.events.event import Event
from services.contracts.events.series import (
    EditionCreate,
    Series,
    SeriesCreate,
    SeriesTextConfirmationCreate,
    SeriesUpdate,
)
from services.events.features.events.actions import EditionTaken
from services.events.features.events.queries import events
from services.events.features.series import actions, editions
from services.events.features.series.queries import series
from services.kit.bulk import create_all
from services.kit.drift import confirm
from services.kit.errors import NotFound
from services.kit.routing import CurrentCaller, IfMatch, Routes, WriteSession, answer

routes = Routes("/v1/series", tag="Series")
routes.reads(series, scope="events:read")


@routes.post("", scope="events:write", response=Series)
async def create_series(new: SeriesCreate, session: WriteSession, caller: CurrentCaller) -> Response:
    """Create a series.

    Its yearly rule says on which day an edition begins.
    """
    row = await actions.create(session, caller, new)
    return await answer(session, caller, series, row.id, 201)


@routes.post("/bulk", scope="events:write", response=BulkResults, status=200)
async def create_many_series(
    bulk: BulkCreate[SeriesCreate], session: WriteSession, caller: CurrentCaller
) -> BulkResults:
    """Create up to 1,000 series.

    Each has its own result; with `atomic` one refusal refuses all.
    """
    return await create_all(session, caller, bulk, actions.create)


@routes.patch("/{id}", scope="events:write", response=Series)
async def update_series(
    id: UUID, change: SeriesUpdate, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
) -> Response:
    """Change a series.

    A new rule counts for editions that are made from now on.
    """
    await actions.update(session, caller, id, change, if_match)
    return await answer(session, caller, series, id)


@routes.post(
    "/{id}/text-confirmations",
    scope="events:write",
    response=Series,
    status=200,
    conditional=True,
    refuses=[NotFound],
)
async def confirm_series_text(
    id: UUID, new: SeriesTextConfirmationCreate, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
) -> Response:
    """Confirm that a series' text says the same in other languages.

    As with organisations: a text that changes in one language leaves the others behind until they follow.
    """
    told = "events.series.updated"
    await confirm(session, caller, series, id, new, if_match, told=told, required_scopes=actions.SEEN_WITH)
    return await answer(session, caller, series, id)


@routes.delete("/{id}", scope="events:write", refuses=[actions.SeriesInUse])
async def delete_series(id: UUID, session: WriteSession, caller: CurrentCaller, if_match: IfMatch) -> Response:
    """Delete a series without events.

    One that has events stays, as their history does.
    """
    await actions.delete(session, caller, id, if_match)
    return Response(status_code=204)


@routes.post(
    "/{id}/editions",
    scope="events:write",
    response=Event,
    refuses=[EditionTaken, editions.NoEarlierEdition],
)
async def create_edition(id: UUID, new: EditionCreate, session: WriteSession, caller: CurrentCaller) -> Response:
    """Make the edition of a year from the last one before it.

    The days move by the series' rule and the times on the venue's clock stay, for the event and its registration
    window. Admission types are copied with quotas and prices, registrations are not; the year in the names follows. The
    edition is a draft without a theme. A series has one edition a year.
    """
    row = await editions.create(session, caller, id, new.year)
    return await answer(session, caller, events, row.id, 201)
