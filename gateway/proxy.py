"""Carries a request to a service and the answer back, piece by piece: nothing is held whole, in either direction.

Backpressure is the sockets' own: a chunk is read from one side only when the other side has taken the last one.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gateway.admission import LONG, READS, WRITES, Gate, Overloaded, Place
from gateway.life import Life
from gateway.table import LONG as LONG_WORK
from gateway.table import READ, Deadline
from gateway.upstream import Broken, Connection, Pool, Unreachable
from gateway.watch import ClientGone, Reason, Receive, Watch
from services.kit.errors import BadGateway, ContentTooLarge, GatewayTimeout, Problem, Unavailable

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
RawHeaders = Sequence[tuple[bytes, bytes]]

CONNECT_SECONDS: Final = 0.9
IDLE_SECONDS: Final = 30.0
CLIENT_SECONDS: Final = 20.0
BODY_SECONDS: Final = 30.0
BODY_BYTES_PER_SECOND: Final = 8 * 1024
"""A body may take `BODY_SECONDS`, and longer only as it comes at this pace: a drip is no upload."""
SMALL_BODY: Final = 64 * 1024
"""Bodies up to here arrive whole before a service is given the request, so a slow client keeps no place there."""
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class RequestTimeout(Problem):
    """The request did not arrive in time.

    Send the body without long pauses.
    """

    status = 408


class Upstream:
    """One service, as this process sees it."""

    def __init__(self, name: str, base: str, limit: int, at_once: int = 12) -> None:
        self.name = name
        self.pool = Pool(base)
        self.limit = limit
        self.in_flight = 0
        """Requests under way, from their admission to the end of their answer; those that wait included."""
        self.reads = Gate(at_once, READS)
        # A write is as much work as ten reads, and four keep a process busy: with more, reads would get no turn.
        self.writes = Gate(at_once // 3, WRITES)
        self.long = Gate(at_once, LONG)
        """Work on many rows or on a file, and bodies too large to wait for."""
        self.reads.beside = (self.writes, self.long)
        self.life = Life(self.pool)
        self._left: set[asyncio.Task[None]] = set()
        """Requests that the service works on still, though nobody waits for the answer."""

    def close(self) -> None:
        """Drop what is kept."""
        for task in self._left:
            task.cancel()
        self.life.close()
        self.pool.close()

    def gate(self, method: str, deadline: Deadline, *, large: bool) -> Gate:
        """Through which of its doors a request goes; `large` is one whose body is not waited for."""
        if deadline is LONG_WORK or large:
            return self.long
        return self.reads if method in _SAFE else self.writes

    def see_out(self, connection: Connection, place: Place, within: float) -> None:
        """Have a request keep its place until the service is done with it, though its client has gone: the service
        does not stop, and who had the place meanwhile would be one too many."""
        task = asyncio.create_task(_seen_out(connection, place, within))
        self._left.add(task)
        task.add_done_callback(self._left.discard)

    @property
    def has_lines(self) -> bool:
        """Whether anybody waits for a turn."""
        return self.reads.has_lines or self.writes.has_lines or self.long.has_lines


@dataclass(slots=True)
class Outgoing:
    """A request as it is sent on."""

    method: str
    target: bytes
    headers: list[tuple[bytes, bytes]]
    has_body: bool
    chunked: bool
    """The body comes without a length, and goes on so."""
    length: int
    """Of the body, when it is known; otherwise 0."""
    operation: str
    """What is asked for, as the template of its path; empty when it is not known."""
    deadline: Deadline
    max_body: int
    receive: Receive
    send: Send
    head: Callable[[int, RawHeaders, bool], list[tuple[bytes, bytes]]]
    """Makes the answer's headers from the upstream's; the last argument tells to close the client's connection."""
    renew: Callable[[], bytes] | None = None
    """Makes another `Authorization` for the caller, who is known: a service that refuses the first refuses a token."""
    started: bool = False
    """The head of the answer is on its way to the client."""
    asked: bool = False
    """Bytes of the request may have reached the service."""


class Proxy:
    """The connections to all services."""

    def __init__(self, upstreams: dict[str, str], *, in_flight: int, per_service: int, at_once: int) -> None:
        limit = min(per_service, in_flight)
        self.upstreams = {name: Upstream(name, base, limit, at_once) for name, base in upstreams.items()}
        self._limit = in_flight
        self._in_flight = 0

    async def close(self) -> None:
        """Close the pools."""
        for upstream in self.upstreams.values():
            upstream.close()

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
            with watch.watching(lambda reason: _told(reason, upstream, out)):
                return await _carry(upstream, out, watch)
        finally:
            upstream.in_flight -= 1
            self._in_flight -= 1


