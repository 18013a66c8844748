"""The least HTTP client that can make traffic: one exchange a connection at a time, nothing parsed but what is needed.

It shares two cores with what it measures, so it costs as little as Python allows; `generator.py` says how much that is.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Final, cast

_HEAD_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"\r\ncontent-length: "
_CHUNKS_END: Final = b"0\r\n\r\n"

BROKEN: Final = 0
"""In place of a status: the connection could not be made, or ended before the answer did."""

Answered = Callable[[int, bytes, bytes, float], None]
"""Status, head, body, and the moment it was whole (`time.perf_counter`)."""


class Connection(asyncio.Protocol):
    """One kept connection."""

    def __init__(self, pool: "Pool") -> None:
        self._pool = pool
        self._transport = cast("asyncio.Transport", None)
        self._answered: Answered | None = None
        self._received = b""
        self._need = -1
        self._body_at = 0

    def ask(self, request: bytes, answered: Answered) -> None:
        """Send a request; `answered` is called once."""
        self._answered, self._received, self._need = answered, b"", -1
        self._transport.write(request)

    def close(self) -> None:
        """Close it."""
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        received = self._received = self._received + data if self._received else data
        if self._need < 0:
            end = received.find(_HEAD_END)
            if end < 0:
                return
            self._body_at = end + 4
            at = received.find(_LENGTH, 0, end)
            if at >= 0:
                value_at = at + len(_LENGTH)
                self._need = self._body_at + int(received[value_at : received.index(b"\r", value_at)])
            elif b"\r\ntransfer-encoding: chunked" in received[:end]:
                self._need = 1 << 40
            else:
                self._need = self._body_at
        if len(received) >= self._need or (self._need == 1 << 40 and received.endswith(_CHUNKS_END)):
            self._finish(int(received[9:12]), received[: self._body_at].lower(), received[self._body_at :])

    def connection_lost(self, exc: Exception | None) -> None:
        self._pool.lost(self)
        self._finish(BROKEN, b"", b"")

    def _finish(self, status: int, head: bytes, body: bytes) -> None:
        answered, self._answered = self._answered, None
        if answered is None:
            return
        at = time.perf_counter()
        if status != BROKEN and b"\r\nconnection: close\r\n" not in head:
            self._pool.idle.append(self)
        answered(status, head, body, at)


class Pool:
    """Connections to one address: as many as there are requests under way."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self.idle: list[Connection] = []
        self._opening: set[asyncio.Task[None]] = set()

    def send(self, request: bytes, answered: Answered) -> None:
        """Send on a kept connection, else on a new one."""
        if self.idle:
            self.idle.pop().ask(request, answered)
            return
        task = asyncio.ensure_future(self._open(request, answered))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    def lost(self, connection: Connection) -> None:
        """A kept connection was closed by the other side."""
        if connection in self.idle:
            self.idle.remove(connection)

    def close(self) -> None:
        """Close what is idle."""
        while self.idle:
            self.idle.pop().close()

    async def _open(self, request: bytes, answered: Answered) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(5):
                _, connection = await loop.create_connection(lambda: Connection(self), *self._address)
        except (OSError, TimeoutError):
            answered(BROKEN, b"", b"", time.perf_counter())
            return
        connection.ask(request, answered)
