"""What events holds about persons, and for how long."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.retention import RetentionOrder
from services.contracts.subject import SubjectKeys
from services.events.features.registrations.actions import SEEN_WITH
from services.events.tables.check_in import CheckInRow
from services.events.tables.event import EventRow
from services.events.tables.registration import RegistrationRow
from services.events.tables.series import SeriesRow
from services.kit.auth import Caller
from services.kit.changes import save_all
from services.kit.mentions import Prose
from services.kit.retention import Retained
from services.kit.subjects import ERASED, Holding, digest_of


def _registrations_of(keys: SubjectKeys) -> ColumnElement[bool]:
    by_address = digest_of(RegistrationRow.email_key).in_(keys.emails)
    return (RegistrationRow.person_id == keys.person_id) | by_address


async def _forget_participants(
    session: AsyncSession, caller: Caller, rows: Sequence[RegistrationRow], _: SubjectKeys | RetentionOrder
) -> None:
    """The place, its price and the country stay: attendance is counted by them."""
    for row in rows:
        row.names, row.email, row.phone, row.job_title, row.cancel_note = ERASED, None, None, None, None
        row.person_id = None
        row.custom = row.private_custom = None
        row.settle()
    await save_all(session, caller, "events.registration.erased", rows, required_scopes=SEEN_WITH)


def _check_ins_of(keys: SubjectKeys) -> ColumnElement[bool]:
    return CheckInRow.registration_id.in_(select(RegistrationRow.id).where(_registrations_of(keys)))


HOLDINGS: Sequence[Holding] = (
    Holding("registration", RegistrationRow, _registrations_of, _forget_participants, scrubs=False),
    Holding("check_in", CheckInRow, _check_ins_of, None),
)
"""In the order in which they are forgotten."""


def _long_over(before: datetime) -> ColumnElement[bool]:
    """Participants who have a name still, of events that ended before."""
    ended = select(EventRow.id).where(EventRow.ends_at < before)
    return (RegistrationRow.names != ERASED) & RegistrationRow.event_id.in_(ended)


RETAINED: Sequence[Retained] = (Retained("registrations", RegistrationRow, _long_over, _forget_participants),)
PROSE: Sequence[Prose] = (
    Prose("event", EventRow, (EventRow.theme, EventRow.texts)),
    Prose("series", SeriesRow, (SeriesRow.texts,)),
    Prose("registration", RegistrationRow, (RegistrationRow.cancel_note,)),
)
