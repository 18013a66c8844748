"""The network between processes, as the tests make it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.faults.relay import DELAYS, Relay
from tests.kit.live import free_port

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def _relayed() -> AsyncIterator[tuple[Relay, Ends]]:
    """A relay to something that says everything again, and a connection through it."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(1_000):
            writer.write(piece)
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    async with Relay(free_port(), [("127.0.0.1", port)]) as relay:
        ends = await asyncio.open_connection("127.0.0.1", relay.port)
        try:
            assert await _said(ends, b"hello") == b"hello"
            yield relay, ends
        finally:
            ends[1].close()
            server.close()


async def _said(ends: Ends, what: bytes, within: float = 3.0) -> bytes:
    ends[1].write(what)
    async with asyncio.timeout(within):
        return await ends[0].readexactly(len(what))


async def _keep_saying(ends: Ends) -> None:
    for _ in range(40):
        await _said(ends, b"0123456789")


async def test_delay_holds_pieces_up_and_drip_lets_them_through_in_drops() -> None:
    async with _relayed() as (relay, ends):
        relay.turn("delay")
        with pytest.raises(TimeoutError):
            await _said(ends, b"late", within=DELAYS[0])
        relay.turn("clear")
        assert await ends[0].readexactly(4) == b"late"
        relay.turn("drip")
        assert await _said(ends, b"x" * 100) == b"x" * 100


async def test_what_is_dropped_comes_when_the_weather_clears() -> None:
    async with _relayed() as (relay, ends):
        relay.turn("drop")
        with pytest.raises(TimeoutError):
            await _said(ends, b"lost", within=0.1)
        relay.turn("clear")
        assert await ends[0].readexactly(4) == b"lost"


async def test_a_reset_cuts_what_is_open() -> None:
    async with _relayed() as (relay, ends):
        relay.turn("reset")
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await _said(ends, b"gone")


async def test_half_close_ends_one_direction_in_the_middle() -> None:
    async with _relayed() as (relay, ends):
        relay.turn("half-close")
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await _keep_saying(ends)
