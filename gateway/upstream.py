"""A lean HTTP/1.1 client for the proxy: kept connections, streaming both ways, httptools for the parsing.

Written for one use, the hot path: through aiohttp the whole gateway cost half as much again per request, most of it in
building request and response objects that a proxy does not need.
"""

import asyncio
import ssl
from collections import deque
from typing import Final, cast
from urllib.parse import urlsplit

import httptools

HIGH_WATER: Final = 256 * 1024
_IDLE_SECONDS: Final = 4.0  # less than servers keep an idle connection, so it is seldom closed as it is used
_MOST_IDLE: Final = 256
_HEAD_BYTES: Final = 64 * 1024


class Unreachable(Exception):
    """No connection could be made."""


class Broken(Exception):
    """The upstream broke off, or what it sent is no HTTP."""

    def __init__(self, reason: str, *, nothing_received: bool = False) -> None:
        super().__init__(reason)
        self.nothing_received = nothing_received
        """Not one byte of an answer came: on a kept connection it may have been closed before it was asked."""


class Connection(asyncio.Protocol):
    """One connection; carries one exchange at a time. Also the answer of that exchange while it lasts."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport = cast("asyncio.Transport", None)
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.idle_since = 0.0
        self.used = False
        self.closed = False
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpResponseParser(self)
        self._asked = False
        self._bodiless = False
        self._until_close = False
        self._doubtful = False
        self._lasting = False
        self._received = False
        self._head_bytes = 0
        self._complete = True
        self._error: Broken | None = None
        self._pieces: deque[bytes] = deque()
        self._buffered = 0
        self._paused = False
        self._reader: asyncio.Future[None] | None = None
        self._writable: asyncio.Future[None] | None = None
        self._write_paused = False

    # -- the exchange ------------------------------------------------------------------------------------------------

    def ask(self, head: bytes, *, bodiless: bool) -> None:
        """Send a request's head (and what comes with it). `bodiless`: the answer has no body, as for HEAD."""
        self._asked, self._complete, self._received = True, False, False
        self._bodiless, self._until_close, self._lasting = bodiless, False, False
        self.status, self.headers, self._head_bytes = 0, [], 0
        self.transport.write(head)

    async def write(self, piece: bytes) -> None:
        """Send a piece of the request's body, when the connection takes it."""
        if self._write_paused:
            self._writable = self._loop.create_future()
            await self._writable
        if self.closed:
            raise Broken("closed while the request was sent")
        self.transport.write(piece)

    async def answered(self) -> None:
        """Wait for the answer's head. Raises `Broken`."""
        while not self.status:
            if self._error is not None:
                raise self._error
            await self._wait()

    async def read(self) -> bytes:
        """The next piece of the answer's body; empty at its end. Raises `Broken` when it ends too early."""
        while not self._pieces:
            if self._complete:
                return b""
            if self._error is not None:
                raise self._error
            await self._wait()
        if len(self._pieces) == 1:
            piece = self._pieces.popleft()
        else:
            piece = b"".join(self._pieces)
            self._pieces.clear()
        self._buffered = 0
        if self._paused and not self.closed:
            self._paused = False
            self.transport.resume_reading()
        return piece

    @property
    def finished(self) -> bool:
        """Whether the answer has arrived whole and been read."""
        return self._complete and not self._pieces

    @property
    def reusable(self) -> bool:
        """Whether the exchange ended so that another can follow."""
        return (
            self._complete
            and not self.closed
            and not self._doubtful
            and not self._bodiless
            and not self._pieces
            and self._lasting
        )

    def abort(self) -> None:
        """Drop the connection now."""
        if not self.closed:
            self.closed = True
            self.transport.abort()

    async def _wait(self) -> None:
        self._reader = self._loop.create_future()
        try:
            await self._reader
        finally:
            self._reader = None

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    def _break(self, reason: str) -> None:
        if not self._complete and self._error is None:
            self._error = Broken(reason, nothing_received=not self._received)
        self._wake()

    # -- asyncio -----------------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if not self._asked or self._complete:
            self.abort()  # nobody asked: whatever this is, the connection cannot be trusted any more
            return
        self._received = True
        if not self.status:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._break(f"no proper HTTP: {type(error).__name__}")
            self.abort()
            return
        if not self.status and self._head_bytes > _HEAD_BYTES:
            self._break("the head is too large")
            self.abort()
        elif self._buffered > HIGH_WATER and not self._paused:
            self._paused = True
            self.transport.pause_reading()

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        if self._until_close and self.status and exc is None:
            self._complete = True
        self._break("closed by the other side")
        self.resume_writing()

    def pause_writing(self) -> None:
        self._write_paused = True

    def resume_writing(self) -> None:
        self._write_paused = False
        if self._writable is not None and not self._writable.done():
            self._writable.set_result(None)

    # -- httptools ---------------------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        # A second answer to one question: nothing of it is taken, and the connection is not used again.
        self._doubtful = self._doubtful or self._complete

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._doubtful:
            self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        if self._doubtful:
            return
        status = self._parser.get_status_code()
        if status < 200 and status != 101:
            self.headers = []  # an interim answer; the real one follows
            return
        self.status = status
        framed = any(name in {b"content-length", b"transfer-encoding"} for name, _ in self.headers)
        self._until_close = not framed and status not in {204, 304}
        if self._bodiless:
            self._complete = True
        self._wake()

    def on_body(self, body: bytes) -> None:
        if self._bodiless or self._doubtful:
            return
        self._pieces.append(body)
        self._buffered += len(body)
        self._wake()

    def on_message_complete(self) -> None:
        if self.status and not self._doubtful:
            self._complete = True
            self._lasting = bool(self._parser.should_keep_alive())
            self._wake()


class Pool:
    """The kept connections to one service."""

    def __init__(self, base: str) -> None:
        parts = urlsplit(base)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"{base!r} is no http address")
        self._host = parts.hostname
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self.host_header = parts.netloc.encode("ascii")
        self.prefix = parts.path.rstrip("/").encode("ascii")
        self._idle: list[Connection] = []

    async def take(self, within: float, *, fresh: bool = False) -> Connection:
        """A connection: a kept one that is still good, else a new one. Raises `Unreachable`."""
        loop = asyncio.get_running_loop()
        while self._idle and not fresh:
            kept = self._idle.pop()
            if not kept.closed and loop.time() - kept.idle_since < _IDLE_SECONDS:
                kept.used = True
                return kept
            kept.abort()
        try:
            async with asyncio.timeout(within):
                _, made = await loop.create_connection(Connection, self._host, self._port, ssl=self._tls)
        except (OSError, TimeoutError) as error:
            raise Unreachable(str(error)) from error
        return made

    def give_back(self, connection: Connection) -> None:
        """Keep a connection for the next request, or drop it."""
        if connection.reusable and len(self._idle) < _MOST_IDLE:
            connection.idle_since = asyncio.get_running_loop().time()
            self._idle.append(connection)
        else:
            connection.abort()

    def close(self) -> None:
        """Drop all kept connections."""
        while self._idle:
            self._idle.pop().abort()
