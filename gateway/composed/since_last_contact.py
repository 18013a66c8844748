"""`GET /v1/organisations/{id}/since-last-contact`: what changed since somebody of ours last spoke to them.

Liaison says when that was, in the caller's name: what the caller may not see counts for nothing (docs/adr/0010). The
rest is the timeline from that day on, with that interaction left out, in the time that is then left.
"""

from datetime import UTC, datetime, time
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from pydantic import TypeAdapter, ValidationError

from gateway.callers import CurrentPrincipal
from gateway.composed.asking import Headers, passed_on
from gateway.composed.timeline import LONGEST_CURSOR, Subject, Timelines, refuse_strangers
from services.contracts.base import Page
from services.contracts.gateway.since_last_contact import LastContact, SinceLastContact, WhoseContact
from services.kit.clock import office_zone
from services.kit.errors import InvalidCursor, NotFound, Unauthenticated, Unavailable
from services.kit.routing import CurrentCaller, CurrentRuntime, Routes

READ_LIAISON = "liaison:read"

_USERS = "user:"
_INTERACTIONS = TypeAdapter(Page[LastContact])

routes = Routes("/v1/organisations/{id}/since-last-contact", tag="Organisations")


@routes.get(
    scope="changes:read",
    response=SinceLastContact,
    refuses=(NotFound, InvalidCursor),
    summary="Read what changed since the last contact",
    description="The last interaction with the organisation, yours or anyone's, and what members, events and liaison "
    "recorded about it from that day on, newest first. `unavailable` names the services that could not answer; without "
    "liaison nobody knows the day, and the answer is 503. Needs liaison:read as well.",
)
async def read_since_last_contact(
    id: UUID,
    request: Request,
    caller: CurrentCaller,
    principal: CurrentPrincipal,
    runtime: CurrentRuntime,
    by: Annotated[WhoseContact, Query(description="Whose contact counts: your own, or that of any colleague.")] = "me",
    limit: Annotated[int, Query(ge=1, le=100, description="Entries a page.")] = 50,
    cursor: Annotated[
        str | None, Query(max_length=LONGEST_CURSOR, description="`next_cursor` of the page before.")
    ] = None,
) -> SinceLastContact:
    """Read what changed since the last contact."""
    if principal is None:
        raise Unauthenticated
    caller.require(READ_LIAISON)
    refuse_strangers(caller, id)
    timelines: Timelines = request.app.state.timelines
    headers = passed_on(principal)
    if by == "me" and not caller.subject.startswith(_USERS):
        last = None  # a key speaks to nobody
    else:
        last = await _last_contact(timelines, id, caller.subject if by == "me" else None, headers)
    since = None if last is None else datetime.combine(last.occurred_on, time(), office_zone.get()).astimezone(UTC)
    about = Subject(id, since, None if last is None else last.id)
    page = await timelines.page(about, cursor, limit, runtime.cursors, headers)
    return SinceLastContact(**page.model_dump(), by=by, last_contact=last, since=since)


async def _last_contact(
    timelines: Timelines, organisation_id: UUID, colleague: str | None, headers: Headers
) -> LastContact | None:
    """The newest interaction with the organisation that the caller may see; with a colleague, one of theirs."""
    asked: dict[str, str | list[str]] = {
        "organisation_id": str(organisation_id),
        "sort": "-occurred_on,-id",
        "limit": "1",
        "fields": ["counterpart_id", "channel", "occurred_on", "subject"],
    }
    if colleague is not None:
        asked["colleague"] = colleague
    response = await timelines.ask("liaison", "/v1/interactions", asked, headers)
    try:
        if response is not None and response.status_code == 200:
            return next(iter(_INTERACTIONS.validate_json(response.content).items), None)
    except ValidationError:
        pass
    raise Unavailable("Liaison could not say when the last contact was.", retry_after=2)
