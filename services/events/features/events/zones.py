"""Keeping instants in line with the zones' rules: governments change them, the clock at the venue decides."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.tables.event import EventRow
from services.kit.auth import Caller
from services.kit.changes import save
from services.kit.jobs import task
from services.kit.runtime import Runtime

SEEN_WITH = ["events:read"]
ITSELF = Caller("service:events", "service")
_AT_ONCE = 200


@task("events.follow_time_zones", cron="41 3 * * *")
async def follow_time_zones(runtime: Runtime) -> None:
    """Work out the instants of all coming events anew; does nothing where no rule changed."""
    last = None
    while True:
        async with runtime.database.transaction() as session:
            rows = await _next(session, last)
            for row in rows:
                row.settle()
                await save(session, ITSELF, "events.event.updated", row, required_scopes=SEEN_WITH)
        if len(rows) < _AT_ONCE:
            return
        last = rows[-1].id


async def _next(session: AsyncSession, last: object) -> list[EventRow]:
    query = select(EventRow).where(EventRow.ends_at > func.now()).order_by(EventRow.id).limit(_AT_ONCE)
    if last is not None:
        query = query.where(EventRow.id > last)
    return list(await session.scalars(query.with_for_update()))
