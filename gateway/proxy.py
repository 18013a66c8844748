"""Carries a request to a service and the answer back, piece by piece: nothing is held whole, in either direction.

Backpressure is the sockets' own: a chunk is read from one side only when the other side has taken the last one.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gateway.table import Deadline
from gateway.upstream import Broken, Connection, Pool, Unreachable
from gateway.watch import Receive, Watch
from services.kit.errors import BadGateway, ContentTooLarge, GatewayTimeout, Problem, Unavailable

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
RawHeaders = Sequence[tuple[bytes, bytes]]

CONNECT_SECONDS: Final = 0.9
IDLE_SECONDS: Final = 30.0
CLIENT_SECONDS: Final = 20.0
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class RequestTimeout(Problem):
    """The request did not arrive in time.

    Send the body without long pauses.
    """

    status = 408


class ClientGone(Exception):
    """Nobody waits for the answer any more."""


class Overloaded(Unavailable):
    """More requests are running than can be carried.

    Nothing was done. Try again after `Retry-After` seconds.
    """

    status = 503


class Upstream:
    """One service, as this process sees it."""

    def __init__(self, name: str, base: str, limit: int) -> None:
        self.name = name
        self.pool = Pool(base)
        self.limit = limit
        self.in_flight = 0
        self.answered_at = float("-inf")
        """When it last began an answer, on the loop's clock: its sign of life."""

    def sign_of_life(self) -> float:
        """When it last began an answer."""
        return self.answered_at


@dataclass(slots=True)
class Outgoing:
    """A request as it is sent on."""

    method: str
    target: bytes
    headers: list[tuple[bytes, bytes]]
    has_body: bool
    chunked: bool
    """The body comes without a length, and goes on so."""
    deadline: Deadline
    max_body: int
    receive: Receive
    send: Send
    head: Callable[[int, RawHeaders, bool], list[tuple[bytes, bytes]]]
    """Makes the answer's headers from the upstream's; the last argument tells to close the client's connection."""
    started: bool = False
    """The head of the answer is on its way to the client."""
    asked: bool = False
    """Bytes of the request may have reached the service."""


class Proxy:
    """The connections to all services."""

    def __init__(self, upstreams: dict[str, str], *, in_flight: int, per_service: int) -> None:
        self.upstreams = {name: Upstream(name, base, min(per_service, in_flight)) for name, base in upstreams.items()}
        self._limit = in_flight
        self._in_flight = 0

    async def close(self) -> None:
        """Close the pools."""
        for upstream in self.upstreams.values():
            upstream.pool.close()

    async def carry(self, upstream: Upstream, out: Outgoing) -> int:
        """Carry one request; answers the status that was passed on.

        Raises a `Problem` when the answer has not begun, `ClientGone` when nobody waits for it, and
        `ConnectionError` when the answer broke off half-way, so that the client's connection is cut, not ended.
        """
        if upstream.in_flight >= upstream.limit or self._in_flight >= self._limit:
            raise Overloaded(retry_after=1)
        upstream.in_flight += 1
        self._in_flight += 1
        watch = Watch(out.receive, body_read=not out.has_body)
        try:
            return await _carry(upstream, out, watch)
        except asyncio.CancelledError as error:
            if watch.reason is None:
                raise
            task = asyncio.current_task()
            if task is not None:
                task.uncancel()
            raise _told(watch, upstream, out) from error
        finally:
            watch.close()
            upstream.in_flight -= 1
            self._in_flight -= 1


async def _carry(upstream: Upstream, out: Outgoing, watch: Watch) -> int:
    deadline = out.deadline
    watch.first_byte_within(deadline.silent, deadline.busy, upstream.sign_of_life)
    # A kept connection may have been closed by the other side at the very moment it is used; a safe request is then
    # sent once more, on a new one.
    again = out.method in _SAFE and not out.has_body
    # The body's beginning first: no connection is held for a client that has not begun to send.
    piece, more = await _receive(upstream, out, watch, 0) if out.has_body else (b"", False)
    while True:
        try:
            connection = await upstream.pool.take(CONNECT_SECONDS, fresh=not again and out.asked)
        except Unreachable as error:
            raise Unavailable(f"{upstream.name} cannot be reached.", retry_after=2) from error
        pump: asyncio.Task[None] | None = None
        try:
            _ask(connection, upstream, out, piece, more)
            if more:
                pump = asyncio.create_task(_pump(connection, upstream, out, watch, len(piece)))
            await connection.answered()
            upstream.answered_at = asyncio.get_running_loop().time()
            if connection.status < 200:
                raise BadGateway(f"{upstream.name} switched protocols.", retry_after=2)
            return await _answer(connection, out, watch)
        except Broken as error:
            if again and error.nothing_received and connection.used:
                again = False
                continue
            if out.started:
                raise ConnectionError(f"{upstream.name} broke off half-way") from error
            raise BadGateway(f"{upstream.name} gave no proper answer.", retry_after=2) from error
        finally:
            if pump is not None and not pump.done():
                pump.cancel()
                connection.abort()  # its request was never finished
            upstream.pool.give_back(connection)


