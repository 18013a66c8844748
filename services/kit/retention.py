"""How long records about persons are kept: each service says which of its records fall due, and how they are let go.

The rules are members'. It applies them to its own records, and asks the other services by `/internal/retention`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.retention import RetentionDone, RetentionOrder, RetentionPreview
from services.contracts.scopes import INTERNAL
from services.kit.audit import audited
from services.kit.auth import Caller
from services.kit.db import now
from services.kit.errors import NotFound
from services.kit.routing import Routes, WriteSession
from services.kit.subjects import forget_answers

PORTION: Final = 50
"""So many records are let go in one transaction."""
_SHOWN: Final = 100


@dataclass(frozen=True)
class Retained:
    """A kind of record that is kept for a time."""

    resource: str
    """As rules call it: `registrations`."""
    row: Any
    over: Callable[[datetime], ColumnElement[bool]]
    """What makes a row due besides its age: that it is about a person, and was not in use since the moment given."""
    let_go: Callable[[AsyncSession, Caller, Sequence[Any], RetentionOrder], Awaitable[None]]
    """Deletes rows, or makes them anonymous; the same row is not due again."""

    def due(self, order: RetentionOrder) -> Select[Any]:
        """The rows whose time is over, oldest first."""
        before = now() - timedelta(days=order.keep_days)
        since = getattr(self.row, order.after)
        return select(self.row).where(since < before, self.over(before)).order_by(since, self.row.id)


async def preview(session: AsyncSession, one: Retained, order: RetentionOrder) -> RetentionPreview:
    """What a rule would do now."""
    query = one.due(order)
    count = await session.scalar(select(func.count()).select_from(query.subquery()))
    ids = await session.scalars(query.with_only_columns(one.row.id).limit(_SHOWN))
    return RetentionPreview(count=count or 0, records=list(ids))


async def apply_portion(session: AsyncSession, caller: Caller, one: Retained, order: RetentionOrder) -> RetentionDone:
    """Let go of a portion of what is due, with an entry in the audit log."""
    locked = one.due(order).limit(PORTION).with_for_update(of=one.row, skip_locked=True)
    rows: Sequence[Any] = list(await session.scalars(locked))
    if rows:
        about = [row.id for row in rows]
        await one.let_go(session, caller, rows, order)
        await session.flush()
        await forget_answers(session, about)
        await audited(
            session,
            caller,
            action="retention_rules.applied",
            resource=one.resource,
            about=about,
            detail={"rule_id": str(order.rule_id), "after": order.after, "keep_days": order.keep_days},
        )
    return RetentionDone(count=len(rows))


def by_resource(retained: Sequence[Retained]) -> Mapping[str, Retained]:
    """The kinds by what rules call them."""
    return {one.resource: one for one in retained}


def retention_routes(service: str, retained: Sequence[Retained]) -> Routes:
    """What members asks the other services."""
    routes = Routes("/internal/retention", tag="Internal")
    known = by_resource(retained)
    keeper = Caller("service:members", "service", via=f"service:{service}")

    def kind(order: RetentionOrder) -> Retained:
        if order.resource not in known:
            raise NotFound
        return known[order.resource]

    @routes.post(
        "/previews", scope=INTERNAL, status=200, keyed=False, include_in_schema=False, response=RetentionPreview
    )
    async def tell(order: RetentionOrder, session: WriteSession) -> RetentionPreview:
        """Tell what is due by a rule."""
        return await preview(session, kind(order), order)

    @routes.post("/portions", scope=INTERNAL, status=200, keyed=False, include_in_schema=False, response=RetentionDone)
    async def apply(order: RetentionOrder, session: WriteSession) -> RetentionDone:
        """Let go of a portion of what is due by a rule."""
        return await apply_portion(session, keeper, kind(order), order)

    return routes
