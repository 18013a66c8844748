"""Asking events who came, where no change has told: of registrations older than `attendance_fact.person_id`."""

from collections.abc import Sequence
from uuid import UUID

import structlog
from sqlalchemy import ARRAY, Integer, Uuid, bindparam, select, text

from services.clients.events import EventsClient
from services.contracts.events.participants import MOST_ASKED, Participants
from services.kit.errors import Problem
from services.kit.jobs import task
from services.kit.runtime import Runtime
from services.members.tables.facts import AttendanceFactRow, write_in_turn

log = structlog.get_logger(__name__)

_GONE = 1
"""Version of a registration that events has no more: whatever is told of it later is newer."""

_KEEP = text(
    """
    UPDATE attendance_fact SET person_id = told.person_id, person_version = told.version
    FROM unnest(:ids, :persons, :versions) AS told (id, person_id, version)
    WHERE registration_id = told.id AND person_version < told.version
    """
).bindparams(
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("persons", type_=ARRAY(Uuid)),
    bindparam("versions", type_=ARRAY(Integer)),
)


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
    known = {one.registration_id: (one.person_id, one.version) for one in answer.items}
    told = [known.get(id, (None, _GONE)) for id in ids]
    persons, versions = [person_id for person_id, _ in told], [version for _, version in told]
    async with runtime.database.transaction() as session:
        await write_in_turn(session)
        await session.execute(_KEEP, {"ids": list(ids), "persons": persons, "versions": versions})