def _ask(connection: Connection, upstream: Upstream, out: Outgoing, piece: bytes, more: bool) -> None:
    """Send the request with the beginning of its body; `more` of it follows."""
    pool = upstream.pool
    lines = [out.method.encode("ascii"), b" ", pool.prefix, out.target, b" HTTP/1.1\r\nhost: ", pool.host_header]
    for name, value in out.headers:
        lines += (b"\r\n", name, b": ", value)
    if out.chunked:
        lines.append(b"\r\ntransfer-encoding: chunked")
    lines.append(b"\r\n\r\n")
    head = b"".join(lines)
    # The server's parser lets no line break into a header; were one there, it would begin a header of the caller's own.
    if head.count(b"\n") != len(out.headers) + (4 if out.chunked else 3):
        raise BadGateway("A header cannot be passed on.")
    if out.chunked:
        piece = _chunk(piece) + (b"" if more else b"0\r\n\r\n")
    out.asked = True
    connection.ask(head + piece if piece else head, bodiless=out.method == "HEAD")


async def _pump(connection: Connection, upstream: Upstream, out: Outgoing, watch: Watch, size: int) -> None:
    """Send the rest of a body as it arrives."""
    more = True
    while more:
        try:
            piece, more = await _receive(upstream, out, watch, size)
            size += len(piece)
            if out.chunked:
                piece = _chunk(piece) + (b"" if more else b"0\r\n\r\n")
            if piece:
                await connection.write(piece)
        except (ClientGone, ContentTooLarge):
            # The watch ends the exchange. Never a proper end: a cut-off body must not look like a whole one.
            connection.abort()
            return
        except Broken:
            return  # the upstream may have answered already, without wanting the rest


async def _receive(upstream: Upstream, out: Outgoing, watch: Watch, size: int) -> tuple[bytes, bool]:
    """The next piece of the request's body. While the client is awaited the upstream's deadline stands still."""
    watch.client_within(CLIENT_SECONDS)
    message = await out.receive()
    if message["type"] == "http.disconnect":
        watch.fire("client gone")
        raise ClientGone
    piece: bytes = message.get("body", b"")
    more: bool = message.get("more_body", False)
    if size + len(piece) > out.max_body:
        watch.fire("too large")
        raise ContentTooLarge
    watch.body_read = not more
    if out.started:
        watch.upstream_within(IDLE_SECONDS)
    else:
        watch.first_byte_within(out.deadline.silent, out.deadline.busy, upstream.sign_of_life)
    return piece, more


async def _answer(connection: Connection, out: Outgoing, watch: Watch) -> int:
    read, send = connection.read, out.send
    status = connection.status
    # The first piece is read before the head is passed on: what breaks this early can still be told properly.
    piece = await read()
    watch.client_within(IDLE_SECONDS)
    out.started = True
    head = out.head(status, connection.headers, not watch.body_read)
    await send({"type": "http.response.start", "status": status, "headers": head})
    while piece and not connection.finished:
        watch.client_within(IDLE_SECONDS)
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        watch.upstream_within(IDLE_SECONDS)
        piece = await read()
    watch.client_within(IDLE_SECONDS)
    await send({"type": "http.response.body", "body": piece, "more_body": False})
    watch.close()  # in the same step, before the server's word that all is sent can pass for the client's leaving
    return status


def _chunk(piece: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(piece), piece) if piece else b""


def _told(watch: Watch, upstream: Upstream, out: Outgoing) -> Exception:
    """What the end that a watch made means for the client."""
    if watch.reason == "client gone":
        return ClientGone()
    if out.started:
        return ConnectionError(f"{upstream.name}: {watch.reason} half-way")
    if watch.reason == "too large":
        return ContentTooLarge(f"At most {out.max_body} bytes are taken.")
    if watch.reason == "client late":
        return RequestTimeout()
    return GatewayTimeout(f"{upstream.name} did not answer in time.", retry_after=2)
