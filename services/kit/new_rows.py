"""Many new records at once: by COPY, with what the ORM would do for each of them.

The ORM makes an object, an event and a statement's parameters of every row; for 100,000 of them that is minutes. Here a
table's rows go to PostgreSQL in one stream, and so do their changes. Whoever reads either sees no difference.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapper
from sqlalchemy.orm.interfaces import ONETOMANY

from services.kit.auth import Caller
from services.kit.changes import ChangeRow, of_new
from services.kit.columns import Place, places, table_of, writer_of
from services.kit.db import Tracked
from services.kit.inserting import FIRST_VERSION
from services.kit.search import Searchable
from services.kit.statement import connection_of


async def save_new(
    session: AsyncSession, caller: Caller, type: str, rows: Sequence[Tracked], *, required_scopes: Iterable[str] = ()
) -> None:
    """Store new rows of one table, with what hangs on them, and a change for each, as `save` does for one.

    All, or none: raises `IntegrityError` when one breaks a rule of the database; say it within a savepoint. The rows do
    not become part of the session. A search key that a row has already is taken for the right one.
    """
    if not rows:
        return
    scopes = sorted(set(required_scopes))
    changes = []
    for row in rows:
        changes.append(of_new(caller, type, row, scopes))
        row.version = FIRST_VERSION
        if isinstance(row, Searchable) and "search" not in row.__dict__:
            row.rebuild_search()
    await session.flush()
    await _copy(session, rows[0].__class__, [row.__dict__ for row in rows])
    for hanging in _hanging_on(rows):
        await _copy(session, hanging[0].__class__, [row.__dict__ for row in hanging])
    await _copy(session, ChangeRow, changes)


def _hanging_on(rows: Sequence[Any]) -> Iterable[list[Any]]:
    """The rows of other tables that belong to these, by table; they get the ids of those they belong to."""
    mapper: Mapper[Any] = inspect(type(rows[0]))
    for relation in mapper.relationships:
        if relation.direction is not ONETOMANY:
            continue
        keys = [
            (mapper.get_property_by_column(local).key, relation.mapper.get_property_by_column(remote).key)
            for local, remote in relation.local_remote_pairs or ()
        ]
        hanging = []
        for row in rows:
            for one in row.__dict__.get(relation.key) or ():
                for local, remote in keys:
                    setattr(one, remote, getattr(row, local))
                hanging.append(one)
        if hanging:
            yield hanging


@cache
def _writers(kind: Any) -> Mapping[str, Callable[[Any], Any] | None]:
    """Column → how a value is given to PostgreSQL, where not as it is."""
    return {place.column: writer_of(place.type) for place in places(kind)}


async def _copy(session: AsyncSession, kind: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store rows of a table, given by their attributes: to ask SQLAlchemy for each of them takes long."""
    # What no row says, PostgreSQL fills in: numbers of a sequence, the transaction.
    said = [
        place
        for place in places(kind)
        if not place.filled_in or place.default is not None or any(row.get(place.attribute) is not None for row in rows)
    ]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table_of(kind).name), sql.SQL(", ").join([sql.Identifier(place.column) for place in said])
    )
    connection, writers = await connection_of(session), _writers(kind)
    try:
        async with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                await copy.write_row(_values(row, said, writers))
    except psycopg.IntegrityError as error:
        raise IntegrityError("COPY", None, error) from error


def _values(
    given: Mapping[str, Any], said: Sequence[Place], writers: Mapping[str, Callable[[Any], Any] | None]
) -> list[Any]:
    values = []
    for place in said:
        value = given.get(place.attribute)
        if value is None and place.default is not None:
            value = place.default()
        write = writers[place.column]
        values.append(value if value is None or write is None else write(value))
    return values
