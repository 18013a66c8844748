"""Services that are down, frozen, broken or overrun, and clients that vanish."""

import asyncio
import time

import httpx
import pytest

from gateway.admission import Overloaded
from gateway.table import READ
from services.kit.errors import BadGateway, ContentTooLarge, GatewayTimeout, Unavailable
from tests.gateway.gateways import Gateway, Handler, Reader, gateway, raw_service
from tests.wire.api import assert_problem

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


async def test_a_service_that_is_down_is_a_503_at_once(gate: Gateway, key: str) -> None:
    with gate.in_front_of("http://127.0.0.1:9"):
        began = time.perf_counter()
        reply = await gate.as_(key).get("/v1/organisations")
        assert_problem(reply, Unavailable)
        assert int(reply.headers["retry-after"]) >= 1
        assert time.perf_counter() - began < 2


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("again", [True, False])
async def test_a_token_that_a_service_refuses_is_replaced_once(
    gate: Gateway, key: str, method: str, *, again: bool
) -> None:
    tokens: list[bytes] = []

    async def refuses(reader: Reader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.head()
            if method == "POST":
                assert await reader.readexactly(2) == b"{}"
            [token] = [line for line in head.split(b"\r\n") if line.startswith(b"authorization:")]
            tokens.append(token)
            refused = len(tokens) == 1 or not again
            writer.write(b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n" if refused else OK)

    async with raw_service(refuses) as members:
        with gate.in_front_of(members):
            reply = await gate.as_(key).request(method, "/v1/organisations", json={} if method == "POST" else None)
    assert reply.status_code == (200 if again else 401)
    assert len(tokens) == 2


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_frozen_service_is_a_504_within_two_seconds(gate: Gateway, key: str, method: str) -> None:
    gone = asyncio.Event()

    async def frozen(reader: Reader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1_000):
            pass
        gone.set()

    async with raw_service(frozen) as members:
        with gate.in_front_of(members):
            began = time.perf_counter()
            reply = await gate.as_(key).request(method, "/v1/organisations", json={} if method == "POST" else None)
            assert time.perf_counter() - began < 2
            assert_problem(reply, GatewayTimeout)
            assert reply.headers["retry-after"]
            await asyncio.wait_for(gone.wait(), 1)


LONG_WORK = [
    ("POST", "/v1/organisations/bulk"),
    ("GET", "/v1/organisations/export"),
    ("GET", "/v1/document-versions/1/content"),
]


@pytest.mark.parametrize(("method", "path"), LONG_WORK)
async def test_a_frozen_service_is_told_within_two_seconds_of_long_work_too(
    gate: Gateway, key: str, method: str, path: str
) -> None:
    async def frozen(reader: Reader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1_000):
            pass

    async with raw_service(frozen) as members:
        with gate.in_front_of(members):
            began = time.perf_counter()
            client = gate.as_(key)
            replies = await asyncio.gather(
                *(client.request(method, path, json={} if method == "POST" else None) for _ in range(3))
            )
            assert time.perf_counter() - began < 2
            for reply in replies:
                assert_problem(reply, GatewayTimeout)
                assert reply.headers["retry-after"]


@pytest.mark.parametrize(("method", "path"), LONG_WORK)
async def test_long_work_is_waited_for_while_the_service_says_that_it_lives(
    gate: Gateway, key: str, method: str, path: str
) -> None:
    asked: list[float] = []
    at_once = most = 0

    async def works_long(reader: Reader, writer: asyncio.StreamWriter) -> None:
        nonlocal at_once, most
        while True:
            head = await reader.head()
            if b" /livez " in head:
                at_once += 1
                most = max(most, at_once)
                asked.append(time.perf_counter())
                await asyncio.sleep(0.9)  # busy, but alive
                at_once -= 1
            else:
                if method == "POST":
                    await reader.readexactly(2)
                await asyncio.sleep(3.5)
            writer.write(OK)

    async with raw_service(works_long) as members:
        with gate.in_front_of(members):
            client = gate.as_(key)
            replies = await asyncio.gather(
                *(client.request(method, path, json={} if method == "POST" else None) for _ in range(4))
            )
    assert [reply.status_code for reply in replies] == [200] * 4
    assert most == 1, "one asks for all who wait"
    assert len(asked) <= 4


async def test_a_write_may_wait_its_turn_while_the_service_answers_others(gate: Gateway, key: str) -> None:
    async def slow_for_writes(reader: Reader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.head()
            if head.startswith(b"POST"):
                await reader.readexactly(2)
                await asyncio.sleep(2.6)
            writer.write(OK)

    async with raw_service(slow_for_writes) as members:
        with gate.in_front_of(members):
            client = gate.as_(key)
            write = asyncio.create_task(client.post("/v1/organisations", json={}))
            while not write.done():
                assert (await client.get("/v1/organisations")).status_code == 200
                await asyncio.sleep(0.2)
            assert (await write).status_code == 200


def _then_closes(sent: bytes) -> Handler:
    async def serve(reader: Reader, writer: asyncio.StreamWriter) -> None:
        await reader.head()
        writer.write(sent)
        await writer.drain()

    return serve


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"HTTP/1.1 200 OK\r\ncontent-le",
        b"SMTP ready\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 20_000,
    ],
)
async def test_a_service_that_answers_nonsense_is_a_502(gate: Gateway, key: str, sent: bytes) -> None:
    async with raw_service(_then_closes(sent)) as members:
        with gate.in_front_of(members):
            reply = await gate.as_(key).get("/v1/organisations")
            assert_problem(reply, BadGateway)
            assert reply.headers["retry-after"]


@pytest.mark.parametrize(
    "sent",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabcd",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nabcd\r\n",
    ],
)
async def test_an_answer_that_breaks_off_is_never_passed_on_as_whole(gate: Gateway, key: str, sent: bytes) -> None:
    async with raw_service(_then_closes(sent)) as members:
        with gate.in_front_of(members), pytest.raises(httpx.RemoteProtocolError):
            await gate.as_(key).get("/v1/organisations")


