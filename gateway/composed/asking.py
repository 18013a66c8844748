"""How services are asked for their parts of an answer: in the caller's name, and within what is left of its time."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx

from gateway.identity import Principal
from services.kit import http

Headers = dict[str, str]


def passed_on(principal: Principal) -> Headers:
    """The headers with which a service is asked in the caller's name."""
    headers = {"Authorization": principal.bearer().decode()}
    if (request_id := http.request_id.get()) is not None:
        headers["X-Request-Id"] = request_id
    if (traceparent := http.traceparent.get()) is not None:
        headers["traceparent"] = traceparent
    return headers


async def ask(client: httpx.AsyncClient, path: str, params: Mapping[str, Any], headers: Headers) -> httpx.Response:
    """A service's answer to one question. All questions for one answer share its deadline (`table.COMPOSED_SECONDS`),
    which each service is told, too. Raises `httpx.HTTPError`, or `TimeoutError` when time is up."""
    left = http.seconds_left()
    async with asyncio.timeout(left):
        told = {**headers, http.DEADLINE_HEADER: str(int(left * 1000))}
        return await client.get(path, params=dict(params), headers=told)
