"""The listening side of HTTP/1.1: uvicorn's protocol with bounds it does not have itself.

The head of a request is bounded in size and in time, connections are bounded in number, and what is refused here is
refused with a problem like everywhere else.
"""

import asyncio
import re
import sys
from collections.abc import Callable, MutableMapping
from functools import lru_cache
from typing import Any, ClassVar, Final, cast

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from gateway import headers as rules
from gateway.admission import Overloaded
from gateway.front import Front
from gateway.proxy import SMALL_BODY, RequestTimeout
from gateway.pulse import Pulse
from services.kit.errors import BadRequest, Problem, Unavailable

HEAD_BYTES: Final = 32 * 1024
HEAD_SECONDS: Final = 15.0
CONNECTIONS: Final = 16_000
_OTHER_FILES: Final = 3_000
"""What the gateway opens besides: connections to services, to the database, files."""
LINGER_SECONDS: Final = 1.0
_NEVER_SHED: Final = (b"/livez", b"/readyz", b"/metrics", b"/internal/", b"/.well-known/")
"""What keeps the system itself going."""
_TOO_MANY: Final = Overloaded(retry_after=1)
_ID: Final = b"<id>"
"""Where the id of a request stands in a refusal that is written beforehand."""
_NOT_ASCII: Final = re.compile(rb"[\x80-\xff]")