async def test_a_read_is_repeated_when_a_kept_connection_turns_out_closed(gate: Gateway, key: str) -> None:
    asked: list[bytes] = []

    async def closes_when_asked_again(reader: Reader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.head()).split()[0])
        writer.write(OK)
        asked.append((await reader.head()).split()[0])  # and hangs up without a word

    async with raw_service(closes_when_asked_again) as members:
        with gate.in_front_of(members):
            client = gate.as_(key)
            assert (await client.get("/v1/organisations")).status_code == 200
            assert (await client.get("/v1/organisations")).status_code == 200
            assert asked == [b"GET", b"GET", b"GET"]
            asked.clear()
            assert_problem(await client.post("/v1/organisations", content=b""), BadGateway)
            assert asked == [b"POST"], "a write is not repeated"


async def test_when_the_client_has_left_the_service_is_told_once_it_is_overdue(gate: Gateway, key: str) -> None:
    asked, hung_up = asyncio.Event(), asyncio.Event()

    async def patient(reader: Reader, writer: asyncio.StreamWriter) -> None:
        await reader.head()
        asked.set()
        assert await reader.read() == b""
        hung_up.set()

    async with raw_service(patient) as members:
        with gate.in_front_of(members):
            _, writer = await asyncio.open_connection(*gate.address)
            writer.write(f"GET /v1/organisations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n".encode())
            await asyncio.wait_for(asked.wait(), 2)
            writer.close()
            await asyncio.wait_for(hung_up.wait(), READ.silent + 1)


async def test_a_client_that_leaves_in_the_middle_of_its_body_never_completes_it(gate: Gateway, key: str) -> None:
    received = bytearray()
    ended = asyncio.Event()

    async def listens(reader: Reader, writer: asyncio.StreamWriter) -> None:
        try:
            while piece := await reader.read(1_000):
                received.extend(piece)
        finally:
            ended.set()

    async with raw_service(listens) as members:
        with gate.in_front_of(members):
            _, writer = await asyncio.open_connection(*gate.address)
            head = f"POST /v1/organisations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n"
            writer.write(f"{head}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n".encode())
            await asyncio.sleep(0.3)
            writer.close()
            await asyncio.wait_for(ended.wait(), 2)
            assert b"hello" in received
            assert not received.endswith(b"0\r\n\r\n")


async def test_more_than_can_be_carried_is_refused_early(gate: Gateway, key: str) -> None:
    release = asyncio.Event()

    async def waits(reader: Reader, writer: asyncio.StreamWriter) -> None:
        await reader.head()
        await release.wait()
        writer.write(OK)

    async with raw_service(waits) as members:
        with gate.in_front_of(members, in_flight=3):
            client = gate.as_(key)
            carried = [asyncio.create_task(client.get("/v1/organisations")) for _ in range(3)]
            await asyncio.sleep(0.3)
            began = time.perf_counter()
            reply = await client.get("/v1/organisations")
            assert_problem(reply, Overloaded)
            assert reply.headers["retry-after"]
            assert time.perf_counter() - began < 0.5
            release.set()
            assert [reply.status_code for reply in await asyncio.gather(*carried)] == [200, 200, 200]
            assert (await client.get("/v1/organisations")).status_code == 200


async def test_a_body_over_the_limit_is_refused_with_or_without_its_length(database_url: str, key: str) -> None:
    async def takes(reader: Reader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65_536):
            pass

    async with (
        raw_service(takes) as members,
        gateway(database_url, {"members": members}, max_upload_bytes=200_000) as gate,
    ):
        client = gate.as_(key)
        assert_problem(await client.post("/v1/organisations", content=b"x" * 200_001), ContentTooLarge)

        async def endless() -> object:
            for _ in range(30):
                yield b"x" * 10_000

        assert_problem(await client.post("/v1/organisations", content=endless()), ContentTooLarge)  # type: ignore[arg-type]
