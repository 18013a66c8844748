"""A caller's view of a running app: requests as one caller, and what to expect of problems."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, ClassVar
from uuid import uuid4

import httpx
from fastapi import FastAPI
from psycopg import AsyncConnection

from services.kit.errors import MEDIA_TYPE, Problem
from services.kit.runtime import Runtime


class Api:
    """Requests to an app as one caller."""

    patience: ClassVar[float] = 10.0
    """Seconds to wait before a feed is read, for transactions that still run on the server."""

    def __init__(self, app: FastAPI, token: str | None) -> None:
        self.app = app
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app, raise_app_exceptions=False),
            base_url="http://test",
            headers=headers,
        )

    @property
    def runtime(self) -> Runtime:
        """The parts of the app under test."""
        runtime: Runtime = self.app.state.runtime
        return runtime

    def as_(self, token: str | None) -> "Api":
        """The same app, another caller."""
        return Api(self.app, token)

    async def get(self, path: str, **kwargs: Any) -> httpx.Response:
        if path.partition("?")[0].endswith("/changes"):
            await self.settled()
        return await self._client.get(path, **kwargs)

    async def post(self, path: str, body: Any = None, **kwargs: Any) -> httpx.Response:
        return await self._client.post(path, json=body, **kwargs)

    async def patch(
        self, path: str, body: Any, *, if_match: str | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """Change a record, from the state it has now unless `if_match` says another."""
        tag = if_match or (await self.get(path)).headers.get("etag", "*")
        return await self._client.patch(path, json=body, headers={"If-Match": tag, **(headers or {})})

    async def delete(self, path: str, *, if_match: str | None = None) -> httpx.Response:
        tag = if_match or (await self.get(path)).headers.get("etag", "*")
        return await self._client.delete(path, headers={"If-Match": tag})

    async def made(self, path: str, body: Any) -> dict[str, Any]:
        """Create and give back the record; fails the test when it is refused."""
        reply = await self.post(path, body, headers={"Idempotency-Key": uuid4().hex})
        assert reply.status_code == 201, reply.text
        record: dict[str, Any] = reply.json()
        return record

    async def items(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """Every row of a list, page by page."""
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            reply = await self.get(path, params={**params, **({"cursor": cursor} if cursor else {})})
            assert reply.status_code == 200, reply.text
            found += reply.json()["items"]
            cursor = reply.json()["next_cursor"]
            if cursor is None:
                return found

    async def settled(self) -> None:
        """Wait for the transactions of other tests: a feed stops at the oldest one that runs on the whole server."""
        async with self.runtime.database.reads.connection() as connection:
            begun = await _number(connection, "pg_snapshot_xmax")
            ends = time.monotonic() + self.patience
            # PostgreSQL tells nobody when a transaction ends.
            while time.monotonic() < ends and await _number(connection, "pg_snapshot_xmin") < begun:  # noqa: ASYNC110
                await asyncio.sleep(0.02)


async def _number(connection: AsyncConnection[Any], bound: str) -> int:
    """A transaction's number: where those that run begin, or the next one."""
    row = await (await connection.execute(f"SELECT {bound}(pg_current_snapshot())::text::bigint".encode())).fetchone()
    assert row is not None
    return int(row[0])


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[FastAPI]:
    """The app between its start and its end."""
    async with app.router.lifespan_context(app):
        yield app


def assert_problem(reply: httpx.Response, problem: type[Problem], *, pointer: str | None = None) -> dict[str, Any]:
    """The reply is this problem, in the right form; with `pointer`, about that value."""
    assert reply.headers["content-type"] == MEDIA_TYPE, reply.text
    body: dict[str, Any] = reply.json()
    assert (reply.status_code, body["type"].rsplit("/", 1)[-1]) == (problem.status, problem.slug), reply.text
    assert body["request_id"] == reply.headers["x-request-id"]
    if pointer is not None:
        assert pointer in [error["pointer"] for error in body["errors"]], reply.text
    return body
