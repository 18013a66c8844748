"""A process that is told to stop, and callers with connections they kept."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn

from services.kit.serve import KEEP_ALIVE_SECONDS, Server
from tests.kit.live import eventually, free_port, says

ASK = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"
NOTICED = 0.25
"""Seconds until uvicorn has seen that it is to stop."""

Kept = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Serving:
    """A server in a thread of its own."""

    def __init__(self, goodbye: float) -> None:
        self.port = free_port()
        config = uvicorn.Config(
            says(200, headers={"content-length": "2"}),
            port=self.port,
            log_config=None,
            ws="none",
            lifespan="off",
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
        )
        self.server = Server(config, goodbye)
        self.thread = threading.Thread(target=self.server.run, daemon=True)

    async def started(self) -> bool:
        return self.server.started

    async def told_to_stop(self) -> None:
        self.server.should_exit = True
        await asyncio.sleep(NOTICED)

    async def stops(self) -> float:
        """Seconds until it has stopped."""
        began = time.monotonic()
        await asyncio.to_thread(self.thread.join, 10)
        assert not self.thread.is_alive()
        return time.monotonic() - began


@asynccontextmanager
async def _serving(goodbye: float) -> AsyncIterator[tuple[Serving, Kept]]:
    """A server, and a connection that was used."""
    serving = Serving(goodbye)
    serving.thread.start()
    await eventually(serving.started, within=10)
    reader, writer = await asyncio.open_connection("127.0.0.1", serving.port)
    try:
        assert b"connection: close" not in await _asked((reader, writer))
        yield serving, (reader, writer)
    finally:
        writer.close()
        serving.server.should_exit = True
        await serving.stops()


async def _asked(kept: Kept) -> bytes:
    reader, writer = kept
    writer.write(ASK)
    async with asyncio.timeout(5):
        head = await reader.readuntil(b"\r\n\r\n")
        assert await reader.readexactly(2) == b"{}"
    assert head.startswith(b"HTTP/1.1 200")
    return head.lower()


async def test_a_request_on_a_kept_connection_is_answered_and_told_not_to_use_it_again() -> None:
    async with _serving(goodbye=5) as (serving, kept):
        await serving.told_to_stop()
        assert b"connection: close" in await _asked(kept)
        assert await kept[0].read() == b""
        assert await serving.stops() < 1, "nobody is left who could be about to ask"


async def test_without_a_goodbye_the_connection_is_closed_under_the_request() -> None:
    async with _serving(goodbye=0) as (serving, kept):
        await serving.told_to_stop()
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await _asked(kept)


async def test_a_connection_that_nobody_used_for_so_long_does_not_hold_up_the_stop() -> None:
    async with _serving(goodbye=0.4) as (serving, _):
        await asyncio.sleep(0.45)
        await serving.told_to_stop()
        assert await serving.stops() < 0.4
