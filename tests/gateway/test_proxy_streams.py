"""Bodies pass in pieces, in both directions, and memory stays where it is."""

import asyncio
import hashlib
import tracemalloc

import httpx

from tests.gateway.gateways import Gateway, Reader, raw_service
from tests.gateway.services import Echo

PIECE = bytes(range(256)) * 256  # 64 KiB
PIECES = 640  # 40 MiB


async def test_a_large_answer_passes_unchanged_and_is_never_held_whole(gate: Gateway, key: str) -> None:
    async def large(reader: Reader, writer: asyncio.StreamWriter) -> None:
        await reader.head()
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        for _ in range(PIECES):
            writer.write(b"%x\r\n%b\r\n" % (len(PIECE), PIECE))
            await writer.drain()
        writer.write(b"0\r\n\r\n")

    digest, size = hashlib.sha256(), 0
    async with raw_service(large) as members:
        with gate.in_front_of(members):
            tracemalloc.start()
            async with gate.as_(key).stream("GET", "/v1/organisations") as reply:
                async for piece in reply.aiter_raw():
                    digest.update(piece)
                    size += len(piece)
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
    assert size == len(PIECE) * PIECES
    assert digest.digest() == hashlib.sha256(PIECE * PIECES).digest()
    assert peak < 12 * 1024 * 1024


async def test_a_client_that_does_not_read_holds_the_service_back(gate: Gateway, key: str) -> None:
    written = 0

    async def endless(reader: Reader, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        await reader.head()
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"%x\r\n%b\r\n" % (len(PIECE), PIECE))
            await writer.drain()
            written += len(PIECE)

    async with raw_service(endless) as members:
        with gate.in_front_of(members):
            reader, writer = await asyncio.open_connection(*gate.address, limit=1_024)
            writer.write(f"GET /v1/organisations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n".encode())
            await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(0.7)
            stalled_at = written
            await asyncio.sleep(0.5)
            assert written == stalled_at
            assert written < 32 * 1024 * 1024  # what the sockets of this machine hold, and no more
            writer.close()


async def test_a_large_upload_passes_in_pieces(gate: Gateway, key: str, echo: Echo) -> None:
    async def upload() -> object:
        for _ in range(100):
            yield PIECE

    reply = await gate.as_(key).post("/v1/organisations", content=upload())  # type: ignore[arg-type]
    assert reply.json()["size"] == len(PIECE) * 100
    assert reply.json()["pieces"] > 10
    assert "transfer-encoding" in echo.headers()
    assert "content-length" not in echo.headers()


async def test_an_upload_with_a_length_keeps_it(gate: Gateway, key: str, echo: Echo) -> None:
    await gate.as_(key).post("/v1/organisations", content=b"x" * 300_000)
    assert echo.headers()["content-length"] == "300000"
    assert "transfer-encoding" not in echo.headers()
    await gate.as_(key).post("/v1/organisations", content=b"")
    assert echo.headers().get("content-length", "0") == "0"
    assert echo.seen[-1]["size"] == 0


async def test_answers_without_a_body_and_without_a_length_pass(gate: Gateway, key: str) -> None:
    answers = {
        b"HEAD": b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n",
        b"DELETE": b"HTTP/1.1 204 No Content\r\n\r\n",
        b"PATCH": b'HTTP/1.1 304 Not Modified\r\netag: "1"\r\n\r\n',
        b"PUT": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
    }

    async def serve(reader: Reader, writer: asyncio.StreamWriter) -> None:
        while True:
            method = (await reader.head()).split()[0]
            if method == b"GET":
                writer.write(b"HTTP/1.1 200 OK\r\n\r\nuntil the end")
                await writer.drain()
                return
            writer.write(answers[method])

    async with raw_service(serve) as members:
        with gate.in_front_of(members):
            client = gate.as_(key)
            for _ in range(2):
                head = await client.head("/v1/organisations")
                assert (head.status_code, head.headers["content-length"], head.content) == (200, "5000", b"")
                assert (await client.delete("/v1/organisations/1")).status_code == 204
                assert (await client.patch("/v1/organisations/1")).headers["etag"] == '"1"'
                assert (await client.put("/v1/organisations/1")).text == "ok"
                assert (await client.get("/v1/organisations")).text == "until the end"


async def test_a_service_may_answer_before_it_has_read_everything(gate: Gateway, key: str) -> None:
    async def refuses(reader: Reader, writer: asyncio.StreamWriter) -> None:
        await reader.head()
        writer.write(b"HTTP/1.1 413 Content Too Large\r\ncontent-length: 8\r\n\r\ntoo much")
        await writer.drain()
        await asyncio.sleep(5)

    async def upload() -> object:
        for _ in range(5):
            yield b"x" * 1_000
            await asyncio.sleep(0.05)

    async with raw_service(refuses) as members:
        with gate.in_front_of(members):
            reply = await gate.as_(key).post("/v1/organisations", content=upload())  # type: ignore[arg-type]
            assert (reply.status_code, reply.text) == (413, "too much")


async def test_connections_to_a_service_are_kept(gate: Gateway, key: str) -> None:
    connections = 0

    async def counts(reader: Reader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while True:
            await reader.head()
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")

    async with raw_service(counts) as members:
        with gate.in_front_of(members):
            before = connections
            client = gate.as_(key)
            for _ in range(20):
                assert (await client.get("/v1/organisations")).text == "ok"
            assert connections == before + 1


async def test_an_answer_smuggled_behind_another_goes_to_nobody(gate: Gateway, key: str) -> None:
    async def two_for_one(reader: Reader, writer: asyncio.StreamWriter) -> None:
        while True:
            await reader.head()
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecret")

    async with raw_service(two_for_one) as members:
        with gate.in_front_of(members):
            client: httpx.AsyncClient = gate.as_(key)
            assert [(await client.get("/v1/organisations")).text for _ in range(5)] == ["ok"] * 5
