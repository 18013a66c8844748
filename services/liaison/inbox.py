"""What liaison does when an organisation changes in members: copies of names follow, and links of counterparts too."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.change import Change
from services.kit.auth import Caller
from services.kit.changes import save
from services.kit.inbox import Handler
from services.kit.person_copies import consent_handlers
from services.liaison.callers import scopes_to_read
from services.liaison.tables import CounterpartRow, OrganisationCopyRow, PersonCopyRow

_COPIED = ("names", "status", "merged_into")


async def follow(session: AsyncSession, change: Change) -> None:
    """An organisation was made, edited, archived or brought back."""
    told = {name: change.after[name] for name in _COPIED if name in change.after}
    if told.get("merged_into") is not None:
        told["merged_into"] = UUID(told["merged_into"])
    await _copy(session, change.resource_id, told)


async def follow_merge(session: AsyncSession, change: Change) -> None:
    """An organisation was merged into another: counterparts that are linked to it are linked to that one."""
    await follow(session, change)
    winner = await _last_of_merges(session, UUID(change.after["merged_into"]))
    await _link(session, change, winner)


async def follow_deletion(session: AsyncSession, change: Change) -> None:
    """An organisation was deleted: counterparts stay, without a link."""
    await _copy(session, change.resource_id, {"names": None, "status": "deleted", "merged_into": None})
    await _link(session, change, None)


async def _copy(session: AsyncSession, id: UUID, told: Mapping[str, Any]) -> None:
    statement = insert(OrganisationCopyRow).values({"id": id, "status": "untold", **told})
    await session.execute(
        statement.on_conflict_do_update(index_elements=["id"], set_=told)
        if told
        else statement.on_conflict_do_nothing()
    )


async def _last_of_merges(session: AsyncSession, id: UUID) -> UUID | None:
    """Where merges lead from here, held until the transaction ends; None when that was deleted."""
    seen: set[UUID] = set()
    while id not in seen:
        seen.add(id)
        await _copy(session, id, {})
        copy = await session.scalar(
            select(OrganisationCopyRow).where(OrganisationCopyRow.id == id).with_for_update(read=True)
        )
        assert copy is not None
        if copy.status == "deleted":
            return None
        if copy.merged_into is None:
            break
        id = copy.merged_into
    return id


async def _link(session: AsyncSession, change: Change, organisation_id: UUID | None) -> None:
    """Give the counterparts of the changed organisation another link, or none, in the name of whoever changed it."""
    caller = Caller(change.actor, "service", via="service:liaison")
    linked = await session.scalars(
        select(CounterpartRow)
        .where(CounterpartRow.organisation_id == change.resource_id)
        .order_by(CounterpartRow.id)
        .with_for_update()
    )
    for row in list(linked):
        row.organisation_id = organisation_id
        await save(
            session,
            caller,
            "liaison.counterpart.updated",
            row,
            required_scopes=scopes_to_read(),
            also_about=[change.resource_id],
        )


HANDLERS: Mapping[str, Handler] = {
    "members.organisation.created": follow,
    "members.organisation.updated": follow,
    "members.organisation.archived": follow,
    "members.organisation.restored": follow,
    "members.organisation.merged": follow_merge,
    "members.organisation.deleted": follow_deletion,
    **consent_handlers(PersonCopyRow),
}
