"""Making search keys anew after the rule changed (`RULE_VERSION`), while the service runs."""

import importlib
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from sqlalchemy import MetaData, Text, bindparam, cast, select, update
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from services.kit.db import engine_of
from services.kit.search import Searchable, is_outdated

_BATCH = 500


async def rebuild(package: str, database_url: str, *, everything: bool = False, batch: int = _BATCH) -> dict[str, int]:
    """Make the outdated keys of a service's tables anew; answers table → rows.

    `package` is where its `tables` are, such as `services.members`. Each batch is a short transaction, so it may be
    broken off at any time, and run again to do the rest. Versions, times and the change log stay as they are.
    With `everything`, keys that are not outdated are made anew as well.
    """
    metadata: MetaData = importlib.import_module(f"{package}.tables").metadata
    done: dict[str, int] = {}
    async with engine_of(database_url) as engine:
        for row in searchable_rows(metadata):
            done[row.__tablename__] = 0
            async for rebuilt in _batches(engine, row, everything=everything, size=batch):
                done[row.__tablename__] += rebuilt
    return done


def searchable_rows(metadata: MetaData) -> list[Any]:
    """The row classes of a service that have a search key, by table."""
    found: dict[str, Any] = {}
    waiting = list(Searchable.__subclasses__())
    while waiting:
        kind: Any = waiting.pop()
        waiting += kind.__subclasses__()
        if getattr(kind, "metadata", None) is metadata and hasattr(kind, "__table__"):
            found[kind.__tablename__] = kind
    return [found[name] for name in sorted(found)]


async def _batches(engine: AsyncEngine, row: Any, *, everything: bool, size: int) -> AsyncIterator[int]:
    after: UUID | None = None
    while True:
        # Locked, so that a name changed meanwhile is not given the key of the name before.
        query = select(row).order_by(row.id).limit(size).with_for_update(of=row)
        if not everything:
            query = query.where(is_outdated(row.search))
        if after is not None:
            query = query.where(row.id > after)
        async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
            rows = list(await session.scalars(query))
            if not rows:
                return
            await _write(session, row.__table__, rows)
        yield len(rows)
        after = rows[-1].id


async def _write(session: AsyncSession, table: Any, rows: list[Any]) -> None:
    # Straight to the table: the ORM would raise the version, and the column's default change `updated_at`.
    key = cast(bindparam("key", type_=Text()), TSVECTOR)
    statement = update(table).where(table.c.id == bindparam("row_id")).values(search=key, updated_at=table.c.updated_at)
    values = [{"row_id": one.id, "key": one.search_key()} for one in rows]
    await (await session.connection()).execute(statement, values)
