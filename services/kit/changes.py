"""The change log: audit trail, outbox and feed in one table, written in the same transaction as the fact.

Readers of the feed never miss a row that commits late: rows are ordered by (transaction, sequence) and reading stops
at the oldest transaction still running (`pg_snapshot_xmin`), so a number can't appear behind a reader's back.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, FetchedValue, Identity, Index, Table, Text, Uuid, inspect, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstanceState, Mapped, mapped_column
from sqlalchemy.orm.attributes import instance_state
from sqlalchemy.types import UserDefinedType

from services.kit.auth import Caller
from services.kit.db import Base, Moment, Tracked, now
from services.kit.http import request_id
from services.kit.ids import new_id
from services.kit.inserting import FIRST_VERSION, insert_change, insert_with, stands_alone

HIDDEN = "…"
"""Stands for the value of a personal field: the log says that it changed, not to what."""

TOGETHER = "flush_together"
"""Key of `session.info`: a bulk call flushes all its rows at once (kit.bulk)."""


class Xid8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid8"


# So that the comparison of tables and migrations knows it.
ischema_names["xid8"] = Xid8


class ChangeRow(Base):
    """One committed write."""

    __tablename__ = "change"
    __table_args__ = (
        Index("ix_change_feed", "transaction_id", "sequence"),
        Index("ix_change_organisation_ids", "organisation_ids", postgresql_using="gin"),
        Index("ix_change_resource", "resource_id", "sequence"),
        Index("ix_change_recent", "at", "sequence"),
    )

    sequence: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    transaction_id: Mapped[int] = mapped_column(
        Xid8, server_default=text("pg_current_xact_id()"), server_onupdate=FetchedValue()
    )
    id: Mapped[UUID] = mapped_column(Uuid, unique=True, default=new_id)
    type: Mapped[str]
    resource: Mapped[str]
    resource_id: Mapped[UUID]
    organisation_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    required_scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    resource_version: Mapped[int]
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    after: Mapped[dict[str, Any]] = mapped_column(JSONB)
    actor: Mapped[str]
    via: Mapped[str | None]
    request_id: Mapped[str | None]
    at: Mapped[Moment] = mapped_column(default=now)


_LOG: Table = inspect(ChangeRow).local_table  # type: ignore[assignment] # a class that is no table has none


def _wire(state: InstanceState[Any], column: str, value: Any) -> Any:
    """A column's value as it stands in JSON."""
    kind = state.mapper.columns[column].type
    if hasattr(kind, "process_bind_param"):
        return kind.process_bind_param(value, None)
    if isinstance(value, list):
        return [str(v) if isinstance(v, UUID) else v for v in value]
    if value is None or isinstance(value, str | int | float | bool | dict):
        return value
    return value.isoformat() if isinstance(value, datetime) or hasattr(value, "isoformat") else str(value)


def _difference(row: Tracked) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a flush is about to change: columns before and after, personal ones by name only."""
    state: InstanceState[Any] = instance_state(row)
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    if state.pending or state.transient:
        # Most writes are new rows; their columns have no history to ask for.
        held = state.dict
        for column in state.mapper.column_attrs.keys():  # noqa: SIM118 - a read-only collection, no dict
            if column not in row.unlogged and (value := held.get(column)) is not None:
                after[column] = HIDDEN if column in row.personal else _wire(state, column, value)
        return before, after
    gone = state.session is not None and row in state.session.deleted
    for column in state.mapper.column_attrs.keys():  # noqa: SIM118 - a read-only collection, no dict
        if column in row.unlogged:
            continue
        if gone:
            old, new = getattr(row, column), None
        else:
            history = state.attrs[column].history
            if not history.has_changes():
                continue
            old, new = (history.deleted or [None])[0], (history.added or [None])[0]
        if column in row.personal:
            old, new = (None if old is None else HIDDEN), (None if new is None else HIDDEN)
        else:
            old, new = _wire(state, column, old), _wire(state, column, new)
        if old is not None:
            before[column] = old
        if not gone and (new is not None or old is not None):
            after[column] = new
    return before, after


async def save(
    session: AsyncSession,
    caller: Caller,
    type: str,
    row: Tracked,
    *,
    required_scopes: Iterable[str] = (),
    also_about: Iterable[UUID] = (),
) -> None:
    """Flush one row and write the change that tells of it; a new one need not be in the session.

    `type` is `service.resource.verb`, such as `members.organisation.updated`. A reader of the feed needs every scope in
    `required_scopes` to see it. Nothing changed: nothing is written. Raises what the flush raises (see `refused_by`).
    """
    before, after = _difference(row)
    if _is_same(row, session, after):
        return
    state: InstanceState[Any] = instance_state(row)
    new = state.pending or state.transient
    if new:
        row.id = row.id or new_id()  # type: ignore[truthy-bool] # None until it is flushed
    together = TOGETHER in session.info
    alone = new and not together and stands_alone(session, row)
    if new and not alone:
        session.add(row)
    if together:
        session.add(_told(caller, type, row, before, after, required_scopes, also_about))
        return
    if not alone:
        await session.flush()
    change = _values(caller, type, row, before, after, required_scopes, also_about)
    change |= {"id": new_id(), "at": now()}
    await (insert_with(session, row, change, _LOG) if alone else insert_change(session, change, _LOG))


async def save_all(
    session: AsyncSession,
    caller: Caller,
    type: str,
    rows: Iterable[Tracked],
    *,
    required_scopes: Iterable[str] = (),
    also_about: Iterable[UUID] = (),
) -> None:
    """Flush several rows at once and write a change for each, as `save` does for one."""
    changed = [(row, *_difference(row)) for row in rows]
    changed = [(row, before, after) for row, before, after in changed if not _is_same(row, session, after)]
    required_scopes, also_about = list(required_scopes), list(also_about)
    await session.flush()
    session.add_all(
        _told(caller, type, row, before, after, required_scopes, also_about) for row, before, after in changed
    )
    await session.flush()


def of_new(caller: Caller, type: str, row: Tracked, required_scopes: Iterable[str]) -> dict[str, Any]:
    """The columns of the change that tells of a new row that is not stored yet. Gives the row its id."""
    before, after = _difference(row)
    row.id = row.id or new_id()  # type: ignore[truthy-bool] # None until it is stored
    change = _values(caller, type, row, before, after, required_scopes, ())
    return change | {"id": new_id(), "at": now()}


def _is_same(row: Tracked, session: AsyncSession, after: dict[str, Any]) -> bool:
    state: InstanceState[Any] = instance_state(row)
    return state.persistent and row not in session.deleted and not after


def _told(
    caller: Caller,
    type: str,
    row: Tracked,
    before: dict[str, Any],
    after: dict[str, Any],
    required_scopes: Iterable[str],
    also_about: Iterable[UUID],
) -> ChangeRow:
    return ChangeRow(**_values(caller, type, row, before, after, required_scopes, also_about))


def _values(
    caller: Caller,
    type: str,
    row: Tracked,
    before: dict[str, Any],
    after: dict[str, Any],
    required_scopes: Iterable[str],
    also_about: Iterable[UUID],
) -> dict[str, Any]:
    """The columns of a change."""
    return {
        "type": type,
        "resource": type.split(".")[1],
        "resource_id": row.id,
        "organisation_ids": sorted({*row.organisations_concerned(), *also_about}),
        "required_scopes": sorted(set(required_scopes)),
        "resource_version": row.version or FIRST_VERSION,
        "before": before,
        "after": after,
        "actor": caller.subject,
        "via": caller.via,
        "request_id": request_id.get(),
    }
