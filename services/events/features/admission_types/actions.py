"""What happens to admission types."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.events.admission_type import (
    AdmissionTypeCreate,
    AdmissionTypeTextConfirmationCreate,
    AdmissionTypeUpdate,
)
from services.events.features.admission_types.queries import admission_types
from services.events.features.registrations import places
from services.events.features.registrations.entrances import DESK
from services.events.tables.admission_type import AdmissionTypeRow
from services.events.tables.event import EventRow
from services.kit.auth import Caller, staff_only
from services.kit.changes import save
from services.kit.db import refused_by
from services.kit.drift import confirm
from services.kit.errors import Conflict, Contradiction, NotFound
from services.kit.etag import IfMatch, held
from services.kit.patching import patch

SEEN_WITH = ["events:read"]


class NoSuchEvent(NotFound):
    """There is no event with the given id.

    `GET /v1/events` lists them.
    """


class AdmissionTypeInUse(Conflict):
    """Registrations were made with the admission type.

    Set its quota to the places taken instead, and nobody else gets one.
    """


async def create(session: AsyncSession, caller: Caller, new: AdmissionTypeCreate) -> AdmissionTypeRow:
    """Add a way into an event."""
    staff_only(caller)
    row = AdmissionTypeRow(
        event_id=new.event_id,
        names=new.names,
        presence=new.presence,
        eligibility=new.eligibility,
        quota=new.quota,
        price=new.price,
        member_price=new.member_price,
    )
    _check_currency(row)
    with refused_by("fk_admission_type_event_id", NoSuchEvent()):
        await save(session, caller, "events.admission_type.created", row, required_scopes=SEEN_WITH)
    return row


async def update(
    session: AsyncSession, caller: Caller, id: UUID, change: AdmissionTypeUpdate, if_match: IfMatch
) -> AdmissionTypeRow:
    """Change an admission type. Places that a larger quota frees go to the waitlist in the same transaction."""
    staff_only(caller)
    event = await _locked_event(session, id)
    row = await held(session, caller, admission_types, id, if_match)
    wording = row.wording()
    patch(row, change)
    row.follow(wording)
    _check_currency(row)
    await save(session, caller, "events.admission_type.updated", row, required_scopes=SEEN_WITH)
    if "quota" in change.model_fields_set:
        await places.refuse_quota_below_taken(session, event, row)
    await places.fill(session, caller, event)
    return row


async def delete(session: AsyncSession, caller: Caller, id: UUID, if_match: IfMatch) -> None:
    """Remove an admission type that nobody used."""
    staff_only(caller)
    await _locked_event(session, id)
    row = await held(session, caller, admission_types, id, if_match)
    await session.delete(row)
    with refused_by("fk_registration_admission_type_id", AdmissionTypeInUse()):
        await save(session, caller, "events.admission_type.deleted", row, required_scopes=SEEN_WITH)


async def confirm_text(
    session: AsyncSession, caller: Caller, id: UUID, new: AdmissionTypeTextConfirmationCreate, if_match: IfMatch
) -> None:
    """Say that the names say the same in other languages."""
    staff_only(caller)
    await _locked_event(session, id)
    told = "events.admission_type.updated"
    await confirm(session, caller, admission_types, id, new, if_match, told=told, required_scopes=SEEN_WITH)


async def _locked_event(session: AsyncSession, id: UUID) -> EventRow:
    # Before the admission type itself: who registers holds the desk and then refers to the type, and a crowd of them
    # would never leave it free.
    event_id = await session.scalar(select(AdmissionTypeRow.event_id).where(AdmissionTypeRow.id == id))
    if event_id is None:
        raise NotFound("There is no admission type with this id, or it is not yours to see.")
    await DESK.hold_alone(session, event_id)
    return await places.lock(session, event_id)


def _check_currency(row: AdmissionTypeRow) -> None:
    if row.member_price is not None and row.member_price.currency != row.price.currency:
        raise Contradiction.value("/member_price/currency", "currency_differs", "Use the currency of the price.")
