"""The jobs that confirm prices when members could not be asked in time."""

from uuid import UUID

from sqlalchemy import select

from services.clients.members import MembersClient
from services.events.features.registrations import places
from services.events.features.registrations.asking import DOWN, is_member
from services.events.features.registrations.terms import confirmed_price
from services.events.tables.admission_type import AdmissionTypeRow
from services.events.tables.check_in import CheckInRow
from services.events.tables.event import EventRow
from services.events.tables.registration import RegistrationRow
from services.kit.auth import Caller
from services.kit.changes import save
from services.kit.jobs import task
from services.kit.runtime import Runtime

SEEN_WITH = ["registrations:read"]
ITSELF = Caller("service:events", "service")
_AT_ONCE = 200


@task("events.confirm_price")
async def confirm_price(runtime: Runtime, registration_id: str) -> None:
    """Ask members for the standing, and settle the price by it. Raises while members is down, and is tried again.

    What was offered when the registration was taken stays, also when the admission type's prices change meanwhile.
    A place that only members may have is given back when the organisation turns out to be none.
    """
    id = UUID(registration_id)
    async with runtime.database.transaction() as session:
        asked = (
            await session.execute(
                select(RegistrationRow.organisation_id, EventRow.starts_local)
                .join(EventRow, EventRow.id == RegistrationRow.event_id)
                .where(RegistrationRow.id == id, RegistrationRow.price_status == "to_be_confirmed")
            )
        ).one_or_none()
    if asked is None:
        return
    organisation_id, starts = asked
    assert organisation_id is not None
    member = await is_member(runtime.peer(MembersClient), organisation_id, starts.date())
    if not await _settle(runtime, id, organisation_id, starts, member=member):
        # The organisation was merged or the event moved while members answered: ask about what it is now.
        await confirm_price.run(runtime, registration_id)


@task("events.confirm_waiting_prices", attempts=1, cron="* * * * * */5")
async def confirm_waiting_prices(runtime: Runtime) -> None:
    """Settle what waits as soon as members answers again; while it does not, one question is asked.

    A registration's own job is tried less and less often the longer members is away.
    """
    waiting = select(RegistrationRow.id).where(RegistrationRow.price_status == "to_be_confirmed")
    async with runtime.database.transaction() as session:
        ids = list(await session.scalars(waiting.order_by(RegistrationRow.id).limit(_AT_ONCE)))
    for id in ids:
        try:
            await confirm_price.run(runtime, str(id))
        except DOWN:
            return


async def _settle(runtime: Runtime, id: UUID, organisation_id: UUID, starts: object, *, member: bool) -> bool:
    async with runtime.database.transaction() as session:
        event_id = await session.scalar(select(RegistrationRow.event_id).where(RegistrationRow.id == id))
        assert event_id is not None
        event = await places.lock(session, event_id)
        row = await session.get_one(RegistrationRow, id, with_for_update=True)
        if row.price_status == "confirmed":
            return True
        if (row.organisation_id, event.starts_local) != (organisation_id, starts):
            return False
        admission = await session.get_one(AdmissionTypeRow, row.admission_type_id)
        settled = confirmed_price(row.price, row.member_price, member=member)
        row.price, row.price_basis, row.price_status = settled.price, settled.basis, settled.status
        await save(session, ITSELF, "events.registration.price_confirmed", row, required_scopes=SEEN_WITH)
        let_in = await session.scalar(select(CheckInRow.id).where(CheckInRow.registration_id == id))
        if admission.eligibility == "members" and not member and row.status != "cancelled" and not let_in:
            row.end("not_eligible", None)
            await save(session, ITSELF, "events.registration.cancelled", row, required_scopes=SEEN_WITH)
            await places.fill(session, ITSELF, event)
        return True
