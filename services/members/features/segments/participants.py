"""Asking events who came, where no change has told: of registrations older than `attendance_fact.person_id`."""

from collections.abc import Sequence
from uuid import UUID

import structlog
from sqlalchemy import select, update

from services.clients.events import EventsClient
from services.contracts.events.participants import MOST_ASKED, Participants
from services.kit.errors import Problem
from services.kit.jobs import task
from services.kit.runtime import Runtime
from services.members.tables.facts import AttendanceFactRow

log = structlog.get_logger(__name__)

_GONE = 1
"""Version of a registration that events has no more: whatever is told of it later is newer."""


@task("members.ask_for_participants", attempts=1, cron="* * * * *")
async def ask_for_participants(runtime: Runtime) -> None:
    """Ask in portions until everything is known. While events cannot answer, the next run goes on."""
    unasked = (
        select(AttendanceFactRow.registration_id)
        .where(AttendanceFactRow.person_version == 0)
        .order_by(AttendanceFactRow.registration_id)
        .limit(MOST_ASKED)
    )
    events = runtime.peer(EventsClient)
    while True:
        async with runtime.database.transaction() as session:
            ids = list(await session.scalars(unasked))
        if not ids:
            return
        try:
            answer = await events.participants(ids)
        except Problem as problem:
            log.warning("participants_not_told", reason=problem.title)
            return
        await _keep(runtime, ids, answer)


async def _keep(runtime: Runtime, ids: Sequence[UUID], answer: Participants) -> None:
    """Keep what was answered, unless a change has told something newer meanwhile."""
    of = AttendanceFactRow
    known = {one.registration_id: one for one in answer.items}
    async with runtime.database.transaction() as session:
        for id in ids:
            one = known.get(id)
            person_id, version = (None, _GONE) if one is None else (one.person_id, one.version)
            older = (of.registration_id == id) & (of.person_version < version)
            await session.execute(update(of).where(older).values(person_id=person_id, person_version=version))
