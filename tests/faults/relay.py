"""A TCP proxy that stands between two processes and treats what passes as a bad network would, or shares connections
out among several instances as Kubernetes would."""

import asyncio
import socket
import struct
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Literal

Weather = Literal["clear", "delay", "drop", "reset", "drip", "half-close"]
BAD: tuple[Weather, ...] = ("delay", "drop", "reset", "drip", "half-close")
Target = Path | tuple[str, int]
"""A socket file, or a host and port."""

CHUNK = 64 * 1024
DELAYS = (0.05, 0.6)
"""Seconds that a piece is held up: some requests are late for their deadline, some are not."""
DRIP_BYTES, DRIP_SECONDS = 16, 0.01
ABORTS = struct.pack("ii", 1, 0)
"""SO_LINGER with no time: closing sends a reset."""


@dataclass(eq=False)
class _Pair:
    """One connection and the one behind it."""

    near: asyncio.StreamWriter
    far: asyncio.StreamWriter

    def reset(self) -> None:
        """Cut both, with a reset."""
        for writer in (self.near, self.far):
            with suppress(OSError):
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORTS)
            writer.transport.abort()


class Relay:
    """Listens on a port of this machine and passes everything on."""

    def __init__(self, port: int, targets: Sequence[Target], seed: int = 0) -> None:
        self.port = port
        self.targets = list(targets)
        """Who gets new connections, in turn; those that are open stay where they are."""
        self._random = Random(seed)
        self._weather: Weather = "clear"
        self._cleared = asyncio.Event()
        self._cleared.set()
        self._pairs: set[_Pair] = set()
        self._next = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "Relay":
        self._server = await asyncio.start_server(self._accepted, "127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self._cleared.set()
        for pair in list(self._pairs):
            pair.reset()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def turn(self, weather: Weather) -> None:
        """From now on, treat what passes so. A reset strikes the connections that are open; what was dropped is
        delivered when it clears up, as TCP does that sends again, unless the connection is gone by then."""
        self._weather = weather
        if weather == "drop":
            self._cleared.clear()
        else:
            self._cleared.set()
        if weather == "reset":
            for pair in list(self._pairs):
                pair.reset()

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            await self._cleared.wait()
            far_reader, far = await self._connect()
        except OSError:
            writer.transport.abort()
            return
        pair = _Pair(writer, far)
        self._pairs.add(pair)
        try:
            await asyncio.gather(self._pump(reader, far, pair), self._pump(far_reader, writer, pair))
        except OSError:
            pass
        finally:
            self._pairs.discard(pair)
            for end in (writer, far):
                end.transport.abort()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to the next that takes one."""
        failure: OSError = ConnectionRefusedError("nobody there")
        for _ in range(len(self.targets)):
            self._next += 1
            target = self.targets[self._next % len(self.targets)]
            try:
                if isinstance(target, Path):
                    return await asyncio.open_unix_connection(target)
                return await asyncio.open_connection(*target)
            except OSError as error:
                failure = error
        raise failure

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pair: _Pair) -> None:
        """Pass one direction on until its end."""
        while piece := await reader.read(CHUNK):
            if self._weather != "clear":
                piece = await self._treated(piece, writer, pair)
            writer.write(piece)
            await writer.drain()
        with suppress(OSError):
            writer.write_eof()

    async def _treated(self, piece: bytes, writer: asyncio.StreamWriter, pair: _Pair) -> bytes:
        """What is left to pass on of a piece in bad weather."""
        if self._weather == "delay":
            await asyncio.sleep(self._random.uniform(*DELAYS))
        elif self._weather == "drop":
            await self._cleared.wait()
        elif self._weather == "reset":
            if self._random.random() < 0.3:
                pair.reset()
                raise ConnectionResetError
        elif self._weather == "drip":
            while len(piece) > DRIP_BYTES and self._weather == "drip":
                writer.write(piece[:DRIP_BYTES])
                await writer.drain()
                piece = piece[DRIP_BYTES:]
                await asyncio.sleep(DRIP_SECONDS)
        elif self._weather == "half-close" and self._random.random() < 0.3:
            # This direction ends in the middle of what is being said; the other stays open.
            writer.write(piece[: len(piece) // 2])
            with suppress(OSError):
                writer.write_eof()
            await asyncio.sleep(self._random.uniform(*DELAYS))
            raise ConnectionResetError
        return piece
