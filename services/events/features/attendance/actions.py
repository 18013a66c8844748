"""What is recorded and counted of an event's attendance."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.events.attendance import OnlineAudience, OnlineAudienceCreate
from services.events.features.attendance.queries import attendance_of
from services.events.features.events.queries import events
from services.events.tables.online_audience import OnlineAudienceRow
from services.kit.auth import Caller, staff_only
from services.kit.changes import save
from services.kit.errors import Conflict, NotFound
from services.kit.etag import held
from services.kit.runtime import Runtime

SEEN_WITH = ["events:read"]


class NotPublished(Conflict):
    """The event was never published.

    What nobody was told of has no audience.
    """


async def record_audience(
    session: AsyncSession, caller: Caller, event_id: UUID, new: OnlineAudienceCreate
) -> OnlineAudience:
    """Keep a source's figure; the latest one of each source counts."""
    staff_only(caller)
    event = await held(session, caller, events, event_id)
    if event.published_at is None:
        raise NotPublished()
    row = OnlineAudienceRow(event_id=event.id, source=new.source, viewers=new.viewers)
    await save(session, caller, "events.online_audience.recorded", row, required_scopes=SEEN_WITH)
    return OnlineAudience(source=row.source, viewers=row.viewers, recorded_at=row.created_at)


async def count(runtime: Runtime, caller: Caller, event_id: UUID) -> bytes:
    """The attendance of an event that the caller may see, as JSON."""
    if await events.one(runtime.read, caller, event_id, fields=["id"]) is None:
        raise NotFound("There is no event with this id, or it is not yours to see.")
    statement, values = attendance_of(caller, event_id)
    found: str = (await runtime.read(statement.sql, statement.arguments(values)))[0][0]
    return found.encode()
