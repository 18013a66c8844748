"""Statements that are compiled once and run many times, without the ORM (docs/adr/0003)."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Insert, Select, Text, cast, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import psycopg as postgresql
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, SessionTransaction

from services.kit.columns import writer_of
from services.kit.connection import Connection

_DIALECT = postgresql.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]

KEPT_STATEMENTS = 512
"""Of each resource."""

_CONNECTION = "connection"
"""Key of `session.info`: a transaction and its connection. Asking SQLAlchemy takes as long as a statement, but begins
the savepoint: so each has an entry of its own."""

Run = Callable[[str, Sequence[Any]], Awaitable[list[tuple[Any, ...]]]]
"""Executes compiled SQL with positional parameters."""


@dataclass(frozen=True, slots=True)
class Statement:
    """Compiled SQL and the order of its parameters."""

    sql: str
    names: tuple[str, ...]
    constants: Mapping[str, Any]
    processors: Mapping[str, Any]
    writers: Mapping[str, Callable[[Any], str]]
    """For values that need no processor of SQLAlchemy's."""

    @classmethod
    def of(cls, query: Select[*tuple[Any, ...]] | Insert) -> "Statement":
        """Compile a query, or what is written."""
        compiled = query.compile(dialect=_DIALECT)
        return cls(
            str(compiled),
            tuple(compiled.positiontup or ()),
            dict(compiled.params),
            dict(compiled._bind_processors),  # noqa: SLF001 - there is no public way to it
            {name: write for name, bind in compiled.binds.items() if (write := writer_of(bind.type)) is not None},
        )

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """The parameters in order."""
        arguments = []
        for name in self.names:
            value = values[name] if name in values else self.constants[name]
            if (write := self.writers.get(name)) is not None:
                arguments.append(None if value is None else write(value))
                continue
            process = self.processors.get(name)
            arguments.append(value if process is None else process(value))
        return arguments


class Statements(OrderedDict[Any, Statement]):
    """The compiled statements of a resource, as many as are used; the one that was not for the longest goes first."""

    def kept(self, key: Any) -> Statement | None:
        """The statement under this key, if it is still there."""
        statement = self.get(key)
        if statement is not None:
            self.move_to_end(key)
        return statement

    def keep(self, key: Any, query: Select[*tuple[Any, ...]]) -> Statement:
        """Compile a query and keep it."""
        statement = self[key] = Statement.of(query)
        if len(self) > KEPT_STATEMENTS:
            self.popitem(last=False)
        return statement


async def fetch_within(session: AsyncSession, statement: Statement, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Run a compiled statement in a session's transaction. Costs a fraction of what the ORM takes to load rows."""
    return await (await connection_of(session)).fetch(statement.sql, statement.arguments(values))


async def write(session: AsyncSession, statement: Statement, values: Mapping[str, Any]) -> None:
    """Run a compiled statement that answers nothing in a session's transaction."""
    await (await connection_of(session)).write(statement.sql, statement.arguments(values))


async def connection_of(session: AsyncSession) -> Connection:
    """The connection that a session's transaction runs on, for statements that need no ORM."""
    kept: tuple[object, Connection] | None = session.info.get(_CONNECTION)
    if kept is not None and kept[0] is innermost(session):
        return kept[1]
    connection = await session.run_sync(_connection)
    session.info[_CONNECTION] = (innermost(session), connection)
    return connection


def _connection(session: Session) -> Connection:
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, Connection)
    return connection


def innermost(session: AsyncSession) -> SessionTransaction | None:
    """The savepoint a session is in, or its transaction. What is kept for it ends with it."""
    return session.sync_session.get_nested_transaction() or session.sync_session.get_transaction()


def as_json(page: Any, names: Sequence[str], besides: Sequence[ColumnElement[Any]]) -> Select[Any]:
    """The rows of a subquery named `page`, each as the JSON of these columns, and other columns beside it.

    The JSON is bytes, in UTF-8: nobody reads it before it is sent, and to make text of it and bytes again takes 35 to
    80 µs for a page of 33 kB (docs/performance.md).
    """
    # Named as text: SQLAlchemy would repeat the whole page inside the lateral query.
    item = select(*[literal_column(f'page."{name}"').label(name) for name in names]).lateral("item")
    written = func.convert_to(cast(func.row_to_json(literal_column("item")), Text), literal_column("'UTF8'"))
    return select(written, *besides).select_from(page.join(item, true()))
