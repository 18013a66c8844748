"""More than a service can answer, and clients that are slow: what it is given, and what the others notice."""

import asyncio
import time
from collections import Counter
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
import structlog
from structlog.testing import LogCapture

from gateway import metrics, proxy
from gateway.admission import READS, WRITES, Overloaded
from gateway.exchange import Exchange
from gateway.front import Front
from gateway.metrics import Observer
from gateway.operations import Operations
from services.kit.errors import GatewayTimeout, Unavailable
from tests.gateway.gateways import Gateway, Reader, raw_service
from tests.wire.api import assert_problem

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
HEAD = "{} /v1/organisations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n"


class OneByOne:
    """A service that works on one request at a time, and is given many."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._working = asyncio.Lock()
        self._present = 0
        self.most = 0
        self.asked = 0

    async def __call__(self, reader: Reader, writer: asyncio.StreamWriter) -> None:
        while True:
            await reader.head()
            self.asked += 1
            self._present += 1
            self.most = max(self.most, self._present)
            async with self._working:
                await asyncio.sleep(self._seconds)
            self._present -= 1
            writer.write(OK)


async def test_a_service_is_given_no_more_than_it_can_work_on_and_nobody_waits_in_vain(gate: Gateway, key: str) -> None:
    slow = OneByOne(0.02)
    async with raw_service(slow) as members:
        with gate.in_front_of(members, at_once=8):
            client = gate.as_(key)
            asked = []
            for _ in range(6):
                asked += [asyncio.create_task(client.get("/v1/organisations")) for _ in range(30)]
                await asyncio.sleep(0.15)
            replies = await asyncio.gather(*asked)
            statuses = Counter(reply.status_code for reply in replies)
            assert statuses.keys() == {200, 503}
            assert statuses[200] > 20
            assert all(reply.headers["retry-after"] for reply in replies if reply.status_code == 503)
            assert slow.most <= 8


async def test_who_has_no_chance_is_refused_from_the_head_alone(
    gate: Gateway, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    serve = gate.front.__class__._serve

    async def counted(front: Front, exchange: Exchange, *others: Any) -> None:
        made.append(exchange.method)
        await serve(front, exchange, *others)

    monkeypatch.setattr(gate.front.__class__, "_serve", counted)
    security = [{"bearer": ["members:read"]}]
    paths: Any = {path: {"get": {"security": security}} for path in ("/v1/organisations", "/v1/persons")}
    paths["/v1/organisations"]["post"] = {"security": security}
    monkeypatch.setattr(gate.front, "_operations", partial(Operations.of, {"members": {"paths": paths}}))
    monkeypatch.setattr(gate.front.policy, "origins", frozenset({"https://app.alliance.example"}))
    async with raw_service(OneByOne(0.3)) as members:
        with gate.in_front_of(members, at_once=1):
            monkeypatch.setattr(gate.front.proxy.upstreams["members"].reads, "patience", replace(READS, pace=1))
            monkeypatch.setattr(gate.front.proxy.upstreams["members"].writes, "patience", replace(WRITES, pace=1 / 6))
            client, nobody = gate.as_(key), gate.as_(None)
            crowd = [asyncio.create_task(client.get("/v1/organisations")) for _ in range(3)]
            crowd += [asyncio.create_task(client.post("/v1/organisations")) for _ in range(3)]
            while len(made) < 6:  # noqa: ASYNC110 - they are on their way
                await asyncio.sleep(0.005)
            asked = [
                await client.get("/v1/organisations", headers={"Origin": "https://app.alliance.example"}),
                await client.post("/v1/organisations", json={"names": {"en": "One more"}}),
                await nobody.get("/v1/organisations"),
            ]
            other = await client.get("/v1/persons")
            for reply in asked:
                assert_problem(reply, Overloaded)
                assert reply.headers["retry-after"] == "1"
            assert asked[0].headers["access-control-allow-origin"] == "https://app.alliance.example"
            assert other.status_code == 200, "nobody waits for persons"
            assert len(made) == 7, "of those refused nothing was made"
            assert {reply.status_code for reply in await asyncio.gather(*crowd)} == {200}


async def test_who_waits_for_a_frozen_service_is_told_when_it_is_known(gate: Gateway, key: str) -> None:
    async def frozen(reader: Reader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1_000):
            pass

    async with raw_service(frozen) as members:
        with gate.in_front_of(members, at_once=1):
            client = gate.as_(key)
            began = time.perf_counter()
            first, second = await asyncio.gather(
                *(client.post("/v1/organisations", json={}) for _ in range(2)),
            )
            told = sorted([first, second], key=lambda reply: reply.status_code)
            assert_problem(told[0], Unavailable)
            assert_problem(told[1], GatewayTimeout)
            assert time.perf_counter() - began < 2.2, "both at the same time, not one after the other"


async def test_a_service_is_given_nothing_more_while_it_works_for_a_client_that_has_gone(
    gate: Gateway, key: str
) -> None:
    slow = OneByOne(0.3)
    async with raw_service(slow) as members:
        with gate.in_front_of(members, at_once=1):
            _, writer = await asyncio.open_connection(*gate.address)
            writer.write((HEAD.format("GET", key) + "\r\n").encode())
            await asyncio.sleep(0.1)
            writer.transport.abort()
            began = time.perf_counter()
            assert (await gate.as_(key).get("/v1/organisations")).status_code == 200
            assert slow.most == 1
            assert time.perf_counter() - began > 0.4, "after the one that nobody waits for"


async def test_who_goes_while_waiting_has_no_turn(gate: Gateway, key: str) -> None:
    slow = OneByOne(0.1)
    async with raw_service(slow) as members:
        with gate.in_front_of(members, at_once=1):
            client = gate.as_(key)
            first = asyncio.create_task(client.get("/v1/organisations"))
            await asyncio.sleep(0.02)
            _, writer = await asyncio.open_connection(*gate.address)
            writer.write((HEAD.format("GET", key) + "\r\n").encode())
            await asyncio.sleep(0.02)
            writer.transport.abort()
            await asyncio.gather(first, client.get("/v1/organisations"))
            assert slow.asked == 2


async def test_a_client_that_reads_slowly_keeps_no_place(gate: Gateway, key: str) -> None:
    size = 16 * 1024 * 1024

    async def large(reader: Reader, writer: asyncio.StreamWriter) -> None:
        await reader.head()
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % size)
        writer.write(b"x" * size)
        await writer.drain()

    async with raw_service(large) as members:
        with gate.in_front_of(members, at_once=1):
            reader, writer = await asyncio.open_connection(*gate.address, limit=1_024)
            writer.write((HEAD.format("GET", key) + "\r\n").encode())
            await reader.readuntil(b"\r\n\r\n")
            reply = await asyncio.wait_for(gate.as_(key).get("/v1/organisations"), 3)
            assert len(reply.content) == size
            writer.close()


async def test_a_small_body_that_drips_reaches_the_service_only_when_it_is_whole(gate: Gateway, key: str) -> None:
    asked: list[bytes] = []

    async def listens(reader: Reader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.head())
        assert await reader.readexactly(4) == b"abcd"
        writer.write(OK)

    async with raw_service(listens) as members:
        with gate.in_front_of(members, at_once=1):
            reader, writer = await asyncio.open_connection(*gate.address)
            writer.write((HEAD.format("POST", key) + "Content-Length: 4\r\n\r\nab").encode())
            await asyncio.sleep(0.1)
            assert asked == []
            writer.write(b"cd")
            assert b" 200 " in await reader.readline()
            writer.close()


@pytest.mark.parametrize("framing", ["Content-Length: 90\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n"])
async def test_a_body_that_drips_without_end_is_refused(
    gate: Gateway, key: str, framing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proxy, "BODY_SECONDS", 0.3)

    async def listens(reader: Reader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1_000):
            pass

    async def drip(writer: asyncio.StreamWriter) -> None:
        piece = b"x" if "Length" in framing else b"1\r\nx\r\n"
        while not writer.is_closing():
            writer.write(piece)
            await asyncio.sleep(0.05)

    async with raw_service(listens) as members:
        with gate.in_front_of(members):
            reader, writer = await asyncio.open_connection(*gate.address)
            writer.write((HEAD.format("POST", key) + framing).encode())
            dripping = asyncio.create_task(drip(writer))
            assert b" 408 " in await asyncio.wait_for(reader.readline(), 2)
            dripping.cancel()
            writer.close()


async def test_those_sent_away_share_a_line_in_the_log(
    gate: Gateway, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate.front, "_observe", Observer(log_all=False))
    logs = LogCapture()  # a logger of its own: how the others write is settled by who used them first
    monkeypatch.setattr(metrics, "log", structlog.wrap_logger(None, [logs], structlog.BoundLogger))
    with gate.in_front_of("http://127.0.0.1:9", in_flight=0):
        replies = [await gate.as_(key).get("/v1/organisations") for _ in range(5)]
    assert {reply.status_code for reply in replies} == {503}
    about = [line for line in logs.entries if line["event"] in {"request", "requests_sent_away"}]
    assert [line["counts"] for line in about] == [{"members 503": 1}], "the others are in the next second's line"
