"""The audit log: who looked at, took out or ended what, when, and for what stated purpose (docs/adr/0012).

The change log tells what was written; this one tells what was seen, exported, erased, decided. It is only ever added
to, and hash-chained: as a transaction commits, the database links each of its rows to the row before, so that one that
was changed, taken out or put in later shows (`alliance audit verify`, `kit.audit_check`).

The link is made by a deferred trigger, the last thing a transaction does. Its lock is therefore held while the commit
is written and no longer, and nothing is waited for under it, so it can close no circle of waiting transactions. A
transaction must not be REPEATABLE READ: it would not see the row to link to.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb
from sqlalchemy import ARRAY, DDL, BigInteger, CheckConstraint, Index, LargeBinary, Uuid, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from services.kit.auth import Caller
from services.kit.db import Base, Id, Moment, now
from services.kit.http import request_id
from services.kit.ids import new_id

MOST_NAMED = 1_000
"""Ids that one row names; of more, it tells how many there were."""


class AuditRow(Base):
    """Something that was done with records."""

    __tablename__ = "audit"
    __table_args__ = (
        CheckConstraint(f"cardinality(about) <= {MOST_NAMED}", name="about"),
        Index("ix_audit_at_id", "at", "id"),
        Index("ix_audit_action_id", "action", "id"),
        Index("ix_audit_actor_id", "actor", "id"),
        Index("ix_audit_about", "about", postgresql_using="gin"),
    )

    id: Mapped[Id]
    at: Mapped[Moment]
    action: Mapped[str]
    actor: Mapped[str]
    via: Mapped[str | None]
    request_id: Mapped[str | None]
    resource: Mapped[str]
    about: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    about_count: Mapped[int]
    fields: Mapped[list[str]]
    purpose: Mapped[str | None]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB)


class AuditLinkRow(Base):
    """A row's place in the chain, and the hash of all up to it. The database writes it at the commit."""

    __tablename__ = "audit_link"

    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    audit_id: Mapped[UUID] = mapped_column(Uuid, unique=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


# A migration that has landed runs this: what changes later is a revision of its own. `kit.audit_check` says the same
# in Python. The search path is fixed since the function runs with its owner's rights.
_LINK = """
CREATE FUNCTION audit_link_next() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    last_sequence bigint;
    last_hash bytea;
    content text;
BEGIN
    PERFORM pg_advisory_xact_lock(1635083369, 1);
    SELECT sequence, hash INTO last_sequence, last_hash FROM audit_link ORDER BY sequence DESC LIMIT 1;
    last_sequence := coalesce(last_sequence, 0) + 1;
    content := jsonb_build_array(
        last_sequence::text, NEW.id::text, to_char(NEW.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), NEW.action,
        NEW.actor, NEW.via, NEW.request_id, NEW.resource, array_to_string(NEW.about, ','), NEW.about_count::text,
        array_to_string(NEW.fields, ','), NEW.purpose, NEW.detail::text
    )::text;
    INSERT INTO audit_link (sequence, audit_id, hash)
    VALUES (last_sequence, NEW.id, sha256(coalesce(last_hash, ''::bytea) || convert_to(content, 'UTF8')));
    RETURN NULL;
END $$
"""
_LINKED = """
CREATE CONSTRAINT TRIGGER audit_linked AFTER INSERT ON audit DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION audit_link_next()
"""
_REFUSE = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The audit log is only added to.' USING ERRCODE = 'insufficient_privilege';
END $$
"""
INSTALL: tuple[str, ...] = (
    _LINK,
    _LINKED,
    _REFUSE,
    *(
        f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
        for table in ("audit", "audit_link")
    ),
)
"""What makes the two tables a chain that is only added to."""
REMOVE: tuple[str, ...] = ("DROP FUNCTION audit_link_next() CASCADE", "DROP FUNCTION audit_refuse() CASCADE")

_last_made: Any = AuditLinkRow.__table__
_last_made.add_is_dependent_on(AuditRow.__table__)
for _statement in INSTALL:
    event.listen(_last_made, "after_create", DDL(_statement))  # type: ignore[no-untyped-call]

_INSERT = """
INSERT INTO audit (id, at, action, actor, via, request_id, resource, about, about_count, fields, purpose, detail)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


async def audited(
    where: AsyncSession | psycopg.AsyncConnection[Any],
    caller: Caller,
    *,
    action: str,
    resource: str,
    about: Iterable[UUID] = (),
    count: int | None = None,
    fields: Iterable[str] = (),
    purpose: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> UUID:
    """Tell what is done, in the transaction of `where`; on a connection in autocommit it is told at once.

    Await it, and the commit, before anything leaves: what cannot be told must not happen. `action` is
    `resource.verb` in the plural, such as `persons.exported`; `about` the records (beyond a thousand only `count`,
    how many, says it); `fields` those that were shown; `detail` how it was asked for, never a personal value.
    """
    named = list(about)
    row = (
        id := new_id(),
        now(),
        action,
        caller.subject,
        caller.via,
        request_id.get(),
        resource,
        named[:MOST_NAMED],
        len(named) if count is None else count,
        sorted(fields),
        purpose,
        Jsonb(dict(detail or {})),
    )
    connection: Any = where
    if isinstance(where, AsyncSession):
        connection = (await (await where.connection()).get_raw_connection()).driver_connection
    # A cursor of its own: the pools' default cursors take other placeholders.
    await psycopg.AsyncCursor(connection).execute(_INSERT, row)
    return id
