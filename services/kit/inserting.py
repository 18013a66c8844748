"""One record's change, and the record with it when it is new, in one statement.

Most writes make or change one record. The ORM's flush would send two statements for that, and takes as long as all else
a POST does. Here both rows go to PostgreSQL together, and the session holds the record afterwards as if it had flushed
it (docs/adr/0023).
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Table, bindparam, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstanceState, Mapper, make_transient_to_detached
from sqlalchemy.orm.attributes import instance_state

from services.kit.columns import places, table_of
from services.kit.db import Tracked
from services.kit.search import Searchable
from services.kit.statement import Statement, write

FIRST_VERSION = 1

Made = TypeVar("Made", bound=Tracked)


def made(kind: type[Made], /, **values: Any) -> Made:
    """A new row with these columns, as its constructor would make it, but without noting for the ORM that each was set:
    of a new row it needs no history. Relationships are set on the row afterwards."""
    mapper: Mapper[Made] = kind.__mapper__  # type: ignore[attr-defined]
    row: Made = mapper.class_manager.new_instance()
    instance_state(row).dict.update(values)
    return row


def stands_alone(session: AsyncSession, row: Tracked) -> bool:
    """Whether a new row can be stored by itself: nothing hangs on it, nothing else waits to be flushed, and nobody
    listens to flushes."""
    sync, state = session.sync_session, instance_state(row)
    if sync.dispatch.before_flush or sync.dispatch.after_flush or sync.deleted or sync.dirty:
        return False
    if any(other is not row for other in sync.new):
        return False
    held = state.dict
    return not any(held.get(relation.key) for relation in state.mapper.relationships)


async def insert_with(session: AsyncSession, row: Tracked, change: Mapping[str, Any], log: Table) -> None:
    """Store a new row, and its change in the table of changes. Raises what the flush would: see `kit.db.refused_by`."""
    state: InstanceState[Any] = instance_state(row)
    kind: Any = type(row)
    # Past the instrumentation, which would note for the ORM what is new; nothing is, once the row is stored.
    columns, held = places(kind), state.dict
    held["version"] = FIRST_VERSION
    if isinstance(row, Searchable):
        held["search"] = row.search_key()
    for place in columns:
        if held.get(place.attribute) is None and place.default is not None:
            held[place.attribute] = place.default()
    # What a row does not say PostgreSQL fills in, where it knows better than NULL.
    left = frozenset(place.column for place in columns if place.filled_in and held.get(place.attribute) is None)
    statement = _statement(kind, left, log)
    said = [place for place in columns if place.column not in left]
    values = {f"row_{place.column}": held.get(place.attribute) for place in said}
    values |= _named(change)
    try:
        await write(session, statement, values)
    except psycopg.IntegrityError as error:
        raise IntegrityError(statement.sql, None, error) from error
    for place in said:
        held.setdefault(place.attribute, None)
    if state.session_id is not None:
        session.expunge(row)
    make_transient_to_detached(row)
    session.add(row)


async def insert_change(session: AsyncSession, change: Mapping[str, Any], log: Table) -> None:
    """Store a change in the table of changes; the row it tells of is stored."""
    await write(session, _change_statement(log), _named(change))


def _named(change: Mapping[str, Any]) -> dict[str, Any]:
    return {f"change_{name}": value for name, value in change.items()}


@cache
def _statement(kind: Any, left: frozenset[str], log: Table) -> Statement:
    row = _insert(table_of(kind), "row", left).cte("row")
    return Statement.of(_insert(log, "change", _filled_in(log)).add_cte(row))


@cache
def _change_statement(log: Table) -> Statement:
    return Statement.of(_insert(log, "change", _filled_in(log)))


def _filled_in(log: Table) -> frozenset[str]:
    return frozenset(c.name for c in log.c if c.identity is not None or c.server_default is not None)


def _insert(table: Table, prefix: str, left: frozenset[str]) -> Any:
    given = {c.name: bindparam(f"{prefix}_{c.name}", type_=c.type) for c in table.c if c.name not in left}
    return insert(table).values(given)
