"""The inbox: another service's changes, stored on arrival, applied once and in order per record by the worker."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from fastapi import Response
from pydantic import TypeAdapter
from sqlalchemy import BigInteger, Index, Uuid, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from services.contracts.change import Change, Delivery
from services.contracts.scopes import INTERNAL
from services.kit.db import Base, Moment, now
from services.kit.jobs import Task, task
from services.kit.routing import Routes, WriteSession
from services.kit.runtime import Runtime

AT_ONCE = 4
"""Records of one delivery that are brought up to date side by side."""
_PORTION = 500
"""Changes that are applied in one transaction."""

log = structlog.get_logger(__name__)

_CHANGES = TypeAdapter(list[Change])
_TAKE = text(
    "INSERT INTO inbox (id, source, sequence, resource_id, change, received_at) "
    "SELECT (c ->> 'id')::uuid, :source, (c ->> 'sequence')::bigint, (c ->> 'resource_id')::uuid, c, :at "
    "FROM jsonb_array_elements(CAST(:changes AS jsonb)) AS c ON CONFLICT DO NOTHING RETURNING resource_id"
)

Handler = Callable[[AsyncSession, Change], Awaitable[None]]
"""Applies one change of another service, in the transaction that marks it applied."""


@dataclass(frozen=True, slots=True)
class Together:
    """A handler that applies the changes of many records at once, in a few statements: an import brings 100,000.

    It gets those of one record in their order.
    """

    apply: Callable[[AsyncSession, Sequence[Change]], Awaitable[None]]

    async def __call__(self, session: AsyncSession, change: Change) -> None:
        """Apply one."""
        await self.apply(session, [change])


class InboxRow(Base):
    """One change that arrived."""

    __tablename__ = "inbox"
    __table_args__ = (
        Index("ix_inbox_waiting", "resource_id", "sequence", postgresql_where="applied_at IS NULL"),
        Index("ix_inbox_applied_at", "applied_at"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    source: Mapped[str]
    sequence: Mapped[int] = mapped_column(BigInteger)
    resource_id: Mapped[UUID] = mapped_column(Uuid)
    change: Mapped[dict[str, Any]] = mapped_column(JSONB)
    received_at: Mapped[Moment] = mapped_column(default=now)
    applied_at: Mapped[datetime | None]


class Inbox:
    """What a service does when others' facts change: `handlers` by change type; other types are not kept."""

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._handlers = handlers
        self.apply: Task[Any] = task("kit.apply_inbox")(self._apply)

    def routes(self) -> Routes:
        """The operation that other services deliver to."""
        routes = Routes("/internal/inbox", tag="Internal")

        @routes.post("", scope=INTERNAL, status=204, keyed=False, include_in_schema=False)
        async def receive(delivery: Delivery, session: WriteSession) -> Response:
            """Take changes in; those known already are passed over."""
            await self._take(session, delivery)
            return Response(status_code=204)

        return routes

    async def _take(self, session: AsyncSession, delivery: Delivery) -> None:
        wanted = [change for change in delivery.changes if change.type in self._handlers]
        if not wanted:
            return
        told = {"source": delivery.source, "at": now(), "changes": _CHANGES.dump_json(wanted).decode()}
        fresh = await session.scalars(_TAKE, told)
        if records := sorted({str(id) for id in fresh}):
            await self.apply.defer(session, resource_ids=records)

    async def _apply(self, runtime: Runtime, resource_ids: list[str]) -> None:
        """Apply what waits for some records. One that fails is tried again by itself and holds up no other."""
        if len(resource_ids) > 1:
            (left,) = await asyncio.gather(self._apply_together(runtime, resource_ids), return_exceptions=True)
            if isinstance(left, BaseException):
                log.warning("changes_not_applied_together", reason=type(left).__name__)
            elif left:
                resource_ids = left
            else:
                return
        at_once = asyncio.Semaphore(AT_ONCE)

        async def apply(resource_id: str) -> None:
            async with at_once:
                await self._apply_to(runtime, resource_id)

        outcomes = await asyncio.gather(*map(apply, resource_ids), return_exceptions=True)
        failed = {id: error for id, error in zip(resource_ids, outcomes, strict=True) if error is not None}
        if not failed:
            return
        if len(resource_ids) == 1:
            raise failed[resource_ids[0]]  # the queue tries again, later each time
        async with runtime.database.transaction() as session:
            for id, error in failed.items():
                log.warning("change_not_applied", resource_id=id, reason=type(error).__name__)
                await self.apply.defer(session, resource_ids=[id])

    async def _apply_together(self, runtime: Runtime, resource_ids: list[str]) -> list[str]:
        """Apply at once what waits for some records, up to the first change of each that goes by itself. All of a
        portion, or none. Answers the records that such a one waits for."""
        asked = {UUID(id) for id in resource_ids}
        left: set[UUID] = set()
        more = True
        while more and asked > left:
            # In one order, so that two who bring the same records up to date never wait for one another.
            waiting = (
                select(InboxRow.id, InboxRow.resource_id, InboxRow.change)
                .where(InboxRow.resource_id.in_(asked - left), InboxRow.applied_at.is_(None))
                .order_by(InboxRow.resource_id, InboxRow.sequence)
                .limit(_PORTION)
                .with_for_update()
            )
            async with runtime.database.transaction() as session:
                rows = (await session.execute(waiting)).all()
                more = len(rows) == _PORTION
                handled: dict[Together, list[Change]] = {}
                by: dict[UUID, Together] = {}
                applied: list[UUID] = []
                for id, resource_id, told in rows:
                    handler = self._handlers[told["type"]]
                    if isinstance(handler, Together) and by.setdefault(resource_id, handler) is handler:
                        if resource_id not in left:
                            handled.setdefault(handler, []).append(Change.model_validate(told))
                            applied.append(id)
                    else:
                        left.add(resource_id)
                for together, changes in handled.items():
                    await together.apply(session, changes)
                await session.execute(update(InboxRow).where(InboxRow.id.in_(applied)).values(applied_at=now()))
        return sorted(map(str, left))

    async def _apply_to(self, runtime: Runtime, resource_id: str) -> None:
        """Apply what waits for one record, oldest first, each in a transaction of its own: one that fails keeps
        itself and what follows waiting, and undoes nothing of what went before. What arrives meanwhile brings a job
        of its own."""
        waiting = (
            select(InboxRow)
            .where(InboxRow.resource_id == UUID(resource_id), InboxRow.applied_at.is_(None))
            .order_by(InboxRow.sequence)
            .limit(2)
            .with_for_update()
        )
        more = True
        while more:
            async with runtime.database.transaction() as session:
                rows = list(await session.scalars(waiting))
                more = len(rows) > 1
                for row in rows[:1]:
                    await self._handlers[row.change["type"]](session, Change.model_validate(row.change))
                    row.applied_at = now()
