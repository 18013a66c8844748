"""What happens to contacts."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.liaison.contact import ContactCreate, ContactUpdate
from services.kit.auth import Caller, staff_only
from services.kit.changes import save
from services.kit.db import refused_by
from services.kit.errors import Conflict, Contradiction
from services.kit.etag import IfMatch, held
from services.kit.patching import patch
from services.kit.phones import normalised
from services.liaison.callers import scopes_to_read
from services.liaison.features.contacts.queries import contacts
from services.liaison.features.counterparts.actions import known, no_counterpart
from services.liaison.tables import ContactRow, CounterpartRow


class ContactInUse(Conflict):
    """The log names the contact.

    Set `until` when they left; who took part in an interaction stays known. Some interactions may be confidential.
    """


async def create(session: AsyncSession, caller: Caller, new: ContactCreate) -> ContactRow:
    """Add a contact to a counterpart."""
    staff_only(caller)
    counterpart = await known(session, new.counterpart_id)
    row = ContactRow(
        **new.model_dump(exclude={"phones"}),
        phones=[normalised(phone, counterpart.stands_in) for phone in new.phones],
    )
    _check_period(row)
    row.settle()
    session.add(row)
    with refused_by("fk_contact_counterpart_id", no_counterpart()):
        await _save(session, caller, "created", row, counterpart)
    return row


async def update(
    session: AsyncSession, caller: Caller, id: UUID, change: ContactUpdate, if_match: IfMatch
) -> ContactRow:
    """Change a contact."""
    staff_only(caller)
    row = await held(session, caller, contacts, id, if_match)
    counterpart = await known(session, row.counterpart_id)
    patch(row, change, skip=frozenset({"phones"}))
    if "phones" in change.model_fields_set:
        row.phones = [normalised(phone, counterpart.stands_in) for phone in change.phones]  # type: ignore[union-attr]
    _check_period(row)
    row.settle()
    await _save(session, caller, "updated", row, counterpart)
    return row


async def delete(session: AsyncSession, caller: Caller, id: UUID, if_match: IfMatch) -> None:
    """Remove a contact whom no interaction names."""
    staff_only(caller)
    row = await held(session, caller, contacts, id, if_match)
    counterpart = await known(session, row.counterpart_id)
    await session.delete(row)
    with refused_by("fk_interaction_contact_contact_id", ContactInUse()):
        await _save(session, caller, "deleted", row, counterpart)


async def _save(session: AsyncSession, caller: Caller, verb: str, row: ContactRow, counterpart: CounterpartRow) -> None:
    about = counterpart.organisations_concerned()
    await save(session, caller, f"liaison.contact.{verb}", row, required_scopes=scopes_to_read(), also_about=about)


def _check_period(row: ContactRow) -> None:
    if row.since is not None and row.until is not None and row.until < row.since:
        raise Contradiction.value("/until", "before_since", "The last day must not lie before the first.")
