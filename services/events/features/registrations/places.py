"""Who gets a place: decided with the event's row locked, so that no two decisions see the same place free.

Order of locks, for everything that holds more than one: organisation copy, the event's desk, event, registration, the
event's doors (entrances.py). What custom fields refer to is held when its value is taken, after these; where a merge in
members meets that, PostgreSQL ends one of the two, who is told to ask again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, Uuid, and_, bindparam, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.tables.admission_type import AdmissionTypeRow
from services.events.tables.event import EventRow
from services.events.tables.registration import RegistrationRow
from services.kit.auth import Caller
from services.kit.changes import save_all
from services.kit.errors import Conflict, NotFound
from services.kit.statement import Statement, fetch_within, innermost

RUNNING: Final = ("published", "closed")
"""States of an event in which freed places go to the waitlist and people are let in."""
SEEN_WITH = ["registrations:read"]
_KEPT = "places_left"


class BelowTaken(Conflict):
    """More places are taken than that.

    Cancel registrations first; the detail says how many places are taken.
    """


@dataclass
class Left:
    """The places of a locked event that are left. None: without limit."""

    limit: int | None
    taken: dict[UUID, int]
    """By admission type; not counted where nothing limits it, which may be tens of thousands for each who registers."""
    quotas: Mapping[UUID, int | None]
    next_number: int

    @property
    def capacity(self) -> int | None:
        """Places left of the event, whatever the admission type."""
        return None if self.limit is None else self.limit - sum(self.taken.values())

    def of(self, admission_type_id: UUID) -> int | None:
        """Places left of an admission type's quota."""
        quota = self.quotas[admission_type_id]
        return None if quota is None else quota - self.taken[admission_type_id]

    def take(self, admission_type_id: UUID) -> int | None:
        """Take a place and answer None, or the number on the waitlist when there is none left."""
        if _none_left(self.capacity) or _none_left(self.of(admission_type_id)):
            self.next_number += 1
            return self.next_number - 1
        self.taken[admission_type_id] += 1
        return None


def _none_left(left: int | None) -> bool:
    return left is not None and left <= 0


_EVENT = bindparam("event_id", type_=Uuid())
_TAKEN = (
    select(func.count())
    .where(
        RegistrationRow.event_id == _EVENT,
        RegistrationRow.admission_type_id == AdmissionTypeRow.id,
        RegistrationRow.status == "confirmed",
    )
    .scalar_subquery()
)
_LAST_NUMBER = (
    select(func.max(RegistrationRow.waitlist_number))
    .where(RegistrationRow.event_id == _EVENT, RegistrationRow.status == "waitlisted")
    .scalar_subquery()
)
_LIMITED = bindparam("limited", type_=Boolean())
_COUNT = Statement.of(
    select(
        AdmissionTypeRow.id,
        AdmissionTypeRow.quota,
        case((or_(_LIMITED, AdmissionTypeRow.quota.is_not(None)), _TAKEN), else_=0),
        _LAST_NUMBER,
    ).where(AdmissionTypeRow.event_id == _EVENT)
)


async def lock(session: AsyncSession, event_id: UUID) -> EventRow:
    """The event, locked until the transaction ends. Take it late: who registers for limited places waits for it."""
    event = await session.scalar(
        select(EventRow).where(EventRow.id == event_id).with_for_update().execution_options(populate_existing=True)
    )
    if event is None:
        raise NotFound("The event is no longer there.")
    return event


async def count(session: AsyncSession, event_id: UUID, capacity: int | None) -> Left:
    """The places left of a locked event."""
    rows = await fetch_within(session, _COUNT, {"event_id": event_id, "limited": capacity is not None})
    return Left(
        capacity,
        taken={id: taken for id, _, taken, _ in rows},
        quotas={id: quota for id, quota, _, _ in rows},
        next_number=(rows[0][3] or 0) + 1 if rows else 1,
    )


async def left_of(session: AsyncSession, event_id: UUID, capacity: int | None) -> Left:
    """The places left of a locked event; counted once a transaction, so that bulk calls need not flush every row.

    Bound to the innermost savepoint: what was rolled back with it is counted anew.
    """
    scope = innermost(session)
    kept: tuple[object, dict[UUID, Left]] = session.info.get(_KEPT, (None, {}))
    if kept[0] is not scope:
        kept = session.info[_KEPT] = (scope, {})
    if event_id not in kept[1]:
        kept[1][event_id] = await count(session, event_id, capacity)
    return kept[1][event_id]


async def refuse_below_taken(session: AsyncSession, event: EventRow) -> None:
    """Raise `BelowTaken` when the locked event's capacity is less than the places taken."""
    if event.capacity is not None:
        taken = sum((await count(session, event.id, event.capacity)).taken.values())
        if taken > event.capacity:
            raise BelowTaken(f"{taken} places are taken.")


async def refuse_quota_below_taken(session: AsyncSession, event: EventRow, admission: AdmissionTypeRow) -> None:
    """Raise `BelowTaken` when an admission type's quota is less than the places taken of it. The event is locked and
    the quota stored: of what has none nobody counts."""
    if admission.quota is not None:
        taken = (await count(session, event.id, event.capacity)).taken[admission.id]
        if taken > admission.quota:
            raise BelowTaken(f"{taken} places of this admission type are taken.")


async def fill(session: AsyncSession, caller: Caller, event: EventRow) -> None:
    """Give the places that are free to those who wait, in their order; the event is locked.

    One who waits for an admission type whose quota is used up is passed over, and keeps the place in the queue.
    """
    if event.status not in RUNNING:
        return
    left = await count(session, event.id, event.capacity)
    if _none_left(left.capacity):
        return
    nth = func.row_number().over(
        partition_by=RegistrationRow.admission_type_id, order_by=RegistrationRow.waitlist_number
    )
    waiting = (
        select(RegistrationRow.id, RegistrationRow.admission_type_id, RegistrationRow.waitlist_number, nth.label("nth"))
        .where(RegistrationRow.event_id == event.id, RegistrationRow.status == "waitlisted")
        .subquery()
    )
    admitted: list[ColumnElement[bool]] = []
    for id in left.quotas:
        of_type = left.of(id)
        if of_type is None:
            admitted.append(waiting.c.admission_type_id == id)
        elif of_type > 0:
            admitted.append(and_(waiting.c.admission_type_id == id, waiting.c.nth <= of_type))
    if not admitted:
        return
    first = select(waiting.c.id).where(or_(*admitted)).order_by(waiting.c.waitlist_number).limit(left.capacity)
    promoted = list(
        await session.scalars(
            select(RegistrationRow)
            .where(RegistrationRow.id.in_(first))
            .order_by(RegistrationRow.waitlist_number)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
    for row in promoted:
        row.status, row.waitlist_number = "confirmed", None
    await save_all(session, caller, "events.registration.promoted", promoted, required_scopes=SEEN_WITH)
