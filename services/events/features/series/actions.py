"""What happens to series."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.events.series import SeriesCreate, SeriesUpdate
from services.events.features.series.queries import series
from services.events.tables.series import SeriesRow
from services.kit.auth import Caller, staff_only
from services.kit.changes import save
from services.kit.db import refused_by
from services.kit.errors import Conflict
from services.kit.etag import IfMatch, held
from services.kit.patching import patch

SEEN_WITH = ["events:read"]


class SeriesInUse(Conflict):
    """Events belong to the series.

    Take them out of it first, or keep it: a series without coming editions harms nobody.
    """


async def create(session: AsyncSession, caller: Caller, new: SeriesCreate) -> SeriesRow:
    """Add a series."""
    staff_only(caller)
    row = SeriesRow(names=new.names, texts=new.texts, website=new.website, yearly_rule=new.yearly_rule)
    row.settle()
    await save(session, caller, "events.series.created", row, required_scopes=SEEN_WITH)
    return row


async def update(session: AsyncSession, caller: Caller, id: UUID, change: SeriesUpdate, if_match: IfMatch) -> SeriesRow:
    """Change a series. Editions that exist keep their dates."""
    staff_only(caller)
    row = await held(session, caller, series, id, if_match)
    wording = row.wording()
    patch(row, change)
    row.follow(wording)
    row.settle()
    await save(session, caller, "events.series.updated", row, required_scopes=SEEN_WITH)
    return row


async def delete(session: AsyncSession, caller: Caller, id: UUID, if_match: IfMatch) -> None:
    """Remove a series without events."""
    staff_only(caller)
    row = await held(session, caller, series, id, if_match)
    await session.delete(row)
    with refused_by("fk_event_series_id", SeriesInUse()):
        await save(session, caller, "events.series.deleted", row, required_scopes=SEEN_WITH)