def connections_within(files: int) -> int:
    """How many connections a process takes that may have so many files open."""
    return min(CONNECTIONS, max(files - _OTHER_FILES, files // 2))


class HeadTooLarge(Problem):
    """The request line and headers are too large.

    Send at most 32 KiB before the body; long lists of values belong into it.
    """

    status = 431


class BoundedProtocol(HttpToolsProtocol):
    """One client connection."""

    public_url: ClassVar[str] = ""
    most: ClassVar[int] = CONNECTIONS
    """Connections at once; one more is told to come back."""
    _pulses: ClassVar[dict[asyncio.AbstractEventLoop, Pulse]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_open = True
        self._head_bytes = 0
        self._head_too_large = False
        self._head_timer: asyncio.TimerHandle | None = None
        self._lingering = False
        self._shed = False
        self._front = self.app if isinstance(self.app, Front) else None
        """Knows which operations are crowded."""
        pulse = self._pulses.get(self.loop)
        if pulse is None:
            self._pulses.clear()  # a process has one loop, tests have one after the other
            pulse = self._pulses[self.loop] = Pulse(self.loop)
        self._pulse = pulse

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.most:
            self._refuse(Unavailable())
            return
        self._head_timer = self.loop.call_later(HEAD_SECONDS, self._head_late)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_head_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._lingering or self.transport.is_closing():
            return
        if self._head_open:
            if not self._head_bytes and not data.isascii():
                data = _with_plain_target(data)
            self._head_bytes += len(data)
        super().data_received(data)
        if self._head_open and not self.transport.is_closing():
            if self._head_bytes > HEAD_BYTES:
                self._refuse(HeadTooLarge())
            elif self._head_timer is None and self._head_bytes:
                self._head_timer = self.loop.call_later(HEAD_SECONDS, self._head_late)

    def on_headers_complete(self) -> None:
        if self._head_bytes > HEAD_BYTES and len(self.url) + sum(len(n) + len(v) for n, v in self.headers) > HEAD_BYTES:
            self._head_too_large = True
            raise ValueError("head too large")  # httptools turns it into a parser error: `send_400_response`
        self._head_open = False
        self._head_bytes = 0
        self._stop_head_timer()
        # Absolute form: a user name or password in it is a credential in a URL.
        if not self.url.startswith(b"/") and httptools.parse_url(self.url).userinfo is not None:
            self.scope["state"]["userinfo"] = True
        keeps_up = not self._pulse.begun()
        if self._may_be_shed() and not (keeps_up and self._has_a_chance()):
            self._shed_now()
            return
        super().on_headers_complete()
        # The exchange was made a moment ago and has not begun: its task starts with the next turn of the loop.
        self.cycle.__class__ = _Cycle
        cast("_Cycle", self.cycle).end = self.end

    def on_body(self, body: bytes) -> None:
        if not self._shed:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if self._shed:
            self._shed = False
            self._stop_head_timer()
            self.on_response_complete()
        else:
            super().on_message_complete()
        self._head_open = True

    def _may_be_shed(self) -> bool:
        cycle = cast("RequestResponseCycle | None", self.cycle)
        running = cycle is not None and not cycle.response_complete
        return not running and not self.url.startswith(_NEVER_SHED)

    def _has_a_chance(self) -> bool:
        """Whether not too many wait for the same. Large bodies go through a door of their own."""
        if self._front is None or self._to_come > SMALL_BODY:
            return True
        return not self._front.is_crowded(self.parser.get_method().decode(), self.url)

    def _shed_now(self) -> None:
        """Refuse this request before anything was made of it. The connection stays when there is little to drop."""
        self._pulse.shed()
        self._shed = True
        to_come = self._to_come
        if not self.parser.should_keep_alive() or to_come > SMALL_BODY:
            self._refuse(_TOO_MANY)
            return
        self.transport.write(self._whole(_TOO_MANY))
        if to_come:
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self.transport.close)  # if it does not come

    @property
    def _to_come(self) -> int:
        """Bytes of the body; endless where nothing says how many, or they are sent only when asked for."""
        size = 0
        for name, value in self.headers:
            if name == b"content-length":
                size = max(size, int(value))
            elif name in (b"transfer-encoding", b"expect"):
                return sys.maxsize
        return size

    def send_400_response(self, msg: str) -> None:
        if self._head_too_large:
            self._refuse(HeadTooLarge())
            return
        self._refuse(BadRequest("The request line, a header or the framing of the body is malformed."))

    def end(self) -> None:
        """Close after an answer. While the client may still be sending, what comes is read and dropped for a moment:
        closing at once would make its system throw the answer away unread (RFC 9112, 9.6)."""
        if self._head_open or self.transport.is_closing():
            self.transport.close()
            return
        self._lingering = True
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.flow.resume_reading()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)

    def eof_received(self) -> None:
        if self._lingering:
            self.transport.close()

    def _head_late(self) -> None:
        self._head_timer = None
        if self._head_open and not self.transport.is_closing():
            if self._head_bytes:
                self._refuse(RequestTimeout())
            else:
                self.transport.close()

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _refuse(self, problem: Problem) -> None:
        cycle = cast("RequestResponseCycle | None", self.cycle)
        if cycle is not None and cycle.response_started and not cycle.response_complete:
            self.transport.close()  # a second head inside a running answer would be taken for its body
            return
        self.transport.write(self._whole(problem, b"connection: close\r\n"))
        self._head_open = False
        self.end()

    def _whole(self, problem: Problem, more: bytes = b"") -> bytes:
        """An answer in full."""
        given = dict(self.headers) if self._shed else {}
        id = rules.request_id(given.get(b"x-request-id")).encode()
        head, body = _written(problem.slug, problem.detail, tuple(problem.headers.items()), self.public_url)
        body = body.replace(_ID, id)
        lines = [head, b"x-request-id: ", id, b"\r\n", more]
        if self._front is not None:
            lines += [b"%b: %b\r\n" % header for header in self._front.policy.cross_origin(given.get(b"origin"))]
        lines.append(b"content-length: %d\r\n\r\n" % len(body))
        if not (self._shed and self.parser.get_method() == b"HEAD"):
            lines.append(body)
        return b"".join(lines)


@lru_cache(64)
def _written(
    slug: str, detail: str | None, headers: tuple[tuple[str, str], ...], public_url: str
) -> tuple[bytes, bytes]:
    """The head and body of a refusal, all but the id of the request."""
    kind = Problem.known[slug]
    lines = [STATUS_LINE[kind.status], b"content-type: application/problem+json\r\n"]
    lines += [f"{name.lower()}: {value}\r\n".encode() for name, value in headers]
    lines.append(b"x-content-type-options: nosniff\r\ncache-control: no-store\r\n")
    return b"".join(lines), kind(detail).body(public_url, None, _ID.decode())


def _with_plain_target(data: bytes) -> bytes:
    """The beginning of a request with its address in percent-encoding (RFC 3987, 3.1): what is typed into curl as
    `?q=贵州` arrives as bare UTF-8, which the parser refuses."""
    line, end, rest = data.partition(b"\n")
    return _NOT_ASCII.sub(lambda found: b"%%%02X" % found[0][0], line) + end + rest


class _Cycle(RequestResponseCycle):
    """One exchange on a connection. Sends the head with the first piece: one packet, one system call."""

    _head: bytes = b""
    end: Callable[[], None]

    async def send(self, message: MutableMapping[str, Any]) -> None:  # type: ignore[override]
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        if message["type"] == "http.response.start" and not self.response_started:
            self.response_started = True
            self.waiting_for_100_continue = False
            self._head = self._make_head(message["status"], message.get("headers", []))
            return
        if message["type"] != "http.response.body" or not self.response_started or self.response_complete:
            raise RuntimeError(f"unexpected {message['type']}")
        piece: bytes = message.get("body", b"")
        more: bool = message.get("more_body", False)
        if self.scope["method"] == "HEAD":
            piece, self.expected_content_length = b"", 0
        elif self.chunked_encoding:
            framed = b"%x\r\n%b\r\n" % (len(piece), piece) if piece else b""
            piece = framed if more else framed + b"0\r\n\r\n"
        else:
            self.expected_content_length -= len(piece)
            if self.expected_content_length < 0 or (self.expected_content_length and not more):
                raise RuntimeError("the body is not as long as Content-Length says")
        if self._head:
            piece, self._head = self._head + piece, b""
        self.transport.write(piece)
        if not more:
            self.response_complete = True
            self.message_event.set()
            if not self.keep_alive:
                self.end()
            self.on_response()

    def _make_head(self, status: int, headers: list[tuple[bytes, bytes]]) -> bytes:
        lines = [STATUS_LINE[status]]
        close, count = False, 2
        for name, value in [*self.default_headers, *headers]:
            if name == b"content-length":
                self.expected_content_length = int(value)
                self.chunked_encoding = False
            elif name == b"connection" and value.lower() == b"close":
                self.keep_alive = False
                close = True
            elif name == b"transfer-encoding":
                continue  # said below, by who frames the body
            lines += (name, b": ", value, b"\r\n")
            count += 1
        if not self.keep_alive and not close:
            lines.append(b"connection: close\r\n")
            count += 1
        if self.chunked_encoding is None and self.scope["method"] != "HEAD" and status not in {204, 304}:
            self.chunked_encoding = True
            lines.append(b"transfer-encoding: chunked\r\n")
            count += 1
        lines.append(b"\r\n")
        head = b"".join(lines)
        # Each header is one line: a line break inside a value would begin a header, or an answer, of its own.
        if head.count(b"\n") != count or head.count(b"\r") != count:
            raise RuntimeError("a header holds a line break")
        return head
