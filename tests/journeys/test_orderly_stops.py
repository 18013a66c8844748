"""A process that is told to stop answers what is under way; what comes while it is away is told so, in full."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from tests.factories.events import a_series
from tests.factories.liaison import a_counterpart
from tests.factories.members import an_organisation
from tests.journeys.callers import FAR_SIDE_IS_DOWN, Caller, eventually
from tests.wire.stack import Stack

LISTS = {"members": "/v1/organisations", "events": "/v1/series", "liaison": "/v1/counterparts"}
NEW = {"members": an_organisation, "events": a_series, "liaison": a_counterpart}
BACK_WITHIN = 45.0
MOMENT = 0.8
"""Seconds for what was just sent to arrive."""


@dataclass
class Heard:
    """What callers were answered, by service."""

    statuses: dict[str, list[int]] = field(default_factory=lambda: {name: [] for name in LISTS})
    not_connected: int = 0


async def test_services_stopped_in_turn_answer_what_is_under_way(stack: Stack, office: Caller) -> None:
    before = stack.pids()
    async with _load(office) as heard:
        for name in LISTS:
            async with _under_way(office, name) as made:
                stack.kill(name, signal.SIGTERM)
                await asyncio.sleep(MOMENT)
            assert made.status_code == 201, made.text
        await _all_new(stack, office, before, *LISTS)
    assert heard.not_connected == 0, "the gateway was there all the time"
    for name, statuses in heard.statuses.items():
        assert statuses[-1] < 300, name
        assert any(status in FAR_SIDE_IS_DOWN for status in statuses), "it was away, and callers were told"


async def test_the_gateway_stopped_answers_what_is_under_way(stack: Stack, office: Caller) -> None:
    before = stack.pids()
    async with _load(office) as heard:
        async with _under_way(office, "events") as made:
            stack.kill("gateway", signal.SIGTERM)
            await asyncio.sleep(MOMENT)
        assert made.status_code == 201, made.text
        await _all_new(stack, office, before, "gateway")
    assert heard.not_connected
    assert {status for statuses in heard.statuses.values() for status in statuses} <= {200, 201, *FAR_SIDE_IS_DOWN}


async def test_workers_stopped_come_back_and_go_on(stack: Stack, office: Caller) -> None:
    before = stack.pids()
    workers = [f"{name}-worker" for name in (*LISTS, "gateway")]
    organisation = await office.made(LISTS["members"], an_organisation())
    linked = await office.made(LISTS["liaison"], a_counterpart(organisation_id=organisation["id"]))
    for name in workers:
        stack.kill(name, signal.SIGTERM)
    names = {"en": f"Renamed {uuid4()}"}
    assert (await office.patch(f"{LISTS['members']}/{organisation['id']}", {"names": names})).status_code == 200
    await _all_new(stack, office, before, *workers)

    async def told() -> None:
        shown = (await office.get(f"{LISTS['liaison']}/{linked['id']}")).json()["organisation_names"]
        assert shown is not None
        assert shown["en"] == names["en"]

    await eventually(told, within=BACK_WITHIN)


class _Answer:
    """The answer to a request that was under way, once it is there."""

    reply: httpx.Response

    def __getattr__(self, name: str) -> Any:
        return getattr(self.reply, name)


@asynccontextmanager
async def _under_way(office: Caller, service: str) -> AsyncIterator[Any]:
    """A write of which half has been sent inside the block, and the rest after it."""
    body, rest, answer = json.dumps(NEW[service]()).encode(), asyncio.Event(), _Answer()

    async def halves() -> AsyncIterator[bytes]:
        yield body[:20]
        await rest.wait()
        yield body[20:]

    headers = {"Content-Type": "application/json", "Idempotency-Key": uuid4().hex}
    sending = asyncio.create_task(office.request("POST", LISTS[service], content=halves(), headers=headers))
    await asyncio.sleep(MOMENT)
    try:
        yield answer
    finally:
        rest.set()
        answer.reply = await sending


@asynccontextmanager
async def _load(office: Caller) -> AsyncIterator[Heard]:
    """Each service is read and written all the time; every answer is a whole one."""
    heard, over = Heard(), asyncio.Event()

    async def call(name: str) -> None:
        while not over.is_set():
            for method, body in (("GET", None), ("POST", NEW[name]())):
                try:
                    reply = await office.request(method, LISTS[name], json=body)
                except httpx.TransportError as error:
                    _check_nothing_came(error)
                    heard.not_connected += 1
                else:
                    _check_whole(reply)
                    heard.statuses[name].append(reply.status_code)
            await asyncio.sleep(0.05)

    calling = [asyncio.create_task(call(name)) for name in LISTS for _ in range(2)]
    try:
        yield heard
    finally:
        over.set()
        await asyncio.gather(*calling)


def _check_nothing_came(error: httpx.TransportError) -> None:
    """Nobody listened, or a kept connection was closed as it was used; half an answer reads otherwise."""
    nothing = isinstance(error, (httpx.ConnectError, httpx.ReadError)) or "without sending a response" in str(error)
    assert nothing, repr(error)


def _check_whole(reply: httpx.Response) -> None:
    """A success, or a problem that says when to come back."""
    body = reply.json()
    if reply.status_code >= 300:
        assert reply.status_code in FAR_SIDE_IS_DOWN, reply.text
        assert body["status"] == reply.status_code
        assert int(reply.headers["retry-after"]) >= 1


async def _all_new(stack: Stack, office: Caller, before: dict[str, int], *names: str) -> None:
    """Wait until other processes stand in the place of these, and all is well."""

    async def well() -> None:
        now = stack.pids()
        assert all(name in now and now[name] != before[name] for name in names)
        try:
            assert (await office.get("/status")).json()["status"] == "ok"
        except httpx.TransportError as error:
            raise AssertionError from error

    await eventually(well, within=BACK_WITHIN)
    await asyncio.sleep(MOMENT)
