"""What surrounds every request: its id, its deadline, its log line, its timing, and a problem when all else failed."""

import asyncio
import re
import time
from collections.abc import Mapping
from uuid import uuid4

import structlog
from prometheus_client import Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.kit.clock import office_zone
from services.kit.errors import MEDIA_TYPE, ContentTooLarge, InternalError, Problem
from services.kit.http import deadline, request_id, traceparent
from services.kit.settings import Settings

_REQUEST_ID = re.compile(rb"^[A-Za-z0-9._-]{8,64}$")
_TRACEPARENT = re.compile(rb"^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")
_READ = frozenset({b"x-request-id", b"traceparent", b"x-deadline", b"content-length"})
_SLOW_SECONDS = 1.0

log = structlog.get_logger("request")
SECONDS = Histogram(
    "http_request_duration_seconds",
    "Time to answer, by operation.",
    ("service", "method", "route", "status"),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


class RequestContext:
    """Pure ASGI: no task, queue or copy per request."""

    def __init__(self, app: ASGIApp, *, name: str, settings: Settings, bodies: Mapping[str, int] | None = None) -> None:
        self._app = app
        self._name = name
        self._public_url = settings.public_url
        self._office_zone = settings.office_zone
        self._log_all = settings.access_log == "all"
        self._max_body = settings.max_body_bytes
        self._timed: dict[tuple[str, str, int], Histogram] = {}
        # Paths that take larger bodies, or smaller ones. `{id}` stands for any segment.
        self._bodies = [
            (re.compile(re.sub(r"\\{[a-z_]+\\}", "[^/]+", re.escape(path))), size)
            for path, size in (bodies or {}).items()
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = {name: value for name, value in scope["headers"] if name in _READ}
        rid = given.get(b"x-request-id", b"")
        if not _REQUEST_ID.match(rid):
            rid = str(uuid4()).encode()
        request_id.set(rid.decode())
        parent = given.get(b"traceparent", b"")
        traceparent.set(parent.decode() if _TRACEPARENT.match(parent) else None)
        left = given.get(b"x-deadline", b"")
        deadline.set(time.monotonic() + int(left) / 1000 if left.isdigit() and len(left) < 8 else None)
        office_zone.set(self._office_zone)
        started = time.perf_counter()
        status, begun = 500, False

        async def send_with_id(message: Message) -> None:
            nonlocal status, begun
            if message["type"] == "http.response.start":
                status, begun = message["status"], True
                message["headers"].append((b"x-request-id", rid))
            await send(message)

        length = given.get(b"content-length", b"0")
        try:
            if length != b"0" and length.isdigit() and (len(length) > 15 or int(length) > self._most(scope["path"])):
                # Starlette would answer in plain text.
                await self._send(ContentTooLarge(), scope, send_with_id, rid)
                return
            await self._app(scope, receive, send_with_id)
        except asyncio.CancelledError:
            status = 499  # nobody waits for it any more
            raise
        except Exception as error:
            log.error("request_failed", method=scope["method"], path=scope["path"], exc_info=error)
            if not begun:
                await self._send(InternalError(), scope, send_with_id, rid)
        finally:
            self._note(scope, status, time.perf_counter() - started)

    def _most(self, path: str) -> int:
        """Bytes of the largest body an address takes."""
        return next((size for pattern, size in self._bodies if pattern.fullmatch(path)), self._max_body)

    async def _send(self, problem: Problem, scope: Scope, send: Send, rid: bytes) -> None:
        body = problem.body(self._public_url, scope["path"], rid.decode())
        headers = [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": problem.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        template = scope.get("route_template") or getattr(scope.get("route"), "path", "unknown")
        timed: tuple[str, str, int] = (scope["method"], str(template), status)
        child = self._timed.get(timed)
        if child is None:
            child = self._timed[timed] = SECONDS.labels(self._name, scope["method"], template, str(status))
        child.observe(seconds)
        notable = status >= 400 or seconds > _SLOW_SECONDS or scope["method"] not in ("GET", "HEAD")
        if (self._log_all or notable) and template not in ("/livez", "/readyz", "/metrics"):
            log.info("request", method=scope["method"], route=template, status=status, ms=round(seconds * 1000, 1))
