"""What events does when members' organisations change: it keeps its copies, and follows merges."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.change import Change
from services.events.features.registrations.places import SEEN_WITH
from services.events.tables.event import EventRow
from services.events.tables.organisation_copy import OrganisationCopyRow
from services.events.tables.person_copy import PersonCopyRow
from services.events.tables.registration import RegistrationRow
from services.kit.auth import Caller
from services.kit.changes import save_all
from services.kit.inbox import Handler
from services.kit.person_copies import consent_handlers


async def keep_copy(session: AsyncSession, change: Change) -> None:
    """Bring the copy up to the change, unless it has newer news."""
    copy = await _held(session, change.resource_id)
    if change.resource_version <= copy.source_version:
        return
    after: dict[str, Any] = change.after
    copy.source_version = change.resource_version
    copy.names = after.get("names", copy.names)
    if copy.names is not None:
        copy.status = after.get("status", "active" if copy.status == "unknown" else copy.status)
        copy.merged_into = UUID(after["merged_into"]) if after.get("merged_into") else copy.merged_into
    await session.flush()


async def follow_merge(session: AsyncSession, change: Change) -> None:
    """Move the registrations of an organisation that was merged to the one that took its place."""
    await keep_copy(session, change)
    winner_id = await _last_winner(session, UUID(change.after["merged_into"]))
    # Events before registrations, as everybody who holds both.
    at = select(RegistrationRow.event_id).where(RegistrationRow.organisation_id == change.resource_id)
    await session.execute(select(EventRow.id).where(EventRow.id.in_(at)).order_by(EventRow.id).with_for_update())
    rows = list(
        await session.scalars(
            select(RegistrationRow)
            .where(RegistrationRow.organisation_id == change.resource_id)
            .order_by(RegistrationRow.id)
            .with_for_update()
        )
    )
    for row in rows:
        row.organisation_id = winner_id
    await save_all(
        session,
        Caller(change.actor, "service", via="service:events"),
        "events.registration.moved",
        rows,
        required_scopes=SEEN_WITH,
        also_about=[change.resource_id],
    )


async def mark_deleted(session: AsyncSession, change: Change) -> None:
    """Keep the name of an organisation that is gone; its past registrations stay."""
    copy = await _held(session, change.resource_id)
    copy.names = copy.names or change.before.get("names")
    copy.source_version = max(copy.source_version, change.resource_version)
    if copy.names is not None and copy.status != "merged":
        copy.status = "deleted"
    await session.flush()


async def _held(session: AsyncSession, id: UUID) -> OrganisationCopyRow:
    """The copy, locked against registrations that are being made for it; made when there is none."""
    await session.execute(
        insert(OrganisationCopyRow).values(id=id, status="unknown", source_version=0).on_conflict_do_nothing()
    )
    return await session.get_one(OrganisationCopyRow, id, with_for_update=True, populate_existing=True)


async def _last_winner(session: AsyncSession, id: UUID) -> UUID:
    """The organisation that took its place, or who took that one's; held, so that it is not merged meanwhile."""
    seen: set[UUID] = set()
    while id not in seen:
        seen.add(id)
        await session.execute(
            insert(OrganisationCopyRow).values(id=id, status="unknown", source_version=0).on_conflict_do_nothing()
        )
        copy = await session.get_one(OrganisationCopyRow, id, with_for_update={"read": True}, populate_existing=True)
        if copy.status != "merged" or copy.merged_into is None:
            break
        id = copy.merged_into
    return id


_KIND = "members.organisation"
HANDLERS: dict[str, Handler] = {
    **{f"{_KIND}.{verb}": keep_copy for verb in ("created", "updated", "archived", "restored")},
    f"{_KIND}.merged": follow_merge,
    f"{_KIND}.deleted": mark_deleted,
    **consent_handlers(PersonCopyRow),
}
