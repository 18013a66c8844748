"""Migrations: one Alembic history a package, with limits on locks, one migrator at a time."""

import importlib.resources
import io
from pathlib import Path
from typing import Any, Literal

from alembic import command, context
from alembic.autogenerate.api import AutogenContext
from alembic.config import Config
from alembic.operations import Operations
from alembic.script import Script, ScriptDirectory
from procrastinate.schema import SchemaManager
from sqlalchemy import Connection, MetaData, create_engine, make_url, pool, text

from services.kit.audit import INSTALL, REMOVE, AuditLinkRow, AuditRow
from services.kit.changes import Xid8
from services.kit.db import Base, Json
from services.kit.delivery import PositionRow
from services.kit.idempotency import IdempotencyRow
from services.kit.inbox import InboxRow

KIT_ROWS = (AuditLinkRow, AuditRow, IdempotencyRow, InboxRow, PositionRow)
"""Named here so that the tables of the kit are known to every history."""
_LIMITS = "SET lock_timeout = '4s'; SET statement_timeout = '10min';"
_ONE_AT_A_TIME = 0x616C6C69


def config(package: str, database_url: str) -> Config:
    """Alembic's configuration for a package's `migrations` folder."""
    found = Config()
    folder = Path(str(importlib.resources.files(package))) / "migrations"
    found.set_main_option("script_location", str(folder).replace("%", "%%"))
    found.attributes["url"] = make_url(database_url).set(drivername="postgresql+psycopg")
    return found


def upgrade(package: str, database_url: str) -> None:
    """Bring a database to the newest revision; harmless when it is there already."""
    command.upgrade(config(package, database_url), "head")


def statements(package: str) -> str:
    """The SQL of a package's migrations, without running it, to be linted."""
    found, written = config(package, "postgresql://"), io.StringIO()
    found.output_buffer = written
    command.upgrade(found, "head", sql=True)
    return f"{_LIMITS}\n{written.getvalue()}"


def check(package: str, database_url: str) -> None:
    """Raise when the tables and the migrations differ."""
    command.check(config(package, database_url))


def revise(package: str, database_url: str, message: str) -> str:
    """Write the revision that brings a migrated database to the tables; answers its path."""
    found = config(package, database_url)
    number = len(list(ScriptDirectory.from_config(found).walk_revisions())) + 1
    written = command.revision(found, message, autogenerate=True, rev_id=f"{number:04}")
    assert isinstance(written, Script)
    return written.path


def connect(found: Config) -> Connection:
    """A connection for migrations: gives up on a lock quickly, so that traffic never queues behind a migration."""
    engine = create_engine(found.attributes["url"], poolclass=pool.NullPool, connect_args={"connect_timeout": 5})
    connection = engine.connect()
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ONE_AT_A_TIME})
    connection.execute(text(_LIMITS))
    connection.commit()
    return connection


def run_env(metadata: MetaData) -> None:
    """What every `migrations/env.py` does."""
    if context.is_offline_mode():
        context.configure(
            dialect_name="postgresql", dialect_opts={"paramstyle": "numeric_dollar"}, transaction_per_migration=True
        )
        with context.begin_transaction():
            context.run_migrations()
        return
    with connect(context.config) as connection:
        context.configure(
            connection=connection,
            target_metadata=[metadata, Base.metadata],
            render_item=_render,
            compare_type=True,
            include_name=lambda name, kind, _: not (kind == "table" and str(name).startswith("procrastinate_")),
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


def _render(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    if kind == "type" and isinstance(item, Json):
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return "postgresql.JSONB()"
    if kind == "type" and isinstance(item, Xid8):
        autogen.imports.add("from services.kit.changes import Xid8")
        return "Xid8()"
    return False


def install_job_queue(operations: Operations) -> None:
    """The queue's tables and functions, as procrastinate ships them; for a service's first migration.

    Left out of SQL that is only written (`statements`): it is another project's, and not ours to lint.
    """
    if operations.get_context().as_sql:
        return
    # Straight to the driver: the text holds percent signs and several statements.
    driver: Any = operations.get_bind().connection.driver_connection
    driver.execute(SchemaManager.get_schema().encode(), prepare=False)


def install_audit(operations: Operations) -> None:
    """What makes the tables of the audit log a chain that is only added to; right after they are made."""
    for statement in INSTALL:
        operations.execute(statement)


def remove_audit(operations: Operations) -> None:
    """Take it away again, before the tables are dropped."""
    for statement in REMOVE:
        operations.execute(statement)
