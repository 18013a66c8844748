"""What happens to country labels."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.members.country_label import CountryLabelCreate, CountryLabelUpdate
from services.kit.auth import Caller, staff_only
from services.kit.changes import save
from services.kit.db import refused_by
from services.kit.errors import Conflict, Contradiction
from services.kit.etag import IfMatch, held
from services.kit.patching import patch
from services.members.features.country_labels.queries import ALL, HOW_MANY, MOST, country_labels
from services.members.tables.country_label import CountryLabelRow


class CountryLabelTaken(Conflict):
    """There is such a label already.

    Spellings that differ in case, width, accents or script count as one. Change the one there is.
    """


class CountryLabelsFull(Conflict):
    """The table of country labels is full.

    Delete labels that no file uses any more.
    """


async def create(session: AsyncSession, caller: Caller, new: CountryLabelCreate) -> CountryLabelRow:
    """Add a label."""
    staff_only(caller)
    # Two at once may exceed the limit by one, which harms nobody.
    if (await session.scalar(HOW_MANY) or 0) >= MOST:
        raise CountryLabelsFull()
    row = CountryLabelRow(**new.model_dump())
    _settle(row)
    with refused_by("uq_country_label_folded", CountryLabelTaken()):
        await save(session, caller, "members.country_label.created", row, required_scopes=["members:read"])
    return row


async def update(
    session: AsyncSession, caller: Caller, id: UUID, change: CountryLabelUpdate, if_match: IfMatch
) -> CountryLabelRow:
    """Change a label, or what it is taken for."""
    staff_only(caller)
    row = await held(session, caller, country_labels, id, if_match)
    patch(row, change)
    _settle(row)
    with refused_by("uq_country_label_folded", CountryLabelTaken()):
        await save(session, caller, "members.country_label.updated", row, required_scopes=["members:read"])
    return row


async def delete(session: AsyncSession, caller: Caller, id: UUID, if_match: IfMatch) -> None:
    """Remove a label."""
    staff_only(caller)
    row = await held(session, caller, country_labels, id, if_match)
    await session.delete(row)
    await save(session, caller, "members.country_label.deleted", row, required_scopes=["members:read"])


async def labels(session: AsyncSession) -> dict[str, str | None]:
    """What the office takes labels for, by their folded form."""
    return {row.folded: row.country for row in await session.execute(ALL)}


def _settle(row: CountryLabelRow) -> None:
    row.settle()
    if not row.folded:
        raise Contradiction.value("/label", "no_letters", "A label needs letters or digits.")
