"""Connections to PostgreSQL as this product uses them: JSON by pydantic's core, and a cursor that is kept.

A new cursor finds out anew how each kind of value is given to PostgreSQL, which takes a sixth of a small statement.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import psycopg
from psycopg.types.json import set_json_dumps, set_json_loads
from pydantic_core import from_json, to_json

set_json_dumps(to_json)
set_json_loads(from_json)

# psycopg finds its prepared statement by these bytes: the same object is hashed once, and compared at a glance.
_encoded = lru_cache(2_048)(str.encode)


class Connection(psycopg.AsyncConnection[Any]):
    """A connection for statements that are compiled once and run many times."""

    _cursor: psycopg.AsyncRawCursor[Any] | None = None
    """One that nobody uses now."""

    async def fetch(self, sql: str, arguments: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Run compiled SQL and read what it answers. Values come in binary form: bytes as they are, where as text they
        would be hexadecimal."""
        cursor = await self._run(sql, arguments)
        rows: list[tuple[Any, ...]] = await cursor.fetchall()
        self._cursor = cursor
        return rows

    async def write(self, sql: str, arguments: Sequence[Any]) -> None:
        """Run compiled SQL that answers nothing."""
        self._cursor = await self._run(sql, arguments)

    async def _run(self, sql: str, arguments: Sequence[Any]) -> psycopg.AsyncRawCursor[Any]:
        cursor, self._cursor = self._cursor or psycopg.AsyncRawCursor(self), None
        await cursor.execute(_encoded(sql), arguments, prepare=True, binary=True)
        return cursor
