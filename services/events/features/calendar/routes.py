"""Calendars over HTTP: for programs that subscribe to an address and send no credential."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Header, Query, Response

from services.contracts.base import Language
from services.events.features.calendar.feeds import Feeds, calendar_of_event, tag_of
from services.kit import etag
from services.kit.routing import PUBLIC, CurrentCaller, CurrentRuntime, Routes

MAX_AGE = 900

routes = Routes("/v1", tag="Calendar")


class CalendarResponse(Response):
    """iCalendar."""

    media_type = "text/calendar"


Told = Annotated[Language, Query(description="Told in this language where an event has it, else in English.")]
IfNoneMatch = Annotated[str | None, Header(description="The ETag you hold: 304 while nothing changed.", max_length=500)]
_UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "Nothing changed since the ETag you hold."}}


@routes.get("/calendar", scope=PUBLIC, response_class=CalendarResponse, responses=_UNCHANGED)
async def read_calendar_feed(
    runtime: CurrentRuntime,
    series_id: Annotated[UUID | None, Query(description="Only of this series.")] = None,
    language: Told = "en",
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Subscribe to the public events.

    An iCalendar feed of those of the last year and all that come, without a credential. Times are the venue's; an event
    that was cancelled stays, marked as such, so that calendars take it out.
    """
    return _answer(await runtime.part(Feeds).read(runtime, series_id, language), if_none_match, "public")


@routes.get("/events/{id}/calendar", scope=PUBLIC, response_class=CalendarResponse, responses=_UNCHANGED)
async def read_event_calendar(
    id: UUID,
    runtime: CurrentRuntime,
    caller: CurrentCaller,
    language: Told = "en",
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Put an event into a calendar.

    Public events need no credential; others are there for whoever may read them.
    """
    return _answer(await calendar_of_event(runtime, caller, id, language), if_none_match, "private")


def _answer(body: bytes, if_none_match: str | None, who: str) -> Response:
    tag = tag_of(body)
    headers = {"ETag": tag, "Cache-Control": f"{who}, max-age={MAX_AGE}"}
    if etag.unchanged(if_none_match, tag):
        return Response(status_code=304, headers=headers)
    return CalendarResponse(body, headers=headers)
