"""`GET /v1/organisations/{id}/timeline`: the changes of all services about one organisation, newest first.

Each service is asked for its part with a deadline; one that does not answer is named, and the others' part is given.
A page ends at a position in time, so paging goes on rightly also when a service was missing from an earlier page.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import httpx
import structlog
from fastapi import Query, Request
from pydantic import TypeAdapter, ValidationError

from gateway.callers import CurrentPrincipal
from gateway.table import SERVICES
from services.contracts.base import Page
from services.contracts.change import Change
from services.contracts.gateway.timeline import Timeline, TimelineEntry
from services.kit import http
from services.kit.auth import Caller
from services.kit.errors import InvalidCursor, NotFound, Unauthenticated, Unavailable
from services.kit.routing import CurrentCaller, CurrentRuntime, Routes

_DEADLINE: Final = 1.5
_MOST_PAGES: Final = 5
_CHANGES: Final = TypeAdapter(Page[Change])

routes = Routes("/v1/organisations/{id}/timeline", tag="Organisations")
log = structlog.get_logger(__name__)


@dataclass(frozen=True, order=True, slots=True)
class _Position:
    """Where an entry stands; smaller is newer. Equal instants are told apart by service and sequence."""

    before: float
    service: str
    sequence: int

    @classmethod
    def of(cls, service: str, change: Change) -> "_Position":
        return cls(-change.at.timestamp(), service, -change.sequence)


class Timelines:
    """Asks the services for their parts."""

    def __init__(self, urls: dict[str, str]) -> None:
        self._clients = {name: http.new_client(urls[name]) for name in SERVICES}

    async def close(self) -> None:
        """Close the pools."""
        for client in self._clients.values():
            await client.aclose()

    async def exists(self, organisation_id: UUID, headers: dict[str, str]) -> bool:
        """Whether members shows this organisation to the caller. Unknown counts as yes: its changes decide then."""
        try:
            async with asyncio.timeout(_DEADLINE):
                path = f"/v1/organisations/{organisation_id}"
                response = await self._clients["members"].get(path, params={"fields": "id"}, headers=headers)
        except (httpx.HTTPError, TimeoutError):
            return True
        return response.status_code != 404

    async def part(
        self,
        service: str,
        organisation_id: UUID,
        after: tuple[_Position, datetime] | None,
        wanted: int,
        headers: dict[str, str],
    ) -> list[tuple[_Position, Change]] | None:
        """A service's newest changes after a position; None when it does not answer."""
        parameters: dict[str, Any] = {
            "organisation_id": str(organisation_id),
            "sort": "-at,-sequence",
            "limit": min(200, wanted + 10),
        }
        if after is not None:
            parameters["at.lte"] = after[1].isoformat()
        found: list[tuple[_Position, Change]] = []
        try:
            async with asyncio.timeout(_DEADLINE):
                for _ in range(_MOST_PAGES):
                    response = await self._clients[service].get(
                        f"/v1/{service}/changes", params=parameters, headers=headers
                    )
                    response.raise_for_status()
                    page = _CHANGES.validate_json(response.content)
                    placed = [(_Position.of(service, change), change) for change in page.items]
                    found += [one for one in placed if after is None or one[0] > after[0]]
                    if len(found) >= wanted or page.next_cursor is None:
                        break
                    parameters["cursor"] = page.next_cursor
        except (httpx.HTTPError, TimeoutError, ValidationError) as error:
            log.warning("timeline_part_missing", service=service, reason=type(error).__name__)
            return None
        return found


@routes.get(
    scope="changes:read",
    response=Timeline,
    refuses=(NotFound, InvalidCursor),
    summary="Read an organisation's timeline",
    description="What members, events and liaison recorded about the organisation, newest first. `unavailable` "
    "names the services that could not answer.",
)
async def read_timeline(
    id: UUID,
    request: Request,
    caller: CurrentCaller,
    principal: CurrentPrincipal,
    runtime: CurrentRuntime,
    limit: Annotated[int, Query(ge=1, le=100, description="Entries a page.")] = 50,
    cursor: Annotated[str | None, Query(max_length=500, description="`next_cursor` of the page before.")] = None,
) -> Timeline:
    """Read an organisation's timeline."""
    if principal is None:
        raise Unauthenticated
    _refuse_strangers(caller, id)
    timelines: Timelines = request.app.state.timelines
    after = _opened(runtime.cursors.open(f"timeline|{id}", cursor, 3)) if cursor else None
    headers = {"Authorization": principal.bearer().decode()}
    if (request_id := http.request_id.get()) is not None:
        headers["X-Request-Id"] = request_id
    if (traceparent := http.traceparent.get()) is not None:
        headers["traceparent"] = traceparent
    exists, parts = await asyncio.gather(
        timelines.exists(id, headers),
        asyncio.gather(*(timelines.part(service, id, after, limit + 1, headers) for service in SERVICES)),
    )
    if not exists:
        raise NotFound("There is no organisation with this id, or it is not yours to see.")
    if all(part is None for part in parts):
        raise Unavailable("No service could answer.", retry_after=2)
    merged = sorted((one for part in parts if part is not None for one in part), key=lambda one: one[0])
    shown = merged[:limit]
    next_cursor = None
    if len(merged) > limit:
        position, last = shown[-1]
        next_cursor = runtime.cursors.seal(
            f"timeline|{id}", [last.at.isoformat(), position.service, str(last.sequence)]
        )
    return Timeline(
        items=[TimelineEntry(**change.model_dump(), service=position.service) for position, change in shown],
        next_cursor=next_cursor,
        unavailable=[service for service, part in zip(SERVICES, parts, strict=True) if part is None],
    )


def _refuse_strangers(caller: Caller, organisation_id: UUID) -> None:
    if caller.organisation_id is not None and caller.organisation_id != organisation_id:
        raise NotFound("There is no organisation with this id, or it is not yours to see.")


def _opened(position: list[str | None]) -> tuple[_Position, datetime]:
    at, service, sequence = position
    if at is None or service is None or sequence is None:
        raise InvalidCursor
    moment = datetime.fromisoformat(at)
    return _Position(-moment.timestamp(), service, -int(sequence)), moment
