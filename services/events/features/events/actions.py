"""What happens to events."""

from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.events.event import EventCreate, EventUpdate
from services.events.features.events.queries import events
from services.events.features.registrations import places
from services.events.features.registrations.entrances import DESK, DOORS
from services.events.tables.admission_type import AdmissionTypeRow
from services.events.tables.event import EventRow
from services.kit.auth import Caller, staff_only
from services.kit.changes import save
from services.kit.custom.values import check_given, give
from services.kit.db import now, refused_by
from services.kit.errors import Conflict, Contradiction, NotFound
from services.kit.etag import IfMatch, held
from services.kit.patching import patch

SEEN_WITH = ["events:read"]

_NEXT: Final[dict[str, dict[str, str]]] = {
    # status → the ones that may follow, and what the change is called
    "draft": {"published": "published", "cancelled": "cancelled"},
    "published": {"closed": "closed", "cancelled": "cancelled"},
    "closed": {"published": "reopened", "completed": "completed", "cancelled": "cancelled"},
    "completed": {},
    "cancelled": {},
}


class WrongTransition(Conflict):
    """An event cannot go from its state to that one.

    It goes from draft to published, closed (and back to published) and completed; the first three may be cancelled.
    """


class EditionTaken(Conflict):
    """The series has an edition in that year.

    Find it with `GET /v1/events?series_id=…&edition_year=…`.
    """


class NoSuchSeries(NotFound):
    """There is no series with the given id.

    `GET /v1/series` lists them.
    """


class NotADraft(Conflict):
    """Only a draft can be deleted.

    Cancel the event instead: those who know of it are told so.
    """


async def create(session: AsyncSession, caller: Caller, new: EventCreate) -> EventRow:
    """Add an event, as a draft."""
    staff_only(caller)
    row = EventRow(**new.model_dump(exclude={"starts", "ends", "custom"}), starts=new.starts, ends=new.ends)
    await give(session, caller, events, row, new.custom, new=True)
    row.settle()
    _check_times(row)
    session.add(row)
    with (
        refused_by("uq_event_series_id_edition_year", EditionTaken()),
        refused_by("fk_event_series_id", NoSuchSeries()),
    ):
        await save(session, caller, "events.event.created", row, required_scopes=SEEN_WITH)
    return row


async def update(session: AsyncSession, caller: Caller, id: UUID, change: EventUpdate, if_match: IfMatch) -> EventRow:
    """Change an event. Places that a larger capacity frees go to the waitlist in the same transaction."""
    staff_only(caller)
    await check_given(session, caller, events, change.custom)
    await DESK.hold_alone(session, id)
    row = await held(session, caller, events, id, if_match)
    before = row.status
    wording = row.wording()
    patch(row, change, skip=frozenset({"custom"}))
    row.follow(wording)
    if "custom" in change.model_fields_set:
        await give(session, caller, events, row, change.custom, new=False)  # type: ignore[arg-type]
    row.settle()
    _check_times(row)
    verb = "updated" if row.status == before else _NEXT[before].get(row.status)
    if verb is None:
        raise WrongTransition(f"It is {before} and cannot become {row.status}.")
    if verb == "published" and row.published_at is None:
        row.published_at = now()
    if "capacity" in change.model_fields_set:
        await places.refuse_below_taken(session, row)
    with (
        refused_by("uq_event_series_id_edition_year", EditionTaken()),
        refused_by("fk_event_series_id", NoSuchSeries()),
    ):
        await save(session, caller, f"events.event.{verb}", row, required_scopes=SEEN_WITH)
    await places.fill(session, caller, row)
    if row.status != before:
        await DOORS.hold_alone(session, row.id)
    return row


async def delete(session: AsyncSession, caller: Caller, id: UUID, if_match: IfMatch) -> None:
    """Remove a draft with its admission types."""
    staff_only(caller)
    await DESK.hold_alone(session, id)
    row = await held(session, caller, events, id, if_match)
    if row.status != "draft":
        raise NotADraft(f"It is {row.status}.")
    for admission in await session.scalars(select(AdmissionTypeRow).where(AdmissionTypeRow.event_id == row.id)):
        await session.delete(admission)
        await save(session, caller, "events.admission_type.deleted", admission, required_scopes=SEEN_WITH)
    await session.delete(row)
    await save(session, caller, "events.event.deleted", row, required_scopes=SEEN_WITH)


def _check_times(row: EventRow) -> None:
    if row.ends_at < row.starts_at:
        raise Contradiction.value("/ends", "before_start", "It cannot end before it starts.")
    opens, closes = row.registration_opens_at, row.registration_closes_at
    if opens is not None and closes is not None and closes < opens:
        raise Contradiction.value("/registration_closes_at", "before_opening", "It cannot close before it opens.")
