"""What events holds about persons."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.subject import SubjectKeys
from services.events.features.registrations.actions import SEEN_WITH
from services.events.tables.registration import RegistrationRow
from services.kit.auth import Caller
from services.kit.changes import save_all
from services.kit.subjects import ERASED, Holding, digest_of


def _registrations_of(keys: SubjectKeys) -> ColumnElement[bool]:
    by_address = digest_of(RegistrationRow.email_key).in_(keys.emails)
    return (RegistrationRow.person_id == keys.person_id) | by_address


async def _forget_participants(
    session: AsyncSession, caller: Caller, rows: Sequence[RegistrationRow], _: SubjectKeys
) -> None:
    """The place, its price and the country stay: attendance is counted by them."""
    for row in rows:
        row.names, row.email, row.phone, row.job_title, row.cancel_note = ERASED, None, None, None, None
        row.person_id = None
        row.custom = row.private_custom = None
        row.settle()
    await save_all(session, caller, "events.registration.erased", rows, required_scopes=SEEN_WITH)


HOLDINGS: Sequence[Holding] = (
    Holding("registration", RegistrationRow, _registrations_of, _forget_participants, scrubs=False),
)
"""In the order in which they are forgotten."""
