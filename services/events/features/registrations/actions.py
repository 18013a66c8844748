"""What happens to registrations."""

import functools
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.base import BulkCreate, BulkResults
from services.contracts.events.registration import CancellationCreate, RegistrationCreate, RegistrationUpdate
from services.events.features.registrations import places
from services.events.features.registrations.asking import Answers
from services.events.features.registrations.pricing import confirm_price
from services.events.features.registrations.queries import registrations
from services.events.features.registrations.refusals import (
    AlreadyCancelled,
    AlreadyLetIn,
    AlreadyRegistered,
    RegistrationClosed,
)
from services.events.features.registrations.terms import Admission, Terms, organisation_of, terms_of
from services.events.tables.check_in import CheckInRow
from services.events.tables.registration import RegistrationRow
from services.kit.auth import Caller
from services.kit.bulk import create_all
from services.kit.changes import save
from services.kit.custom.values import check_given, give, given_to_new
from services.kit.db import now, refused_by
from services.kit.errors import NotFound
from services.kit.etag import IfMatch, held
from services.kit.ids import new_id
from services.kit.inserting import made
from services.kit.patching import patch
from services.kit.phones import normalised

SEEN_WITH = ["registrations:read"]
_ONE_EACH = "uq_registration_event_id_email_key"


async def register(session: AsyncSession, caller: Caller, new: RegistrationCreate, answers: Answers) -> RegistrationRow:
    """Register a participant: a place if there is one, else the end of the waitlist."""
    # Before places are decided: for limited ones, registrations of one event wait for each other.
    custom = await given_to_new(session, caller, registrations, new.custom)
    return await _register(await terms_of(session, caller, [new], answers), session, caller, new, custom)


async def register_all(
    session: AsyncSession, caller: Caller, bulk: BulkCreate[RegistrationCreate], answers: Answers
) -> BulkResults:
    """Register up to 1,000 participants, in the order given."""
    terms = await terms_of(session, caller, bulk.items, answers)
    return await create_all(session, caller, bulk, functools.partial(_register, terms))


async def _register(
    terms: Terms,
    session: AsyncSession,
    caller: Caller,
    new: RegistrationCreate,
    custom: Mapping[str, Any] | None = None,
) -> RegistrationRow:
    organisation_id = organisation_of(caller, new)
    admission = terms.admission(new.admission_type_id)
    if organisation_id is not None:
        terms.check_organisation(organisation_id)
    _check_open(caller, admission)
    price = terms.price(admission, organisation_id)
    if custom is None:
        custom = await given_to_new(session, caller, registrations, new.custom)
    waitlist_number = await _take(session, admission)
    person = new.participant
    row = made(
        RegistrationRow,
        id=new_id(),
        event_id=admission.event_id,
        admission_type_id=admission.id,
        organisation_id=organisation_id,
        person_id=new.person_id,
        names=person.names,
        email=person.email,
        phone=None if person.phone is None else normalised(person.phone, person.country),
        country=person.country,
        job_title=person.job_title,
        status="confirmed" if waitlist_number is None else "waitlisted",
        waitlist_number=waitlist_number,
        price=price.price,
        member_price=admission.member_price,
        price_basis=price.basis,
        price_status=price.status,
        **custom,
    )
    row.settle()
    with refused_by(_ONE_EACH, AlreadyRegistered()):
        await save(session, caller, "events.registration.created", row, required_scopes=SEEN_WITH)
    if price.status == "to_be_confirmed":
        await confirm_price.defer(session, registration_id=str(row.id))
    return row


async def _take(session: AsyncSession, admission: Admission) -> int | None:
    """Take a place and answer None, or the number on the waitlist."""
    if not admission.limited:
        return None
    return (await places.left_of(session, admission.event_id, admission.capacity)).take(admission.id)


def _check_open(caller: Caller, event: Admission) -> None:
    """Raise `RegistrationClosed` outside the window. Who runs the event may register until it is completed, as at the
    door on the day."""
    runs_it = caller.kind != "partner" and caller.holds("events:write")
    if event.status != "published" and not (runs_it and event.status == "closed"):
        raise RegistrationClosed(f"The event is {event.status}.")
    if runs_it:
        return
    at = now()
    if event.opens_at is not None and at < event.opens_at:
        raise RegistrationClosed(f"Registration opens at {event.opens_at.isoformat()}.")
    if at > event.closes_at:
        raise RegistrationClosed("Registration is over.")


async def update(
    session: AsyncSession, caller: Caller, id: UUID, change: RegistrationUpdate, if_match: IfMatch
) -> RegistrationRow:
    """Change who comes. The place, its price and its code stay."""
    await check_given(session, caller, registrations, change.custom)
    row = await held(session, caller, registrations, id, if_match)
    if row.status == "cancelled":
        raise AlreadyCancelled()
    if "person_id" in change.model_fields_set:
        row.person_id = change.person_id  # type: ignore[assignment] # given, so not MISSING
    if "participant" in change.model_fields_set:
        person = change.participant
        patch(row, person, skip=frozenset({"phone"}))  # type: ignore[arg-type] # given, so not MISSING
        if "phone" in person.model_fields_set:  # type: ignore[union-attr]
            given = person.phone  # type: ignore[union-attr]
            row.phone = None if given is None else normalised(given, row.country)  # type: ignore[arg-type]
        row.settle()
    if "custom" in change.model_fields_set:
        await give(session, caller, registrations, row, change.custom, new=False)  # type: ignore[arg-type]
    with refused_by(_ONE_EACH, AlreadyRegistered()):
        await save(session, caller, "events.registration.updated", row, required_scopes=SEEN_WITH)
    return row


async def cancel(session: AsyncSession, caller: Caller, id: UUID, cancellation: CancellationCreate) -> RegistrationRow:
    """End a registration. Its place goes to the first who waits for it, in the same transaction."""
    event_id = await session.scalar(
        registrations.seen_by(caller).where(RegistrationRow.id == id).with_only_columns(RegistrationRow.event_id)
    )
    if event_id is None:
        raise NotFound("There is no registration with this id, or it is not yours to see.")
    event = await places.lock(session, event_id)
    row = await held(session, caller, registrations, id)
    if row.status == "cancelled":
        raise AlreadyCancelled()
    if await session.scalar(select(CheckInRow.id).where(CheckInRow.registration_id == row.id)):
        raise AlreadyLetIn()
    row.end("asked_for", cancellation.note)
    await save(session, caller, "events.registration.cancelled", row, required_scopes=SEEN_WITH)
    await places.fill(session, caller, event)
    return row
