"""The database: typed rows, a write transaction a request, and a pool of autocommit connections for reads.

Writes go through SQLAlchemy's ORM; reads go through `kit.reading` on plain psycopg connections (docs/adr/0003).
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

import psycopg
from pydantic import TypeAdapter
from sqlalchemy import ARRAY, DateTime, Integer, MetaData, Text, Uuid, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import URL, Dialect, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, PoolProxiedConnection
from sqlalchemy.types import TypeDecorator

from services.kit.connection import Connection
from services.kit.errors import Problem
from services.kit.ids import new_id
from services.kit.read_pool import ReadPool, is_lost
from services.kit.settings import Settings

Id = Annotated[UUID, mapped_column(Uuid, primary_key=True, default=new_id)]
Moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


class Json(TypeDecorator[Any]):
    """A JSONB column that holds a pydantic type: `mapped_column(Json(list[Phone]))`."""

    impl = JSONB(none_as_null=True)
    cache_ok = True

    def __init__(self, of: Any) -> None:
        super().__init__()
        self.of = of
        self._adapter: TypeAdapter[Any] = TypeAdapter(of)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else self._adapter.dump_python(value, mode="json")

    def dumped(self, value: Any) -> str:
        """A value as JSON text."""
        return self._adapter.dump_json(value).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else self._adapter.validate_python(value)

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        return JSONB()


NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
"""One convention for constraint names, so that a refusal can be told by name."""

TYPES: dict[Any, Any] = {
    str: Text,
    int: Integer,
    datetime: DateTime(timezone=True),
    list[str]: ARRAY(Text),
    list[UUID]: ARRAY(Uuid),
}
"""What annotations of columns mean in PostgreSQL."""


class Base(DeclarativeBase):
    """Rows that every service has: its change log, inbox and idempotency records. Services have a base of their own."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = TYPES


class Tracked:
    """A row that people edit: an id, a version that each write raises by one, and when it was made and changed.

    `personal` names the columns whose values the change log must not keep.
    """

    personal: ClassVar[frozenset[str]] = frozenset()
    unlogged: ClassVar[frozenset[str]] = frozenset({"search", "updated_at", "created_at", "version"})

    id: Mapped[Id]
    version: Mapped[int] = mapped_column(Integer, nullable=False)
    created_at: Mapped[Moment] = mapped_column(default=now)
    updated_at: Mapped[Moment] = mapped_column(default=now, onupdate=now)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.__table__.c.version, "eager_defaults": False}  # type: ignore[attr-defined]

    def organisations_concerned(self) -> list[UUID]:
        """The members this row is about; decides who sees its changes and on whose timeline they stand."""
        organisation_id: UUID | None = getattr(self, "organisation_id", None)
        return [organisation_id] if organisation_id else []


@contextmanager
def refused_by(constraint: str, problem: Problem) -> Iterator[None]:
    """Turn the violation of one named constraint into a problem: the database decides, the caller is told."""
    try:
        yield
    except IntegrityError as error:
        violated = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
        if violated == constraint:
            raise problem from error
        raise


@contextmanager
def refused_while_referred_to(row: type[DeclarativeBase], problem: Problem) -> Iterator[None]:
    """Turn the removal of a row that others refer to into a problem, whichever table the others are in."""
    try:
        yield
    except IntegrityError as error:
        violated = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
        if violated in _references_to(row):
            raise problem from error
        raise


def _references_to(row: type[DeclarativeBase]) -> set[str]:
    tables = row.metadata.tables.values()
    referring = [
        key for table in tables for key in table.foreign_key_constraints if key.referred_table is row.__table__
    ]
    return {str(key.name) for key in referring}


# A server that vanishes closes no connection: without these a query would wait for TCP, a quarter of an hour.
NOTICES_A_LOST_SERVER: dict[str, int] = {
    "connect_timeout": 3,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 8_000,
}


@asynccontextmanager
async def engine_of(database_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine for a command: it makes a connection when one is asked for, and keeps none."""
    engine = create_async_engine(
        make_url(database_url).set(drivername="postgresql+psycopg"),
        poolclass=NullPool,
        hide_parameters=True,  # of statements that fail: they may be personal
        connect_args={"async_creator_fn": Connection.connect, "connect_timeout": 5},
    )
    try:
        yield engine
    finally:
        await engine.dispose()


_USED = "used"
"""Key of a pooled connection's `info`, which ends with it."""


def _refuse_closed(_: DBAPIConnection, record: ConnectionPoolEntry, __: PoolProxiedConnection) -> None:
    """Have the pool take another connection when the server has closed this one. `pool_pre_ping` would ask the server
    before every transaction."""
    if not record.info.get(_USED):
        # Made a moment ago: were it closed already, the pool would not try a third, and say nothing that means it.
        record.info[_USED] = True
        return
    connection: psycopg.AsyncConnection[Any] | None = record.driver_connection
    if connection is None or is_lost(connection):
        raise DisconnectionError


class Database:
    """The pools of one process."""

    def __init__(self, settings: Settings, *, name: str) -> None:
        self._settings = settings
        self.url: URL = make_url(settings.database_url.get_secret_value()).set(drivername="postgresql+psycopg")
        timeout = settings.statement_timeout_ms
        self._options = (
            f"-c timezone=UTC -c jit=off -c statement_timeout={timeout} -c lock_timeout={min(timeout, 4000)} "
            f"-c idle_in_transaction_session_timeout=30000 -c application_name={name}"
        )
        self.engine: AsyncEngine = create_async_engine(
            self.url,
            pool_size=settings.write_pool_size,
            max_overflow=0,
            pool_timeout=settings.write_wait_seconds,
            pool_recycle=1800,
            hide_parameters=True,  # of statements that fail: they may be personal
            connect_args={
                "async_creator_fn": Connection.connect,
                "options": self._options,
                "prepare_threshold": 2,
                **NOTICES_A_LOST_SERVER,
            },
        )
        event.listen(self.engine.sync_engine.pool, "checkout", _refuse_closed)
        self.sessions = async_sessionmaker(self.engine, expire_on_commit=False, autoflush=False)
        self.reads = ReadPool(self._connect, settings.read_pool_size, longest=settings.read_pool_size * 50)

    @property
    def conninfo(self) -> str:
        """The address in libpq's form, for psycopg and procrastinate."""
        url = self.url.set(drivername="postgresql")
        return url.update_query_dict({k: str(v) for k, v in NOTICES_A_LOST_SERVER.items()}).render_as_string(
            hide_password=False
        )

    async def close(self) -> None:
        """Close both pools."""
        await self.reads.close()
        await self.engine.dispose()

    async def _connect(self) -> Connection:
        return await Connection.connect(
            self.conninfo,
            autocommit=True,
            options=self._options + " -c default_transaction_read_only=on",
            prepare_threshold=1,
            cursor_factory=psycopg.AsyncRawCursor,
        )

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed at the end, rolled back when anything raises. For jobs and commands;
        requests get theirs from the route (kit.route), which commits before the response is sent."""
        async with self.sessions() as session, session.begin():
            yield session

    async def ping(self) -> None:
        """Raise psycopg's error, or `TimeoutError`, when the database does not answer. It has a second; psycopg takes
        ten more to give up a statement when the server has fallen silent."""
        async with asyncio.timeout(1), self.reads.connection() as connection:
            await connection.execute("SELECT 1")
