"""What happens at the door."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.base import BulkCreate, BulkResults
from services.contracts.events.check_in import CheckInCreate
from services.events.features.check_ins.queries import check_ins
from services.events.features.registrations.entrances import DOORS
from services.events.features.registrations.places import RUNNING
from services.events.features.registrations.queries import registrations
from services.events.tables.check_in import CheckInRow
from services.events.tables.event import EventRow
from services.events.tables.registration import RegistrationRow
from services.kit.auth import Caller
from services.kit.bulk import create_all
from services.kit.changes import save
from services.kit.errors import Conflict, NotFound
from services.kit.etag import IfMatch, held
from services.kit.ids import new_id

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


@dataclass(slots=True)
class Holder:
    """What the door knows of a code. Its registration and the event's state are held until the transaction ends."""

    registration_id: UUID
    organisation_id: UUID | None
    status: str
    event_status: str
    check_in: CheckInRow | None


async def check_in(session: AsyncSession, caller: Caller, new: CheckInCreate) -> Outcome:
    """Let the holder of a code in. A code that was read before answers with its first check-in."""
    return await _let_in(await _holders(session, caller, [new.code]), session, caller, new)


async def check_in_all(session: AsyncSession, caller: Caller, bulk: BulkCreate[CheckInCreate]) -> BulkResults:
    """As `check_in`, for scans that a device kept while it was offline."""
    holders = await _holders(session, caller, [new.code for new in bulk.items])

    async def create(session: AsyncSession, caller: Caller, new: CheckInCreate) -> CheckInRow:
        return (await _let_in(holders, session, caller, new)).row

    return await create_all(session, caller, bulk, create)


async def _holders(session: AsyncSession, caller: Caller, codes: Sequence[str]) -> dict[str, Holder]:
    """What is known of the codes whose registrations the caller may see.

    The registrations are held, in the order of their ids: of two doors one is first, and a cancellation is either
    before or refused. Then the doors of their events: one that is cancelled lets in nobody afterwards.
    """
    found = await session.execute(
        registrations.seen_by(caller)
        .where(RegistrationRow.code.in_(codes))
        .with_only_columns(
            RegistrationRow.code,
            RegistrationRow.id,
            RegistrationRow.organisation_id,
            RegistrationRow.status,
            RegistrationRow.event_id,
        )
        .order_by(RegistrationRow.id)
        .with_for_update(of=RegistrationRow)
    )
    held = found.all()
    await DOORS.hold_open(session, (row.event_id for row in held))
    # Asked only now: another door may have let them in, or the event have ended, while those were waited for.
    now_so = await session.execute(
        select(RegistrationRow.id, EventRow.status, CheckInRow)
        .join(EventRow, EventRow.id == RegistrationRow.event_id)
        .outerjoin(CheckInRow, CheckInRow.registration_id == RegistrationRow.id)
        .where(RegistrationRow.id.in_([row.id for row in held]))
    )
    state = {id: (event_status, check_in) for id, event_status, check_in in now_so}
    return {row.code: Holder(row.id, row.organisation_id, row.status, *state[row.id]) for row in held}


async def _let_in(holders: Mapping[str, Holder], session: AsyncSession, caller: Caller, new: CheckInCreate) -> Outcome:
    holder = holders.get(new.code)
    if holder is None:
        raise NoSuchCode()
    # One that a bulk call made and then took back is no longer in the session.
    if holder.check_in is not None and holder.check_in in session:
        return Outcome(holder.check_in, first=False)
    if holder.status != "confirmed":
        raise NotAdmitted(f"The registration is {holder.status}.")
    if holder.event_status not in RUNNING:
        raise NotAdmitted(f"The event is {holder.event_status}.")
    row = CheckInRow(id=new_id(), registration_id=holder.registration_id, place=new.place, checked_in_by=caller.subject)
    session.add(row)
    about = [] if holder.organisation_id is None else [holder.organisation_id]
    await save(session, caller, "events.check_in.created", row, required_scopes=SEEN_WITH, also_about=about)
    holder.check_in = row
    return Outcome(row, first=True)


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
