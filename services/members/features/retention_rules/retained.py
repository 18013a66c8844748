"""What of members' records is kept for a time, and who keeps the rest."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.retention import RetentionOrder
from services.contracts.subject import SubjectKeys
from services.kit.auth import Caller
from services.kit.clock import office_today
from services.kit.retention import Retained, by_resource
from services.members.features.erasures.actions import forget_person
from services.members.features.erasures.holdings import remove, remove_documents
from services.members.tables.affiliation import AffiliationRow
from services.members.tables.consent import ConsentRow
from services.members.tables.document import DocumentRow
from services.members.tables.facts import AttendanceFactRow, EventFactRow
from services.members.tables.note import NoteRow
from services.members.tables.person import PersonRow


def _not_in_use(since: datetime) -> ColumnElement[bool]:
    """Who was in use since: a record does not change when somebody takes on a role, comes to an event or decides."""
    uses = (
        select(AffiliationRow.id).where(AffiliationRow.person_id == PersonRow.id, _not_ended(since)),
        select(AttendanceFactRow.registration_id).where(
            AttendanceFactRow.person_id == PersonRow.id,
            func.coalesce(AttendanceFactRow.status, "") != "cancelled",
            ~_over(since),
        ),
        select(ConsentRow.id).where(ConsentRow.person_id == PersonRow.id, ConsentRow.decided_at >= since),
        select(NoteRow.id).where(NoteRow.person_id == PersonRow.id, NoteRow.created_at >= since),
        select(DocumentRow.id).where(DocumentRow.person_id == PersonRow.id, DocumentRow.created_at >= since),
    )
    busy = or_(*(use.exists() for use in uses))
    return PersonRow.erased_at.is_(None) & PersonRow.merged_into.is_(None) & ~busy


def _not_ended(since: datetime) -> ColumnElement[bool]:
    """Roles that are held, are still to come, or ended since."""
    return AffiliationRow.ends_on.is_(None) | (AffiliationRow.ends_on >= office_today(since))


def _over(since: datetime) -> ColumnElement[bool]:
    """Registrations for events that are known to have ended before. Of some the year they began in is known only."""
    day = office_today(since)
    ended = func.coalesce(EventFactRow.ends_on < day, EventFactRow.year + 1 < day.year, false())
    return select(EventFactRow.event_id).where(EventFactRow.event_id == AttendanceFactRow.event_id, ended).exists()


async def _forget(session: AsyncSession, caller: Caller, rows: Sequence[PersonRow], _: RetentionOrder) -> None:
    for row in rows:
        await forget_person(session, caller, row, "retention")


async def _remove(session: AsyncSession, caller: Caller, rows: Sequence[Any], order: RetentionOrder) -> None:
    await remove(session, caller, rows, SubjectKeys(person_id=order.rule_id))


async def _remove_documents(
    session: AsyncSession, caller: Caller, rows: Sequence[DocumentRow], order: RetentionOrder
) -> None:
    await remove_documents(session, caller, rows, SubjectKeys(person_id=order.rule_id))


HERE: Mapping[str, Retained] = by_resource(
    (
        Retained("persons", PersonRow, _not_in_use, _forget),
        Retained("notes", NoteRow, lambda _: NoteRow.person_id.is_not(None), _remove),
        Retained("documents", DocumentRow, lambda _: DocumentRow.person_id.is_not(None), _remove_documents),
    )
)
ELSEWHERE: Mapping[str, str] = {"registrations": "events", "contacts": "liaison"}
"""Resource → the service that holds it."""
