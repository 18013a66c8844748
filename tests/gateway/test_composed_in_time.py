"""What is put together from all services: one deadline for the answer, which the services are told, and no work for
somebody who has left."""

import asyncio
import time
from typing import Any

import pytest

from services.kit.errors import Unavailable
from tests.gateway.gateways import Gateway, Reader, gateway, raw_service
from tests.gateway.recorders import BEGAN, ORGANISATION, Services, urls_of
from tests.wire.api import assert_problem

TIMELINE = f"/v1/organisations/{ORGANISATION}/timeline"
SINCE = f"/v1/organisations/{ORGANISATION}/since-last-contact?by=anyone"
COMPOSED = (TIMELINE, SINCE, "/v1/search?q=a", "/v1/audit")
SPOKEN = {
    "id": str(ORGANISATION),
    "counterpart_id": str(ORGANISATION),
    "channel": "call",
    "occurred_on": str(BEGAN.date()),
    "subject": {"en": "Plans"},
}


@pytest.fixture(autouse=True)
def liaison_spoke(recorders: Services) -> None:
    """There is a last contact."""
    page = {"items": [SPOKEN], "next_cursor": None}
    recorders["liaison"][0].replies["/v1/interactions"] = lambda _: (200, page)


@pytest.mark.parametrize("path", COMPOSED)
async def test_every_service_is_told_how_long_it_may_take(
    database_url: str, key: str, recorders: Services, path: str
) -> None:
    async with gateway(database_url, urls_of(recorders)) as gate:
        await gate.as_(key).get(path, headers={"X-Deadline": "99999999"})
    for recorder, _ in recorders.values():
        told = [int(dict(one["headers"])["x-deadline"]) for one in recorder.seen]
        assert told
        assert all(1_000 < milliseconds <= 1_500 for milliseconds in told)


async def test_questions_one_after_the_other_share_one_deadline(
    database_url: str, key: str, recorders: Services
) -> None:
    recorders["liaison"][0].delay = 1.1
    recorders["events"][0].delay = recorders["members"][0].delay = 5.0
    async with gateway(database_url, urls_of(recorders)) as gate:
        began = time.perf_counter()
        assert_problem(await gate.as_(key).get(SINCE), Unavailable)
        assert time.perf_counter() - began < 2
    left = int(recorders["events"][0].headers()["x-deadline"])
    assert left <= 400, "what liaison took is no longer there for the others"


async def _leaves(gate: Gateway, key: str, path: str, asked: asyncio.Event) -> None:
    _, writer = await asyncio.open_connection(*gate.address)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n".encode())
    await asyncio.wait_for(asked.wait(), 5)
    writer.close()


@pytest.mark.parametrize("path", COMPOSED)
async def test_nobody_is_asked_further_when_the_client_has_left(database_url: str, key: str, path: str) -> None:
    asked, gone = asyncio.Event(), asyncio.Event()

    async def silent(reader: Reader, writer: asyncio.StreamWriter) -> None:
        await reader.head()
        asked.set()
        while await reader.read(1_000):
            pass
        gone.set()

    async with raw_service(silent) as url:
        services: dict[str, Any] = dict.fromkeys(("members", "events", "liaison"), url)
        async with gateway(database_url, services) as gate:
            began = time.perf_counter()
            await _leaves(gate, key, path, asked)
            await asyncio.wait_for(gone.wait(), 1)
            assert time.perf_counter() - began < 1
