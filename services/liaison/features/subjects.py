"""What liaison holds about persons, and for how long."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.retention import RetentionOrder
from services.contracts.subject import SubjectKeys
from services.kit.auth import Caller
from services.kit.changes import save_all
from services.kit.clock import office_today
from services.kit.mentions import Prose
from services.kit.retention import Retained
from services.kit.subjects import ERASED, Holding, any_digest, digest
from services.liaison.callers import scopes_to_read
from services.liaison.tables import ContactRow, FollowUpRow, InteractionRow


def _contacts_of(keys: SubjectKeys) -> ColumnElement[bool]:
    return (ContactRow.person_id == keys.person_id) | any_digest(ContactRow.emails, keys.emails)


async def _forget_contacts(
    session: AsyncSession, caller: Caller, rows: Sequence[ContactRow], _: SubjectKeys | RetentionOrder
) -> None:
    """The contact stays, as one who took part in interactions."""
    for row in rows:
        row.names, row.title, row.emails, row.phones, row.languages = ERASED, None, [], [], []
        row.person_id, row.since, row.until = None, None, None
        row.settle()
    await save_all(session, caller, "liaison.contact.erased", rows, required_scopes=scopes_to_read())


def _named_in(keys: SubjectKeys) -> ColumnElement[bool]:
    return any_digest(InteractionRow.their_names, keys.names)


async def _forget_names(
    session: AsyncSession, caller: Caller, rows: Sequence[InteractionRow], keys: SubjectKeys
) -> None:
    """Names of the person among those who took part, as they are written in members."""
    for row in rows:
        row.their_names = [name for name in row.their_names if digest(name) not in keys.names]
    for row in rows:
        await save_all(
            session, caller, "liaison.interaction.updated", [row], required_scopes=scopes_to_read(row.confidentiality)
        )


HOLDINGS: Sequence[Holding] = (
    Holding("contact", ContactRow, _contacts_of, _forget_contacts),
    Holding("interaction", InteractionRow, _named_in, _forget_names, scrubs=False),
)
"""In the order in which they are forgotten."""


def _left(before: datetime) -> ColumnElement[bool]:
    """Contacts who left their post before; who is in it is in use, however long nothing has changed."""
    return ContactRow.until < office_today(before)


RETAINED: Sequence[Retained] = (Retained("contacts", ContactRow, _left, _forget_contacts),)
PROSE: Sequence[Prose] = (
    Prose("interaction", InteractionRow, (InteractionRow.subject, InteractionRow.summary)),
    Prose("follow_up", FollowUpRow, (FollowUpRow.subject, FollowUpRow.note)),
)
