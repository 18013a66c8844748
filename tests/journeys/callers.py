"""Callers of a stack over real sockets, and how journeys wait."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import uuid4

import httpx

from services.kit.http import trusted
from tests.wire.api import Api

T = TypeVar("T")

FAR_SIDE_IS_DOWN = frozenset({502, 503, 504})
PATIENCE = 60.0
"""Seconds a caller that repeats its request goes on; longer than any recovery may take."""


class Caller(Api):
    """Requests to one address as one caller."""

    def __init__(self, url: str, token: str | None = None, *, opened: "list[Caller] | None" = None) -> None:
        self.url = url
        self._opened: list[Caller] = [] if opened is None else opened
        self._opened.append(self)
        self._client = httpx.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=30,
            verify=trusted(),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=50),
        )

    async def settled(self) -> None:
        """Nobody else's transactions run on a stack's own server."""

    def as_(self, token: str | None) -> "Caller":
        """Another caller of the same address."""
        return Caller(self.url, token, opened=self._opened)

    def at(self, url: str, token: str | None = None) -> "Caller":
        """A caller of another address."""
        return Caller(url, token, opened=self._opened)

    async def request(self, method: str, path: str, **given: Any) -> httpx.Response:
        """A request in full."""
        return await self._client.request(method, path, **given)

    async def made(self, path: str, body: Any) -> dict[str, Any]:
        """Create and give back the record, however busy the other side is."""
        reply = await self.insist(path, body)
        assert reply.status_code == 201, reply.text
        record: dict[str, Any] = reply.json()
        return record

    async def insist(self, path: str, body: Any, *, key: str | None = None) -> httpx.Response:
        """POST until it is answered, as a careful client does: again with the same Idempotency-Key while the other
        side is down, busy with the first attempt, or out of reach."""
        headers = {"Idempotency-Key": key or uuid4().hex}
        ends = time.monotonic() + PATIENCE
        while True:
            try:
                reply = await self.post(path, body, headers=headers)
            except httpx.TransportError:
                reply = None
            if reply is not None and not (reply.status_code in FAR_SIDE_IS_DOWN or in_progress(reply)):
                return reply
            assert time.monotonic() < ends, f"no answer to POST {path}: {reply and reply.text}"
            await asyncio.sleep(0.2)

    async def close(self) -> None:
        """Close this one and those that came of it."""
        for caller in self._opened:
            await caller._client.aclose()


def in_progress(reply: httpx.Response) -> bool:
    """Whether the first attempt with this key still runs."""
    return reply.status_code == 409 and reply.json()["type"].endswith("/request-in-progress")


async def eventually(ask: Callable[[], Awaitable[T]], *, within: float) -> T:
    """What `ask` answers once its assertions hold; its last failure when they do not in time."""
    ends = time.monotonic() + within
    while True:
        try:
            return await ask()
        except AssertionError:
            if time.monotonic() > ends:
                raise
        await asyncio.sleep(0.1)


async def timed(asking: Awaitable[T]) -> tuple[T, float]:
    """An answer, and the seconds it took."""
    began = time.perf_counter()
    answer = await asking
    return answer, time.perf_counter() - began


def percentile(seconds: list[float], share: float) -> float:
    """The time that so many did not exceed."""
    return sorted(seconds)[math.ceil(share * len(seconds)) - 1]
