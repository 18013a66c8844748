"""The best that could be: JSON as PostgreSQL wrote it, over psycopg, from a bare ASGI handler without checks."""

import os
from urllib.parse import parse_qsl

import psycopg
from starlette.types import Receive, Scope, Send

from services.kit.connection import Connection
from services.kit.read_pool import ReadPool

_FIELDS = (
    "id, names, kind, country, subdivision, city, address, website, emails, phones, identifiers, tags, parent_id, "
    "former_names, description, officer_id, contact_cadence_days, key_member, stale_texts, status, merged_into, "
    "coalesce(custom, '{}') AS custom, version, created_at, updated_at"
)
"""All that the service shows of an organisation."""


def _rows(rest: str) -> str:
    return f"SELECT row_to_json(r)::text FROM (SELECT {_FIELDS} FROM organisation {rest}) r"


_ONE = _rows("WHERE id = $1::uuid")
_PAGES = {
    "first": _rows("ORDER BY id LIMIT 51"),
    "deep": _rows("WHERE id > $1::uuid ORDER BY id LIMIT 51"),
    "filtered": _rows("WHERE country = $1::text ORDER BY id LIMIT 51"),
    "sorted": _rows("ORDER BY sort_name, id LIMIT 51"),
}


async def _connect() -> Connection:
    return await Connection.connect(
        os.environ["DATABASE_URL"],
        autocommit=True,
        options="-c jit=off",
        prepare_threshold=1,
        cursor_factory=psycopg.AsyncRawCursor,
    )


class Bare:
    """`GET /one/<id>` and `GET /<first, deep, filtered, sorted>?value=…`."""

    def __init__(self) -> None:
        self._pool = ReadPool(_connect, 8)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        _, kind, id, *_ = (scope["path"] + "//").split("/")
        sql = _ONE if kind == "one" else _PAGES.get(kind)
        if sql is None:
            await send({"type": "http.response.start", "status": 404, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        given = (id,) if kind == "one" else tuple(v for _, v in parse_qsl(scope["query_string"].decode()))
        connection = await self._pool.take()
        try:
            cursor = await connection.execute(sql, given, prepare=True)
            rows = await cursor.fetchall()
        finally:
            await self._pool.give_back(connection)
        body = rows[0][0] if kind == "one" else '{"items":[' + ",".join([row[0] for row in rows[:50]]) + "]}"
        sent = body.encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(sent)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": sent})

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._pool.close()
        await send({"type": "lifespan.shutdown.complete"})


app = Bare()
