"""What of members' records is kept for a time, and who keeps the rest."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.retention import RetentionOrder
from services.contracts.subject import SubjectKeys
from services.kit.auth import Caller
from services.kit.clock import office_today
from services.kit.retention import Retained, by_resource
from services.members.features.erasures.actions import forget_person
from services.members.features.erasures.holdings import remove, remove_documents
from services.members.tables.affiliation import AffiliationRow, lasting_on
from services.members.tables.document import DocumentRow
from services.members.tables.note import NoteRow
from services.members.tables.person import PersonRow


def _not_in_use(_: datetime) -> ColumnElement[bool]:
    """Who holds a role is in use, however long the record has not changed."""
    roles = select(AffiliationRow.id).where(AffiliationRow.person_id == PersonRow.id)
    busy = roles.where(lasting_on(literal(office_today()))).exists()
    return PersonRow.erased_at.is_(None) & PersonRow.merged_into.is_(None) & ~busy


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
