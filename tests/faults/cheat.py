"""A service that cheats, for the positive control: `python -m tests.faults.cheat members`.

It is the real service with what keeps it honest taken out, each in one place: the lock of the event's row (and the
turns before it, without which a missing lock hardly shows), the memory of idempotency keys, the commit of some writes,
the freshness of some reads, the inbox's knowledge of what it has.
"""

import asyncio
import random
import sys
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from services.contracts.change import Delivery
from services.events.app import SERVICE as EVENTS
from services.events.features.registrations import places, terms
from services.events.tables.event import EventRow
from services.kit.app import build_app
from services.kit.idempotency import Attempt
from services.kit.ids import new_id
from services.kit.inbox import Inbox
from services.kit.runtime import Runtime
from services.kit.serve import serve
from services.kit.settings import Settings
from services.kit.turns import Turns
from services.members.app import SERVICE as MEMBERS
from tests.faults.unlocked import TERMS_WITHOUT_LOCK, all_at_once

SERVICES = {service.name: service for service in (MEMBERS, EVENTS)}
SHARE = 0.1
"""Of writes and reads that are cheated with, where not all are."""
SHARE_OF_DELIVERIES = 0.3
"""Of these there are few: each gathers the changes of a while."""


async def _find_without_lock(session: AsyncSession, event_id: UUID) -> EventRow:
    event = await session.scalar(select(EventRow).where(EventRow.id == event_id))
    assert event is not None
    return event


_count = places.count


async def _count_long(session: AsyncSession, event_id: UUID, capacity: int | None) -> places.Left:
    left = await _count(session, event_id, capacity)
    # So that the next ones count before this place is taken. Not all as long: as many at a time as the gateway lets in
    # would fill an event of twice as many seats exactly.
    await asyncio.sleep(random.uniform(0.05, 0.25))
    return left


_earlier = Attempt.earlier


async def _remember_no_key(
    self: Attempt, session: AsyncSession, *, asking: ColumnElement[bool] | None = None
) -> Response | None:
    self._key = new_id().hex  # the one that was sent is never found again
    return await _earlier(self, session, asking=asking)


_commit = AsyncSession.commit


async def _commit_most(self: AsyncSession) -> None:
    await asyncio.sleep(0.02)  # what a lock keeps apart is to meet
    await (_commit(self) if random.random() >= SHARE else self.rollback())


_take = Inbox._take


async def _take_some_twice(self: Inbox, session: AsyncSession, delivery: Delivery) -> None:
    await _take(self, session, delivery)
    if random.random() < SHARE_OF_DELIVERIES:
        again = [change.model_copy(update={"id": new_id()}) for change in delivery.changes]
        await _take(self, session, Delivery(source=delivery.source, changes=again))


_read = Runtime.read
_first: dict[tuple[str, str], list[tuple[Any, ...]]] = {}


async def _read_or_repeat(self: Runtime, sql: str, arguments: Sequence[Any]) -> list[tuple[Any, ...]]:
    question = (sql, repr(arguments))
    if question in _first and random.random() < SHARE:
        return _first[question]
    rows = await _read(self, sql, arguments)
    _first.setdefault(question, rows)
    return rows


def cheat() -> None:
    """Take out what keeps a service honest."""
    places.lock = _find_without_lock
    places.count = _count_long
    terms._SEEN = TERMS_WITHOUT_LOCK
    Turns.of = all_at_once  # type: ignore[method-assign]
    Attempt.earlier = _remember_no_key  # type: ignore[method-assign]
    AsyncSession.commit = _commit_most  # type: ignore[method-assign]
    Inbox._take = _take_some_twice  # type: ignore[method-assign]
    Runtime.read = _read_or_repeat  # type: ignore[method-assign]


def main() -> None:
    """Run the service so."""
    cheat()
    settings = Settings()
    service = SERVICES[sys.argv[1]]
    serve(build_app(service, settings), settings, service.name)


if __name__ == "__main__":
    main()
