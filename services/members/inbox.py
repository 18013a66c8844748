"""What members does when events and liaison tell of something: it keeps the facts that segments go by (tables.facts).

Changes of one record come in order, those of different records in any. So each handler writes its own columns only, and
arrivals at the door are counted up and down.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.change import Change
from services.kit.inbox import Handler, Together
from services.members.tables.facts import AttendanceFactRow, ContactFactRow, EventFactRow, write_in_turn


async def follow_event(session: AsyncSession, change: Change) -> None:
    """An event was made or changed: its series, the year it begins in at its venue, and its last day there."""
    told: dict[str, Any] = {}
    if "series_id" in change.after:
        told["series_id"] = _id(change.after["series_id"])
    if change.after.get("starts_local"):
        told["year"] = int(change.after["starts_local"][:4])
    if change.after.get("ends_local"):
        told["ends_on"] = date.fromisoformat(change.after["ends_local"][:10])
    await _keep(session, EventFactRow, "event_id", change.resource_id, told)


async def forget_event(session: AsyncSession, change: Change) -> None:
    """A draft was deleted."""
    await session.execute(delete(EventFactRow).where(EventFactRow.event_id == change.resource_id))


async def follow_registrations(session: AsyncSession, changes: Sequence[Change]) -> None:
    """Registrations were taken, changed, promoted, moved to another organisation, cancelled or made anonymous."""
    told: dict[UUID, dict[str, Any]] = {}
    for change in changes:
        told.setdefault(change.resource_id, {}).update(_of_registration(change))
    # What is told differs: each statement is about those of which the same is told.
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for id, values in sorted(told.items()):
        if values:
            alike.setdefault(tuple(sorted(values)), []).append({"registration_id": id, **values})
    await write_in_turn(session)
    for names, rows in alike.items():
        statement = insert(AttendanceFactRow).values(rows)
        told_now = {name: statement.excluded[name] for name in names}
        await session.execute(statement.on_conflict_do_update(index_elements=["registration_id"], set_=told_now))


def _of_registration(change: Change) -> dict[str, Any]:
    told: dict[str, Any] = {
        name: _id(change.after[name]) for name in ("organisation_id", "event_id", "person_id") if name in change.after
    }
    # What is left out of a new registration is nobody; what is left out of a change stays as it was.
    if "person_id" in told or change.type == "events.registration.created":
        told["person_version"] = change.resource_version
    if "status" in change.after:
        told["status"] = change.after["status"]
    return told


async def count_arrivals(session: AsyncSession, changes: Sequence[Change]) -> None:
    """Participants were let in, or check-ins taken back."""
    counts: Counter[UUID] = Counter()
    for change in changes:
        if change.type == "events.check_in.created":
            counts[UUID(change.after["registration_id"])] += 1
        else:
            counts[UUID(change.before["registration_id"])] -= 1
    await write_in_turn(session)
    rows = [{"registration_id": id, "check_ins": by} for id, by in sorted(counts.items())]
    statement = insert(AttendanceFactRow).values(rows)
    counted = AttendanceFactRow.check_ins + statement.excluded.check_ins
    await session.execute(
        statement.on_conflict_do_update(index_elements=["registration_id"], set_={"check_ins": counted})
    )


async def follow_contact(session: AsyncSession, change: Change) -> None:
    """An organisation was spoken to, or turned out not to have been."""
    if "last_contact_on" in change.after:
        given = change.after["last_contact_on"]
        told = {"last_on": None if given is None else date.fromisoformat(given)}
        await _keep(session, ContactFactRow, "organisation_id", change.resource_id, told)


def _id(value: str | None) -> UUID | None:
    return None if value is None else UUID(value)


async def _keep(session: AsyncSession, row: Any, key: str, id: UUID, told: Mapping[str, Any]) -> None:
    if told:
        statement = insert(row).values({key: id, **told})
        await session.execute(statement.on_conflict_do_update(index_elements=[key], set_=dict(told)))


_REGISTRATIONS, _ARRIVALS = Together(follow_registrations), Together(count_arrivals)
HANDLERS: Mapping[str, Handler] = {
    **{
        f"events.event.{verb}": follow_event
        for verb in ("created", "updated", "published", "closed", "reopened", "completed", "cancelled")
    },
    "events.event.deleted": forget_event,
    **{
        f"events.registration.{verb}": _REGISTRATIONS
        for verb in ("created", "updated", "promoted", "moved", "cancelled", "erased")
    },
    "events.check_in.created": _ARRIVALS,
    "events.check_in.deleted": _ARRIVALS,
    "liaison.organisation_contact.updated": follow_contact,
}
