"""Processes are killed and PostgreSQL is stopped hard while writes go on: nothing acknowledged is lost or doubled."""

import asyncio
import random
import signal
import time
from collections import Counter
from uuid import uuid4

import httpx

from tests.wire.stack import Stack, running

SECONDS = 24
WRITERS = 6
VICTIMS = ("members", "members-worker", "gateway", "postgres", "events", "events-worker", "liaison")


async def _write(client: httpx.AsyncClient, tag: str, ends: float, acknowledged: list[str]) -> None:
    """Create organisations until the time is over; each is repeated with its key until it is acknowledged."""
    while time.monotonic() < ends:
        name, key = f"{tag} {uuid4()}", uuid4().hex
        new = {"names": {"en": name}, "kind": "other", "tags": [tag]}
        for _ in range(200):
            try:
                reply = await client.post("/v1/organisations", json=new, headers={"Idempotency-Key": key})
            except httpx.HTTPError:
                await asyncio.sleep(0.1)
                continue
            if reply.status_code == 201:
                acknowledged.append(name)
                break
            assert reply.status_code in (409, 429, 502, 503, 504), reply.text
            await asyncio.sleep(0.1)


async def _break(stack: Stack, ends: float) -> Counter[str]:
    """Kill one process every two seconds, and stop PostgreSQL at once now and then."""
    killed: Counter[str] = Counter()
    chance = random.Random(7)
    order = list(VICTIMS)
    while time.monotonic() < ends - 4:
        await asyncio.sleep(2)
        if not order:
            order = chance.sample(VICTIMS, len(VICTIMS))
        victim = order.pop(0)
        # SIGQUIT is PostgreSQL's immediate stop; the others get what can't be refused.
        number = signal.SIGQUIT if victim == "postgres" else signal.SIGKILL
        try:
            stack.kill(victim, number)
            killed[victim] += 1
        except (KeyError, ProcessLookupError):
            continue  # not up again yet
    return killed


async def _listed(client: httpx.AsyncClient, path: str, **params: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    cursor: str | None = None
    while True:
        given = {**params, "limit": "200", **({"cursor": cursor} if cursor else {})}
        try:
            reply = await client.get(path, params=given)
        except httpx.HTTPError:
            await asyncio.sleep(0.3)
            continue
        if reply.status_code in (502, 503, 504, 429):
            await asyncio.sleep(0.3)
            continue
        assert reply.status_code == 200, reply.text
        found += reply.json()["items"]
        cursor = reply.json()["next_cursor"]
        if cursor is None:
            return found


async def test_no_acknowledged_write_is_lost_or_doubled_and_every_change_arrives() -> None:
    with running() as stack:
        key, tag = stack.key(), f"faults {uuid4().hex[:8]}"
        acknowledged: list[str] = []
        ends = time.monotonic() + SECONDS
        async with stack.client(key) as client:
            writers = [_write(client, tag, ends, acknowledged) for _ in range(WRITERS)]
            killed, *_ = await asyncio.gather(_break(stack, ends), *writers)
            stored = await _listed(client, "/v1/organisations", tag=tag)
            names = Counter(str(row["names"]["en"]) for row in stored)  # type: ignore[index]
            assert len(acknowledged) > 100
            assert sum(killed.values()) >= 7
            assert set(acknowledged) <= names.keys(), "an acknowledged write is lost"
            assert [name for name, count in names.items() if count > 1] == [], "a write was doubled"
            changes = await _listed(client, "/v1/members/changes", type="members.organisation.created")
            assert Counter(str(c["resource_id"]) for c in changes) == Counter(str(row["id"]) for row in stored)
