"""What liaison does when an organisation changes in members: copies of names follow, and links of counterparts too."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.change import Change
from services.kit.auth import Caller
from services.kit.changes import save
from services.kit.inbox import Handler, Together
from services.kit.merges import leading_to, moved_by_merge
from services.kit.person_copies import consent_handlers, part, unite
from services.liaison.callers import scopes_to_read
from services.liaison.tables import ContactRow, CounterpartRow, OrganisationCopyRow, PersonCopyRow

_VIA = "service:liaison"
_COUNTERPART = "liaison.counterpart.updated"
_CONTACT = "liaison.contact.updated"
_COPIED = ("names", "status", "merged_into")


async def follow(session: AsyncSession, changes: Sequence[Change]) -> None:
    """Organisations were made, edited, archived or brought back."""
    told: dict[UUID, dict[str, Any]] = {}
    for change in changes:
        one = {name: change.after[name] for name in _COPIED if name in change.after}
        if one.get("merged_into") is not None:
            one["merged_into"] = UUID(one["merged_into"])
        told[change.resource_id] = told.get(change.resource_id, {}) | one
    await _copy(session, told)


async def follow_merge(session: AsyncSession, change: Change) -> None:
    """An organisation was merged into another: counterparts that are linked to it are linked to that one."""
    await follow(session, [change])
    winner = await _last_of_merges(session, UUID(change.after["merged_into"]))
    await _link(session, change, winner)


async def follow_undo(session: AsyncSession, change: Change) -> None:
    """A merge was undone: counterparts whose links followed it are linked as before."""
    await follow(session, [change])
    left = await leading_to(session, OrganisationCopyRow, change.resource_id)
    winner = await _last_of_merges(session, UUID(change.before["merged_into"]))
    moved = await moved_by_merge(session, _COUNTERPART, "organisation_id", left, via=_VIA)
    back = and_(CounterpartRow.id.in_(moved), CounterpartRow.organisation_id == winner)
    await _relink(session, change, back, change.resource_id, [] if winner is None else [winner])


async def follow_person_merge(session: AsyncSession, change: Change) -> None:
    """A person was merged into another: contacts are the other, and what was decided last counts."""
    winner_id = UUID(change.after["merged_into"])
    await unite(session, PersonCopyRow, winner_id, change.resource_id)
    await _name(session, change, ContactRow.person_id == change.resource_id, winner_id)


async def follow_person_undo(session: AsyncSession, change: Change) -> None:
    """The persons are two again: contacts that followed the merge are who they were."""
    winner_id = UUID(change.before["merged_into"])
    await part(session, PersonCopyRow, winner_id, change.resource_id)
    moved = await moved_by_merge(session, _CONTACT, "person_id", [change.resource_id], via=_VIA)
    await _name(session, change, and_(ContactRow.id.in_(moved), ContactRow.person_id == winner_id), change.resource_id)


async def _name(session: AsyncSession, change: Change, where: ColumnElement[bool], person_id: UUID) -> None:
    caller = Caller(change.actor, "service", via=_VIA)
    contacts = await session.scalars(select(ContactRow).where(where).order_by(ContactRow.id).with_for_update())
    for row in list(contacts):
        row.person_id = person_id
        await save(session, caller, _CONTACT, row, required_scopes=scopes_to_read())


async def follow_deletion(session: AsyncSession, change: Change) -> None:
    """An organisation was deleted: counterparts stay, without a link."""
    await _copy(session, {change.resource_id: {"names": None, "status": "deleted", "merged_into": None}})
    await _link(session, change, None)


async def _copy(session: AsyncSession, told: Mapping[UUID, Mapping[str, Any]]) -> None:
    """Keep what is told of organisations: at once what the same fields are told of."""
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for id in sorted(told):
        alike.setdefault(tuple(told[id]), []).append({"id": id, "status": "untold", **told[id]})
    for fields, rows in alike.items():
        statement = insert(OrganisationCopyRow)
        new = {field: statement.excluded[field] for field in fields}
        kept = statement.on_conflict_do_update(index_elements=["id"], set_=new) if new else None
        await session.execute(statement.on_conflict_do_nothing() if kept is None else kept, rows)


async def _last_of_merges(session: AsyncSession, id: UUID) -> UUID | None:
    """Where merges lead from here, held until the transaction ends; None when that was deleted."""
    seen: set[UUID] = set()
    while id not in seen:
        seen.add(id)
        await _copy(session, {id: {}})
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
    await _relink(
        session, change, CounterpartRow.organisation_id == change.resource_id, organisation_id, [change.resource_id]
    )


async def _relink(
    session: AsyncSession,
    change: Change,
    where: ColumnElement[bool],
    organisation_id: UUID | None,
    about: Sequence[UUID],
) -> None:
    caller = Caller(change.actor, "service", via=_VIA)
    linked = await session.scalars(
        select(CounterpartRow).where(where).order_by(CounterpartRow.id).with_for_update(of=CounterpartRow)
    )
    for row in list(linked):
        row.organisation_id = organisation_id
        await save(session, caller, _COUNTERPART, row, required_scopes=scopes_to_read(), also_about=about)


_FOLLOW = Together(follow)
HANDLERS: Mapping[str, Handler] = {
    "members.organisation.created": _FOLLOW,
    "members.organisation.updated": _FOLLOW,
    "members.organisation.archived": _FOLLOW,
    "members.organisation.restored": _FOLLOW,
    "members.organisation.merged": follow_merge,
    "members.organisation.unmerged": follow_undo,
    "members.organisation.deleted": follow_deletion,
    "members.person.merged": follow_person_merge,
    "members.person.unmerged": follow_person_undo,
    **consent_handlers(PersonCopyRow),
}
