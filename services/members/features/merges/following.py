"""What follows a merge besides what merely hangs on the loser: lists, consents, and fields that refer to it."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.kit.auth import Caller
from services.kit.changes import save
from services.members.features.merges.hanging import readers_of
from services.members.tables.custom_field import OrganisationCustomValueRow, PersonCustomValueRow, SiteCustomValueRow
from services.members.tables.organisation import OrganisationRow
from services.members.tables.person import PersonRow
from services.members.tables.segment import SegmentEntryRow
from services.members.tables.site import SiteRow

# What was decided last counts; at one instant the withdrawal.
_CONSENTS = (
    text("DELETE FROM consent_state WHERE person_id = ANY(:ids)"),
    text(
        """
        INSERT INTO consent_state (person_id, purpose, consent_id, decision, decided_at)
        SELECT DISTINCT ON (person_id, purpose) person_id, purpose, id, decision, decided_at FROM consent
        WHERE person_id = ANY(:ids)
        ORDER BY person_id, purpose, decided_at DESC, decision DESC, id DESC
        """
    ),
)


async def settle_consents(session: AsyncSession, *person_ids: UUID) -> None:
    """Work out anew what counts of these persons' consents."""
    for statement in _CONSENTS:
        await session.execute(statement, {"ids": list(person_ids)})


async def move_entries(session: AsyncSession, caller: Caller, column: str, winner_id: UUID, loser_id: UUID) -> None:
    """Put the winner on the loser's lists, once on each."""
    named = getattr(SegmentEntryRow, column)
    found = await session.scalars(
        select(SegmentEntryRow).where(named.in_([winner_id, loser_id])).order_by(SegmentEntryRow.id).with_for_update()
    )
    rows = list(found)
    held = {row.segment_id for row in rows if getattr(row, column) == winner_id}
    for row in rows:
        if getattr(row, column) == winner_id:
            continue
        verb = "updated"
        if row.segment_id in held:
            await session.delete(row)
            verb = "deleted"
        else:
            setattr(row, column, winner_id)
        await save(session, caller, f"members.segment_entry.{verb}", row, required_scopes=readers_of(row))


async def move_references(session: AsyncSession, caller: Caller, target: str, winner_id: UUID, loser_id: UUID) -> None:
    """Let custom fields that refer to the loser refer to the winner."""
    for values, holder, scope, resource in (
        (OrganisationCustomValueRow, OrganisationRow, "members:read", "organisation"),
        (PersonCustomValueRow, PersonRow, "persons:read", "person"),
        (SiteCustomValueRow, SiteRow, "members:read", "site"),
    ):
        referring = select(values.record_id).where(getattr(values, f"{target}_id") == loser_id)
        table: Any = holder
        rows = await session.scalars(
            select(table).where(table.id.in_(referring)).order_by(table.id).with_for_update(of=table)
        )
        for row in list(rows):
            for column in ("custom", "private_custom"):
                if (given := getattr(row, column)) is not None:
                    replaced = _replaced(given, str(loser_id), str(winner_id))
                    if replaced != given:
                        setattr(row, column, replaced)
            await save(session, caller, f"members.{resource}.updated", row, required_scopes=[scope])


def _replaced(values: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    def one(value: Any) -> Any:
        if isinstance(value, list):
            return list(dict.fromkeys(new if item == old else item for item in value))
        return new if value == old else value

    return {key: one(value) for key, value in values.items()}
