"""Clients that hold connections: idle, dripping, reading slowly, or gone in the middle. Run as a process of its own:
`python -m tests.load.crowds`, an order in as a line of JSON, a line out when the crowd stands, another when it left."""

import asyncio
import contextlib
import json
import socket
import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

import uvloop

_AT_ONCE: Final = 200
"""Connections opened side by side; more would only fill the backlog."""
_SETTLING_SECONDS: Final = 3.0
"""After which a crowd is only slow; its coming is a rush of requests like any other."""
_PAGE: Final = "organisations?limit=200"
_USUAL_PAGE: Final = "organisations"
"""What those who vanish ask for: that they go is looked at here, not that they ask for more than the machine holds."""


@dataclass
class Crowd:
    """The connections of one order."""

    host: str
    port: int
    key: str
    met: Counter[str] = field(default_factory=Counter)
    """What became of them."""
    _open: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = field(default_factory=list)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def gather(self, kind: str, size: int) -> None:
        """Open `size` connections that behave like `kind`; returns when they stand."""
        gate = asyncio.Semaphore(_AT_ONCE)

        async def one(number: int) -> None:
            async with gate:
                try:
                    async with asyncio.timeout(20):
                        reader, writer = await self._connect(kind)
                except (OSError, TimeoutError):
                    self.met["not connected"] += 1
                    return
                self._open.append((reader, writer))
                if kind == "idle":
                    await self._ask_once(reader, writer)
                    return
            self._tasks.append(asyncio.create_task(self._behave(kind, number, reader, writer)))

        await asyncio.gather(*(one(number) for number in range(size)))

    async def _connect(self, kind: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        opened = socket.socket()
        opened.setblocking(False)
        if kind == "slow readers":  # the system's own buffer would take whole answers, and nobody would notice
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        try:
            await asyncio.get_running_loop().sock_connect(opened, (self.host, self.port))
        except BaseException:
            opened.close()
            raise
        return await asyncio.open_connection(sock=opened, limit=4_096)

    def still_open(self) -> int:
        """Connections that the other side has not closed."""
        return sum(not (writer.transport.is_closing() or reader.at_eof()) for reader, writer in self._open)

    async def leave(self) -> None:
        """Everybody goes."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for _, writer in self._open:
            writer.transport.abort()

    def _head(self, method: str, path: str) -> bytes:
        return f"{method} /v1/{path} HTTP/1.1\r\nHost: load\r\nAuthorization: Bearer {self.key}\r\n".encode()

    async def _ask_once(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, so that what follows is a kept connection and no head that is late."""
        writer.write(b"GET /livez HTTP/1.1\r\nHost: load\r\n\r\n")
        try:
            async with asyncio.timeout(20):
                self.met[(await reader.readline()).decode()[9:12] or "closed"] += 1
                while await reader.readline() != b"\r\n":
                    pass
        except (OSError, TimeoutError):
            self.met["not answered"] += 1

    async def _behave(self, kind: str, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            if kind == "dripping heads":
                await self._drip(writer, reader, self._head("GET", _PAGE) + b"X-Slow: ", b"a")
            elif kind == "dripping bodies":
                head = self._head("POST", "organisations") + b"Content-Length: 5000\r\n\r\n"
                await self._drip(writer, reader, head, b" ")
            elif kind == "slow readers":
                writer.write((self._head("GET", _PAGE) + b"\r\n") * 4)
                while piece := await reader.read(1_024):
                    self.met["bytes"] += len(piece)
                    await asyncio.sleep(0.5)
            elif kind == "vanishing":
                await self._vanish(number)

    async def _drip(
        self, writer: asyncio.StreamWriter, reader: asyncio.StreamReader, first: bytes, drop: bytes
    ) -> None:
        answer = asyncio.ensure_future(reader.readline())
        writer.write(first)
        while not answer.done():
            writer.write(drop)
            await asyncio.wait([answer], timeout=1.0)
        self.met[answer.result().decode()[9:12] or "closed"] += 1

    async def _vanish(self, number: int) -> None:
        """Come and go, again and again: in the middle of a head, a body, a wait, an answer. Each at a moment of its
        own: that many come in one instant is no matter of their going."""
        await asyncio.sleep(number % 50 / 100)
        parts = (
            self._head("GET", _USUAL_PAGE)[:-10],
            self._head("POST", "organisations") + b'Content-Length: 5000\r\n\r\n{"names": {',
            self._head("GET", _USUAL_PAGE) + b"\r\n",
            (self._head("GET", _USUAL_PAGE) + b"\r\n") * 3,
        )
        while True:
            reader, writer = await asyncio.open_connection(self.host, self.port, limit=4_096)
            writer.write(parts[number % len(parts)])
            await asyncio.sleep(0.02)
            if number % len(parts) == 3:
                async with asyncio.timeout(5):
                    await reader.read(2_048)
            writer.transport.abort()
            self.met["vanished"] += 1
            number += 1
            await asyncio.sleep(0.5)


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        order: dict[str, Any] = json.loads(line)
        crowd = Crowd(order["host"], order["port"], order["key"])
        await crowd.gather(order["kind"], order["size"])
        await asyncio.sleep(_SETTLING_SECONDS)
        _say({"open": crowd.still_open()})
        await loop.run_in_executor(None, sys.stdin.readline)
        still = crowd.still_open()
        await crowd.leave()
        _say({"open": still, "met": dict(crowd.met)})


def _say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Serve until the input ends."""
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(_serve())


if __name__ == "__main__":
    main()
