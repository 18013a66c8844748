"""What events does when members' organisations change: it keeps its copies, and follows merges."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, and_, cast, func, literal, select
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
from services.kit.inbox import Handler, Together
from services.kit.merges import leading_to, moved_by_merge
from services.kit.person_copies import consent_handlers, part, unite

_VIA = "service:events"
_MOVED = "events.registration.moved"
_UPDATED = "events.registration.updated"


async def keep_copies(session: AsyncSession, changes: Sequence[Change]) -> None:
    """Bring the copies up to the changes, but those that have newer news."""
    copies = await _all_held(session, {change.resource_id for change in changes})
    for change in changes:
        copy = copies[change.resource_id]
        if change.resource_version <= copy.source_version:
            continue
        after: dict[str, Any] = change.after
        copy.source_version = change.resource_version
        copy.names = after.get("names", copy.names)
        if copy.names is not None:
            copy.status = after.get("status", "active" if copy.status == "unknown" else copy.status)
            copy.merged_into = UUID(after["merged_into"]) if after.get("merged_into") else copy.merged_into
    await session.flush()


async def follow_merge(session: AsyncSession, change: Change) -> None:
    """Move the registrations of an organisation that was merged to the one that took its place."""
    await keep_copies(session, [change])
    winner_id = await _last_winner(session, UUID(change.after["merged_into"]))
    for row in (rows := await _locked(session, RegistrationRow.organisation_id == change.resource_id)):
        row.organisation_id = winner_id
    await _save(session, change, _MOVED, rows, [change.resource_id])


async def follow_undo(session: AsyncSession, change: Change) -> None:
    """A merge was undone: the registrations that followed it go back; those that came since stay."""
    copy = await _held(session, change.resource_id)
    copy.source_version = max(copy.source_version, change.resource_version)
    copy.merged_into = None
    if copy.names is not None:
        copy.status = change.after["status"]
    await session.flush()
    left = await leading_to(session, OrganisationCopyRow, change.resource_id)
    winner_id = await _last_winner(session, UUID(change.before["merged_into"]))
    moved = await moved_by_merge(session, _MOVED, "organisation_id", left, via=_VIA)
    back = and_(RegistrationRow.id.in_(moved), RegistrationRow.organisation_id == winner_id)
    for row in (rows := await _locked(session, back)):
        row.organisation_id = change.resource_id
    await _save(session, change, _MOVED, rows, [winner_id])


async def follow_person_merge(session: AsyncSession, change: Change) -> None:
    """A person was merged into another: registrations are the other's, and what was decided last counts."""
    winner_id = UUID(change.after["merged_into"])
    await unite(session, PersonCopyRow, winner_id, change.resource_id)
    for row in (rows := await _locked(session, RegistrationRow.person_id == change.resource_id)):
        row.person_id = winner_id
    await _save(session, change, _UPDATED, rows)


async def follow_person_undo(session: AsyncSession, change: Change) -> None:
    """The persons are two again: registrations that followed the merge go back."""
    winner_id = UUID(change.before["merged_into"])
    await part(session, PersonCopyRow, winner_id, change.resource_id)
    moved = await moved_by_merge(session, _UPDATED, "person_id", [change.resource_id], via=_VIA)
    back = and_(RegistrationRow.id.in_(moved), RegistrationRow.person_id == winner_id)
    for row in (rows := await _locked(session, back)):
        row.person_id = change.resource_id
    await _save(session, change, _UPDATED, rows)


async def _locked(session: AsyncSession, where: ColumnElement[bool]) -> list[RegistrationRow]:
    """Registrations, with their events before them, as everybody who holds both."""
    at = select(RegistrationRow.event_id).where(where)
    await session.execute(select(EventRow.id).where(EventRow.id.in_(at)).order_by(EventRow.id).with_for_update())
    rows = select(RegistrationRow).where(where).order_by(RegistrationRow.id).with_for_update()
    return list(await session.scalars(rows))


async def _save(
    session: AsyncSession, change: Change, type: str, rows: Sequence[RegistrationRow], about: Sequence[UUID] = ()
) -> None:
    caller = Caller(change.actor, "service", via=_VIA)
    await save_all(session, caller, type, rows, required_scopes=SEEN_WITH, also_about=about)


async def mark_deleted(session: AsyncSession, change: Change) -> None:
    """Keep the name of an organisation that is gone; its past registrations stay."""
    copy = await _held(session, change.resource_id)
    copy.names = copy.names or change.before.get("names")
    copy.source_version = max(copy.source_version, change.resource_version)
    if copy.names is not None and copy.status != "merged":
        copy.status = "deleted"
    await session.flush()


async def _held(session: AsyncSession, id: UUID) -> OrganisationCopyRow:
    return (await _all_held(session, {id}))[id]


async def _all_held(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, OrganisationCopyRow]:
    """The copies, locked against registrations that are being made for them; made where there are none."""
    of = OrganisationCopyRow
    new = select(func.unnest(cast(sorted(ids), ARRAY(Uuid))), literal("unknown"), literal(0))
    await session.execute(insert(of).from_select(["id", "status", "source_version"], new).on_conflict_do_nothing())
    held = select(of).where(of.id.in_(ids)).order_by(of.id).with_for_update()
    return {row.id: row for row in await session.scalars(held.execution_options(populate_existing=True))}


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
_KEEP_COPIES = Together(keep_copies)
HANDLERS: dict[str, Handler] = {
    **{f"{_KIND}.{verb}": _KEEP_COPIES for verb in ("created", "updated", "archived", "restored")},
    f"{_KIND}.merged": follow_merge,
    f"{_KIND}.unmerged": follow_undo,
    f"{_KIND}.deleted": mark_deleted,
    "members.person.merged": follow_person_merge,
    "members.person.unmerged": follow_person_undo,
    **consent_handlers(PersonCopyRow),
}
