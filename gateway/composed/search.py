"""`GET /v1/search`: one search in the lists of all services, best match first.

Each list is asked for its best rows, as the caller, with a deadline; what a caller may not read it does not find. The
services rank by one rule (`services.kit.search`), so their ranks compare.
"""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, get_args
from uuid import UUID

import httpx
import structlog
from fastapi import Query, Request
from pydantic import BaseModel, TypeAdapter, ValidationError

from gateway.callers import SIGNED_IN, CurrentPrincipal
from gateway.composed.asking import Headers, ask, passed_on
from gateway.table import SERVICES
from services.contracts.gateway.search import SearchHit, SearchKind, SearchResults
from services.kit import http
from services.kit.errors import Unauthenticated, Unavailable
from services.kit.routing import Routes

routes = Routes("/v1/search", tag="Search")
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _List:
    """Where records of a kind are listed, and where in a record it stands what it is called."""

    service: str
    path: str
    called: tuple[str, ...] = ("names",)

    def names_of(self, item: dict[str, Any]) -> Any:
        """What a record is called."""
        found: Any = item
        for name in self.called:
            found = found[name]
        return found


_LISTS: Final[dict[str, _List]] = {
    "organisation": _List("members", "/v1/organisations"),
    "person": _List("members", "/v1/persons"),
    "counterpart": _List("liaison", "/v1/counterparts"),
    "contact": _List("liaison", "/v1/contacts"),
    "event": _List("events", "/v1/events"),
    "series": _List("events", "/v1/series"),
    "registration": _List("events", "/v1/registrations", ("participant", "names")),
    "segment": _List("members", "/v1/segments"),
    "interaction": _List("liaison", "/v1/interactions", ("subject",)),
    "follow_up": _List("liaison", "/v1/follow-ups", ("subject",)),
}
"""In the order in which equally good ones are shown."""

KINDS: Final[tuple[str, ...]] = get_args(SearchKind.__value__)
_ONE = f"({'|'.join(KINDS)})"


class _Page(BaseModel):
    items: list[dict[str, Any]]
    ranks: list[int]
    next_cursor: str | None


_PAGE: Final = TypeAdapter(_Page)
_Missing = Literal["forbidden", "unavailable"]


@dataclass(frozen=True, slots=True)
class _Part:
    """What one list answered."""

    hits: list[SearchHit]
    more: bool


class Searches:
    """Asks the services."""

    def __init__(self, urls: dict[str, str]) -> None:
        self._clients = {name: http.new_client(urls[name]) for name in SERVICES}

    async def close(self) -> None:
        """Close the pools."""
        for client in self._clients.values():
            await client.aclose()

    async def part(self, kind: str, q: str, limit: int, headers: Headers) -> _Part | _Missing:
        """The best rows of a kind, or why there are none to tell of."""
        there = _LISTS[kind]
        asked = {"q": q, "limit": str(limit), "ranks": "true", "fields": there.called[0]}
        try:
            response = await ask(self._clients[there.service], there.path, asked, headers)
            if response.status_code == 403:
                return "forbidden"
            response.raise_for_status()
            page = _PAGE.validate_json(response.content)
            hits = [
                SearchHit(
                    kind=kind,
                    id=UUID(item["id"]),
                    names=there.names_of(item),
                    rank=rank,
                    url=f"{there.path}/{item['id']}",
                )
                for item, rank in zip(page.items, page.ranks, strict=True)
            ]
        except (httpx.HTTPError, TimeoutError, ValidationError, LookupError, TypeError, ValueError) as error:
            log.warning("search_part_missing", service=there.service, kind=kind, reason=type(error).__name__)
            return "unavailable"
        return _Part(hits, page.next_cursor is not None)


@routes.get(
    scope=SIGNED_IN,
    response=SearchResults,
    refuses=(Unavailable,),
    summary="Search everything",
    description="Organisations, persons, events and what liaison keeps, by name in any script, and by id, address or "
    "number. Each kind is searched as the caller may read it; `forbidden` names the kinds it may not, `unavailable` "
    "the services that could not answer.",
)
async def search(
    request: Request,
    principal: CurrentPrincipal,
    q: Annotated[
        str,
        Query(min_length=1, max_length=200, pattern=r"^[^\u0000]*$", description="What to find.", examples=["guiyang"]),
    ],
    kinds: Annotated[
        str | None,
        Query(
            max_length=200,
            pattern=f"^{_ONE}(,{_ONE}){{0,9}}$",
            description=f"Only these kinds, separated by commas: {', '.join(KINDS)}.",
            examples=["organisation,person"],
        ),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="Records in all.")] = 20,
) -> SearchResults:
    """Search everything."""
    if principal is None:
        raise Unauthenticated
    searches: Searches = request.app.state.searches
    wanted = [kind for kind in _LISTS if kinds is None or kind in kinds.split(",")]
    headers = passed_on(principal)
    parts = dict(
        zip(
            wanted,
            await asyncio.gather(*(searches.part(kind, q, limit, headers) for kind in wanted)),
            strict=True,
        )
    )
    found = {kind: part for kind, part in parts.items() if isinstance(part, _Part)}
    missing = {_LISTS[kind].service for kind, part in parts.items() if part == "unavailable"}
    if not found and missing:
        raise Unavailable("No service could answer.", retry_after=2)
    # Of equally good ones each kind has its turn, so that none crowds out the others.
    merged = sorted(
        ((-hit.rank, n, wanted.index(kind), hit) for kind, part in found.items() for n, hit in enumerate(part.hits)),
        key=lambda one: one[:3],
    )
    left = {hit.kind for *_, hit in merged[limit:]} | {kind for kind, part in found.items() if part.more}
    return SearchResults(
        items=[hit for *_, hit in merged[:limit]],
        more=[kind for kind in wanted if kind in left],
        forbidden=[kind for kind, part in parts.items() if part == "forbidden"],
        unavailable=[service for service in SERVICES if service in missing],
    )
