"""`GET /v1/organisations/{id}/timeline`: the changes of all services about one organisation, newest first.

Each service is asked for its part, within one deadline; one that does not answer is named, and the others' part given.
A page ends at a position in time, so paging goes on rightly also when a service was missing from an earlier page.
Of one instant (a bulk write has many changes at one) the services come one after another, so only the service that a
page ended with has to go on inside it; for that its own cursor is kept in ours.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import httpx
import structlog
from fastapi import Query, Request
from pydantic import TypeAdapter, ValidationError

from gateway.callers import CurrentPrincipal
from gateway.composed.asking import Headers, ask, passed_on
from gateway.table import SERVICES
from services.contracts.base import Page
from services.contracts.change import Change
from services.contracts.gateway.timeline import Timeline, TimelineEntry
from services.kit import http
from services.kit.auth import Caller
from services.kit.errors import InvalidCursor, NotFound, Unauthenticated, Unavailable
from services.kit.paging import Cursors
from services.kit.routing import CurrentCaller, CurrentRuntime, Routes

LONGEST_CURSOR: Final = 4_000
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


@dataclass(frozen=True, slots=True)
class _Start:
    """Where reading a service's changes begins: a bound in time, and the service's cursor within what it bounds."""

    bound: str = ""
    """`lt` or `lte`; nothing on the first page."""
    moment: str = ""
    cursor: str | None = None

    def parameters(self) -> dict[str, str]:
        given = {f"at.{self.bound}": self.moment} if self.bound else {}
        return given if self.cursor is None else {**given, "cursor": self.cursor}


@dataclass(frozen=True, slots=True)
class _Entry:
    """A change in its place."""

    position: _Position
    change: Change
    began: _Start
    """Where to begin for the changes behind it: at the start of its instant or, in a long one, of its page."""


@dataclass(frozen=True, slots=True)
class _Ended:
    """Where a page of the timeline ended: its last entry."""

    position: _Position
    moment: str
    began: _Start

    def start_of(self, service: str) -> _Start:
        """Where this service goes on. Only the service of the last entry repeats some that were shown already."""
        if service == self.position.service:
            return self.began
        return _Start("lt" if service < self.position.service else "lte", self.moment)

    def sealed(self) -> list[str | None]:
        """As it stands in a cursor."""
        service, sequence = self.position.service, str(-self.position.sequence)
        return [self.moment, service, sequence, self.began.bound, self.began.moment, self.began.cursor]

    @classmethod
    def of(cls, entry: _Entry) -> "_Ended":
        return cls(entry.position, entry.change.at.isoformat(), entry.began)

    @classmethod
    def opened(cls, sealed: list[str | None]) -> "_Ended":
        *named, cursor = sealed
        moment, service, sequence, bound, bound_moment = (value or "" for value in named)
        before = -datetime.fromisoformat(moment).timestamp()
        return cls(_Position(before, service, -int(sequence)), moment, _Start(bound, bound_moment, cursor))


@dataclass(frozen=True, slots=True)
class Subject:
    """What a timeline is about."""

    organisation_id: UUID
    since: datetime | None = None
    """Leaves out what came before this moment."""
    besides: UUID | None = None
    """Leaves out what is told of this record."""

    @property
    def bound_to(self) -> str:
        """What a cursor is made for."""
        return f"timeline|{self.organisation_id}|{self.since}|{self.besides}"


class Timelines:
    """Asks the services for their parts."""

    def __init__(self, urls: dict[str, str]) -> None:
        self._clients = {name: http.new_client(urls[name]) for name in SERVICES}

    async def close(self) -> None:
        """Close the pools."""
        for client in self._clients.values():
            await client.aclose()

    async def ask(
        self, service: str, path: str, params: Mapping[str, str | list[str]], headers: Headers
    ) -> httpx.Response | None:
        """A service's answer to one question; None when it does not answer, or not in time."""
        try:
            return await ask(self._clients[service], path, params, headers)
        except (httpx.HTTPError, TimeoutError):
            return None

    async def _exists(self, organisation_id: UUID, headers: Headers) -> bool:
        """Whether members shows this organisation to the caller. Unknown counts as yes: its changes decide then."""
        response = await self.ask("members", f"/v1/organisations/{organisation_id}", {"fields": "id"}, headers)
        return response is None or response.status_code != 404

    async def page(
        self, about: Subject, cursor: str | None, limit: int, cursors: Cursors, headers: Headers
    ) -> Timeline:
        """A page of what the services tell of the subject, newest first.

        `NotFound` when members does not show the organisation, `Unavailable` when no service answers.
        """
        ended = _Ended.opened(cursors.open(about.bound_to, cursor, 6)) if cursor else None
        exists, parts = await asyncio.gather(
            self._exists(about.organisation_id, headers),
            asyncio.gather(*(self._part(service, about, ended, limit + 1, headers) for service in SERVICES)),
        )
        if not exists:
            raise NotFound("There is no organisation with this id, or it is not yours to see.")
        if all(part is None for part in parts):
            raise Unavailable("No service could answer.", retry_after=2)
        merged = sorted((one for part in parts if part is not None for one in part), key=lambda one: one.position)
        shown = merged[:limit]
        more = len(merged) > limit
        return Timeline(
            items=[TimelineEntry(**entry.change.model_dump(), service=entry.position.service) for entry in shown],
            next_cursor=cursors.seal(about.bound_to, _Ended.of(shown[-1]).sealed()) if more else None,
            unavailable=[service for service, part in zip(SERVICES, parts, strict=True) if part is None],
        )

    async def _part(
        self, service: str, about: Subject, ended: _Ended | None, wanted: int, headers: Headers
    ) -> list[_Entry] | None:
        """A service's newest changes after where a page ended; None when it does not answer, or not in time.

        Raises `InvalidCursor` when the service does not take its own cursor any more.
        """
        start = ended.start_of(service) if ended is not None else _Start()
        resumed = start.cursor is not None
        asked = {
            "organisation_id": str(about.organisation_id),
            "sort": "-at,-sequence",
            "limit": str(min(200, wanted + 10)),
            **({} if about.since is None else {"at.gte": about.since.isoformat()}),
        }
        found: list[_Entry] = []
        try:
            async with asyncio.timeout(http.seconds_left()):
                while True:
                    response = await ask(
                        self._clients[service], f"/v1/{service}/changes", {**asked, **start.parameters()}, headers
                    )
                    if resumed and response.status_code == 400:
                        raise InvalidCursor
                    response.raise_for_status()
                    page = _CHANGES.validate_json(response.content)
                    entries = _placed(service, page.items, start)
                    found += [
                        one
                        for one in entries
                        if (ended is None or one.position > ended.position) and one.change.resource_id != about.besides
                    ]
                    # What the page before showed is less than a page, so this ends; if not, then at the deadline.
                    if len(found) >= wanted or page.next_cursor is None:
                        return found
                    start = replace(start, cursor=page.next_cursor)
        except (httpx.HTTPError, TimeoutError, ValidationError) as error:
            log.warning("timeline_part_missing", service=service, reason=type(error).__name__)
            return None


def _placed(service: str, changes: list[Change], start: _Start) -> list[_Entry]:
    """The changes of a service's page with their places, and from where each could be read on."""
    entries = []
    for change in changes:
        # An instant that begins inside the page is found again by its time; one that began before it only from here.
        inside = start.cursor is not None and change.at == changes[0].at
        began = start if inside else _Start("lte", change.at.isoformat())
        entries.append(_Entry(_Position.of(service, change), change, began))
    return entries


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
    cursor: Annotated[
        str | None, Query(max_length=LONGEST_CURSOR, description="`next_cursor` of the page before.")
    ] = None,
) -> Timeline:
    """Read an organisation's timeline."""
    if principal is None:
        raise Unauthenticated
    refuse_strangers(caller, id)
    timelines: Timelines = request.app.state.timelines
    return await timelines.page(Subject(id), cursor, limit, runtime.cursors, passed_on(principal))


def refuse_strangers(caller: Caller, organisation_id: UUID) -> None:
    """Raise for a key that is bound to another organisation."""
    if caller.organisation_id is not None and caller.organisation_id != organisation_id:
        raise NotFound("There is no organisation with this id, or it is not yours to see.")