async def _carry(upstream: Upstream, out: Outgoing, watch: Watch) -> int:
    gate = upstream.gate(out.method, out.deadline, large=out.chunked or out.length > SMALL_BODY)
    # The body's beginning first: no place and no connection is held for a client that has not begun to send.
    piece, more = await _beginning(out, watch) if out.has_body else (b"", False)
    if not gate.enter_now(out.operation):
        watch.turn_within(gate.patience.longest)
        await gate.enter(out.operation)
    place = Place(gate, out.operation)
    try:
        return await _exchange(upstream, out, watch, place, piece, more)
    finally:
        late = watch.reason == "upstream late"
        if late:
            _tell_who_waits(upstream)
        place.leave(answered=late)


async def _exchange(upstream: Upstream, out: Outgoing, watch: Watch, place: Place, piece: bytes, more: bool) -> int:
    _await_answer(upstream, out, watch)
    # A kept connection may have been closed by the other side at the very moment it is used; a safe request is then
    # sent once more, on a new one.
    again = out.method in _SAFE and not out.has_body
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
            if connection.status == 401 and out.renew is not None and pump is None:
                _renew(out, out.renew)
                connection.abort()
                continue
            place.leave(answered=True)
            upstream.life.answered_at = asyncio.get_running_loop().time()
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
            if watch.reason == "client gone" and out.asked and not (connection.status or connection.closed):
                upstream.see_out(connection, place.handed_over(), out.deadline.silent)
            else:
                upstream.pool.give_back(connection)


async def _seen_out(connection: Connection, place: Place, within: float) -> None:
    answered = False
    try:
        async with asyncio.timeout(within):
            await connection.answered()
        answered = True
    except (Broken, TimeoutError):
        pass
    finally:
        connection.abort()
        place.leave(answered=answered)


def _await_answer(upstream: Upstream, out: Outgoing, watch: Watch) -> None:
    deadline, life = out.deadline, upstream.life
    watch.first_byte_within(deadline.silent, deadline.busy, life.last_sign if deadline.asks else life.last_answer)


def _renew(out: Outgoing, renew: Callable[[], bytes]) -> None:
    """Try once more, with another token: the clock was set, or the service has not seen the key that signed. Nothing
    was done yet, since a service looks at the token first."""
    out.headers = [(name, value) for name, value in out.headers if name != b"authorization"]
    out.headers.append((b"authorization", renew()))
    out.renew = None


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


async def _beginning(out: Outgoing, watch: Watch) -> tuple[bytes, bool]:
    """The first piece of a body: all of it when it is small."""
    watch.body_began(BODY_SECONDS, BODY_BYTES_PER_SECOND)
    pieces: list[bytes] = []
    size, more = 0, True
    whole = not out.chunked and out.length <= SMALL_BODY
    while more and (whole or not pieces):
        piece, more = await _piece(out, watch, size)
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces), more


async def _receive(upstream: Upstream, out: Outgoing, watch: Watch, size: int) -> tuple[bytes, bool]:
    """The next piece of the request's body. While the client is awaited the upstream's deadline stands still."""
    piece, more = await _piece(out, watch, size)
    if out.started:
        watch.upstream_within(IDLE_SECONDS)
    else:
        _await_answer(upstream, out, watch)
    return piece, more


async def _piece(out: Outgoing, watch: Watch, size: int) -> tuple[bytes, bool]:
    watch.body_within(CLIENT_SECONDS, size)
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


def _tell_who_waits(upstream: Upstream) -> None:
    """A service that answers nobody is not waited for."""
    if asyncio.get_running_loop().time() - upstream.life.answered_at >= READ.silent:
        for gate in (upstream.reads, upstream.writes, upstream.long):
            gate.send_away(lambda: Unavailable(f"{upstream.name} does not answer.", retry_after=2))


def _told(reason: Reason, upstream: Upstream, out: Outgoing) -> Exception:
    """What the end that a watch made means for the client."""
    if reason == "client gone":
        return ClientGone()
    if out.started:
        return ConnectionError(f"{upstream.name}: {reason} half-way")
    if reason == "too large":
        return ContentTooLarge(f"At most {out.max_body} bytes are taken.")
    if reason == "client late":
        return RequestTimeout()
    if reason == "no turn":
        return Overloaded(retry_after=2)
    return GatewayTimeout(f"{upstream.name} did not answer in time.", retry_after=2)
