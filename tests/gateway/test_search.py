"""One search in all services, put together by the gateway."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

import pytest
import pytest_asyncio

from services.kit.errors import Invalid, Unauthenticated, Unavailable
from tests.gateway.gateways import Gateway, gateway, listening
from tests.gateway.services import Echo, document
from tests.wire.api import assert_problem

PATHS = {
    "members": {"/v1/organisations": "names", "/v1/persons": "names", "/v1/segments": "names"},
    "events": {"/v1/events": "names", "/v1/series": "names", "/v1/registrations": "participant"},
    "liaison": {
        "/v1/counterparts": "names",
        "/v1/contacts": "names",
        "/v1/interactions": "subject",
        "/v1/follow-ups": "subject",
    },
}


class Lists(Echo):
    """A service whose lists find what a test says: path → ranks of what is found."""

    def __init__(self, service: str) -> None:
        super().__init__(document(service))
        self.ranks: dict[str, list[int]] = {}
        self.forbidden: set[str] = set()
        for path, called in PATHS[service].items():
            self.replies[path] = self._found(path, called)

    def _found(self, path: str, called: str) -> Any:
        def answer(request: dict[str, Any]) -> tuple[int, Any]:
            if path in self.forbidden:
                return 403, {"title": "Forbidden"}
            given = {name: values[0] for name, values in parse_qs(request["query"]).items()}
            assert (given["ranks"], given["fields"]) == ("true", called)
            ranks, limit = self.ranks.get(path, []), int(given["limit"])
            words = [{"en": f"{path} {n}"} for n in range(len(ranks))]
            items = [{"id": str(uuid4()), called: {"names": one} if called == "participant" else one} for one in words]
            more = "more" if len(ranks) > limit else None
            return 200, {"items": items[:limit], "ranks": ranks[:limit], "next_cursor": more}

        return answer


Services = dict[str, Lists]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def running(database_url: str) -> AsyncIterator[tuple[Gateway, Services]]:
    """A gateway in front of three services."""
    services = {name: Lists(name) for name in PATHS}
    async with contextlib.AsyncExitStack() as stack:
        urls = {name: await stack.enter_async_context(listening(service)) for name, service in services.items()}
        yield await stack.enter_async_context(gateway(database_url, urls)), services


@pytest.fixture
def lists(running: tuple[Gateway, Services]) -> Services:
    """The services, which find nothing yet."""
    for service in running[1].values():
        service.ranks, service.forbidden, service.delay = {}, set(), 0.0
        service.seen.clear()
    return running[1]


@pytest.fixture
def gate(running: tuple[Gateway, Services]) -> Gateway:
    """The gateway."""
    return running[0]


async def test_the_best_come_first_and_no_kind_crowds_out_the_others(gate: Gateway, key: str, lists: Services) -> None:
    lists["members"].ranks = {"/v1/organisations": [6, 4, 4, 4], "/v1/persons": [4, -1]}
    lists["events"].ranks = {"/v1/events": [5, 4]}
    lists["liaison"].ranks = {"/v1/interactions": [4]}
    reply = (await gate.as_(key).get("/v1/search", params={"q": "guiyang", "limit": 6})).json()
    shown = [(hit["kind"], hit["rank"]) for hit in reply["items"]]
    assert shown == [
        ("organisation", 6),
        ("event", 5),
        ("person", 4),
        ("interaction", 4),
        ("organisation", 4),
        ("event", 4),
    ]
    assert (reply["more"], reply["forbidden"], reply["unavailable"]) == (["organisation", "person"], [], [])
    hit = reply["items"][3]
    assert (hit["url"], hit["names"]) == (f"/v1/interactions/{hit['id']}", {"en": "/v1/interactions 0"})
    assert lists["events"].headers()["authorization"].startswith("Bearer eyJ")


async def test_a_registration_is_called_as_its_participant(gate: Gateway, key: str, lists: Services) -> None:
    lists["events"].ranks = {"/v1/registrations": [4]}
    reply = (await gate.as_(key).get("/v1/search?q=a&kinds=registration")).json()
    assert [hit["names"] for hit in reply["items"]] == [{"en": "/v1/registrations 0"}]


async def test_only_the_kinds_asked_for_are_searched(gate: Gateway, key: str, lists: Services) -> None:
    lists["members"].ranks = {"/v1/organisations": [4], "/v1/persons": [4]}
    reply = await gate.as_(key).get("/v1/search?q=a&kinds=person,contact")
    assert [hit["kind"] for hit in reply.json()["items"]] == ["person"]
    asked = {request["path"] for name in lists for request in lists[name].seen}
    assert asked == {"/v1/persons", "/v1/contacts"}


async def test_what_may_not_be_read_is_named_and_not_searched(gate: Gateway, key: str, lists: Services) -> None:
    lists["members"].ranks = {"/v1/organisations": [4], "/v1/persons": [6]}
    lists["members"].forbidden = {"/v1/persons"}
    reply = (await gate.as_(key).get("/v1/search?q=a")).json()
    assert [hit["kind"] for hit in reply["items"]] == ["organisation"]
    assert (reply["forbidden"], reply["unavailable"]) == (["person"], [])


async def test_a_service_that_does_not_answer_is_named(gate: Gateway, key: str, lists: Services) -> None:
    lists["members"].ranks = {"/v1/organisations": [4]}
    lists["liaison"].delay = 5.0
    reply = (await gate.as_(key).get("/v1/search?q=a")).json()
    assert [hit["kind"] for hit in reply["items"]] == ["organisation"]
    assert reply["unavailable"] == ["liaison"]
    assert_problem(await gate.as_(key).get("/v1/search?q=a&kinds=contact"), Unavailable)


async def test_refuses_what_is_no_search(gate: Gateway, key: str, lists: Services) -> None:
    for query in ("", "q=", "q=a&kinds=planet", "q=a&kinds=person,", "q=a&limit=101", "q=a&colour=red"):
        assert_problem(await gate.as_(key).get(f"/v1/search?{query}"), Invalid)
    assert_problem(await gate.as_(None).get("/v1/search?q=a"), Unauthenticated)
