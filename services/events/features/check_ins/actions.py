"""What happens at the door."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.events.check_in import CheckInCreate
from services.events.features.check_ins.queries import check_ins
from services.events.features.registrations.places import RUNNING
from services.events.features.registrations.queries import registrations
from services.events.tables.check_in import CheckInRow
from services.events.tables.event import EventRow
from services.events.tables.registration import RegistrationRow
from services.kit.auth import Caller
from services.kit.changes import save
from services.kit.errors import Conflict, NotFound
from services.kit.etag import IfMatch, held

SEEN_WITH = ["registrations:read"]


class NoSuchCode(NotFound):
    """The code is of no registration that you may check in.

    Read it again; if it stays unknown, find the participant by name.
    """


class NotAdmitted(Conflict):
    """The code's registration does not admit.

    It waits for a place or is cancelled, or the event is not running; the detail says which.
    """


@dataclass(frozen=True, slots=True)
class Outcome:
    """A check-in, and whether it was made just now."""

    row: CheckInRow
    first: bool


async def check_in(session: AsyncSession, caller: Caller, new: CheckInCreate) -> Outcome:
    """Let the holder of a code in. A code that was read before answers with its first check-in."""
    # The registration is held, so that of two doors one is first, and a cancellation is either before or refused.
    registration = await session.scalar(
        registrations.seen_by(caller)
        .where(RegistrationRow.code == new.code)
        .with_for_update(of=RegistrationRow)
        .execution_options(populate_existing=True)
    )
    if registration is None:
        raise NoSuchCode()
    earlier = await session.scalar(select(CheckInRow).where(CheckInRow.registration_id == registration.id))
    if earlier is not None:
        return Outcome(earlier, first=False)
    if registration.status != "confirmed":
        raise NotAdmitted(f"The registration is {registration.status}.")
    status = await session.scalar(select(EventRow.status).where(EventRow.id == registration.event_id))
    if status not in RUNNING:
        raise NotAdmitted(f"The event is {status}.")
    row = CheckInRow(registration_id=registration.id, place=new.place, checked_in_by=caller.subject)
    session.add(row)
    await save(
        session,
        caller,
        "events.check_in.created",
        row,
        required_scopes=SEEN_WITH,
        also_about=registration.organisations_concerned(),
    )
    return Outcome(row, first=True)


async def create(session: AsyncSession, caller: Caller, new: CheckInCreate) -> CheckInRow:
    """As `check_in`, for bulk calls: scans that a device kept while it was offline."""
    return (await check_in(session, caller, new)).row


async def undo(session: AsyncSession, caller: Caller, id: UUID, if_match: IfMatch) -> None:
    """Take a check-in back."""
    row = await held(session, caller, check_ins, id, if_match)
    registration = await session.get_one(RegistrationRow, row.registration_id)
    await session.delete(row)
    await save(
        session,
        caller,
        "events.check_in.deleted",
        row,
        required_scopes=SEEN_WITH,
        also_about=registration.organisations_concerned(),
    )
