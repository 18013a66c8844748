"""A careful client at the gateway: it repeats what was not answered, with the same key, and writes down what it saw."""

import asyncio
from typing import Any

import httpx

from services.kit.http import trusted
from tests.faults.history import Answer, History, now
from tests.journeys.callers import FAR_SIDE_IS_DOWN, PATIENCE, in_progress

PAUSE = 0.2
"""Seconds before a request is repeated."""
WAITS = 30.0
"""Seconds a client waits for an answer; more than the gateway ever takes."""


class GaveUp(Exception):
    """A client repeated its request for as long as it could."""


class Client:
    """Requests as one caller, each answer judged and kept."""

    def __init__(self, url: str, key: str, history: History) -> None:
        self.history = history
        self._http = httpx.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {key}"},
            timeout=WAITS,
            verify=trusted(),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=50, keepalive_expiry=2),
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def ask(self, method: str, path: str, **given: Any) -> httpx.Response | None:
        """One request; None when no whole answer came."""
        began = now()
        reply: httpx.Response | None = None
        fault = None
        try:
            reply = await self._http.request(method, path, **given)
            fault = _fault(reply)
        except httpx.TransportError:
            pass  # it was not answered, or cut off and known to be
        seconds = now() - began
        status = reply.status_code if reply is not None else None
        self.history.answers.append(Answer(method, path.split("?")[0], status, seconds, fault, began))
        return None if fault else reply

    async def read(self, path: str, **params: Any) -> httpx.Response:
        """A read, repeated until it is answered."""
        reply = await self.insist("GET", path, params=params)
        if reply.status_code not in (200, 404):
            self.history.surprises.append(f"GET {path}: {reply.status_code} {reply.text[:200]}")
        return reply

    async def insist(self, method: str, path: str, **given: Any) -> httpx.Response:
        """Repeat a request that is safe to repeat until it is answered. Raises `GaveUp`."""
        ends = now() + PATIENCE
        while True:
            reply = await self.ask(method, path, **given)
            if reply is not None and not (reply.status_code in FAR_SIDE_IS_DOWN or in_progress(reply)):
                return reply
            if now() > ends:
                raise GaveUp(f"{method} {path}: {reply and reply.text}")
            await asyncio.sleep(PAUSE)

    async def post(self, path: str, body: Any, key: str) -> httpx.Response:
        """A POST with its key, repeated until it is answered."""
        return await self.insist("POST", path, json=body, headers={"Idempotency-Key": key})


def _fault(reply: httpx.Response) -> str | None:
    """What no caller should ever be answered, whatever is broken."""
    if reply.status_code == 204:
        return None
    try:
        body = reply.json()
    except ValueError:
        return f"{reply.status_code} with a body that is no JSON"
    if reply.status_code >= 500:
        if reply.status_code not in FAR_SIDE_IS_DOWN:
            return f"{reply.status_code} {reply.text[:200]}"
        if not reply.headers.get("retry-after", "").isdigit():
            return f"{reply.status_code} without Retry-After"
    if reply.status_code >= 400 and (not isinstance(body, dict) or body.get("status") != reply.status_code):
        return f"{reply.status_code} without a problem"
    return None
