"""Tells the other services when an organisation was last spoken to: the date of normal talks, and nothing else.

What is told is compared with the log every few seconds, so whatever moved the date (a talk that was logged, changed or
classified, a counterpart that was linked, a merge) is told without each of them having to think of it.
"""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.kit.auth import Caller
from services.kit.changes import save_all
from services.kit.jobs import task
from services.kit.runtime import Runtime
from services.liaison.callers import scopes_to_read
from services.liaison.tables import CounterpartRow, OrganisationContactRow
from services.liaison.tables.interaction import CONFIDENTIAL

_ITSELF = Caller("service:liaison", "service")
_AT_ONCE = 500


@task("liaison.tell_last_contacts", attempts=1, cron="* * * * * */10")
async def tell_last_contacts(runtime: Runtime) -> None:
    """Tell what is not told yet, in portions."""
    while True:
        async with runtime.database.transaction() as session:
            if await _tell_some(session) < _AT_ONCE:
                return


async def _tell_some(session: AsyncSession) -> int:
    told = OrganisationContactRow
    spoken_to = (
        select(CounterpartRow.organisation_id.label("id"), func.max(CounterpartRow.last_contact_on).label("last_on"))
        .where(CounterpartRow.organisation_id.is_not(None))
        .group_by(CounterpartRow.organisation_id)
        .subquery("spoken_to")
    )
    differing = (
        select(func.coalesce(spoken_to.c.id, told.id), spoken_to.c.last_on)
        .select_from(spoken_to.join(told, told.id == spoken_to.c.id, full=True))
        .where(spoken_to.c.last_on.is_distinct_from(told.last_contact_on))
        .limit(_AT_ONCE)
    )
    last_on = {UUID(str(id)): day for id, day in await session.execute(differing)}
    if not last_on:
        return 0
    known = await session.scalars(select(told).where(told.id.in_(last_on)).order_by(told.id).with_for_update())
    rows = {row.id: row for row in known}
    for id, day in last_on.items():
        row = rows.get(id)
        if row is None:
            session.add(OrganisationContactRow(id=id, last_contact_on=day))
        else:
            row.last_contact_on = day
    # A talk that becomes confidential later must not be read from what was told before (docs/adr/0010).
    every = [*rows.values(), *(one for one in session.new if isinstance(one, OrganisationContactRow))]
    scopes = scopes_to_read(CONFIDENTIAL)
    await save_all(session, _ITSELF, "liaison.organisation_contact.updated", every, required_scopes=scopes)
    return len(last_on)
