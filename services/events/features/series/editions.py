"""Making the edition of a year from the last one before it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import extract, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.features.events.actions import EditionTaken
from services.events.features.series.dates import first_day
from services.events.features.series.queries import series
from services.events.tables.admission_type import AdmissionTypeRow
from services.events.tables.event import EventRow, venue_time
from services.kit.auth import Caller, staff_only
from services.kit.changes import save
from services.kit.db import refused_by
from services.kit.errors import Conflict, Contradiction
from services.kit.etag import held
from services.kit.ids import new_id

SEEN_WITH = ["events:read"]
LAST_YEAR = 2199
"""The last one of times at venues (`VenueTime`); instants end with 2999."""
_YEAR = func.coalesce(EventRow.edition_year, extract("year", EventRow.starts_local))


class NoEarlierEdition(Conflict):
    """The series has no edition before that year to make it from.

    Create the first one with `POST /v1/events`, with the series' id and its year.
    """


async def create(session: AsyncSession, caller: Caller, series_id: UUID, year: int) -> EventRow:
    """Add the edition as a draft: the days moved by the rule, the clock times kept; no registration is copied."""
    staff_only(caller)
    # Held, so that a second click waits and then finds what the first one made.
    brand = await held(session, caller, series, series_id)
    last = await session.scalar(
        select(EventRow)
        .where(EventRow.series_id == brand.id, year > _YEAR)
        .order_by(_YEAR.desc(), EventRow.starts_at.desc(), EventRow.id.desc())
        .limit(1)
    )
    if last is None:
        raise NoEarlierEdition()
    days = first_day(brand.yearly_rule, year, last.starts_local.date()) - last.starts_local.date()
    edition = _moved(last, year, days)
    with refused_by("uq_event_series_id_edition_year", EditionTaken(year=year)):
        await save(session, caller, "events.event.created", edition, required_scopes=SEEN_WITH)
    for admission in await session.scalars(
        select(AdmissionTypeRow).where(AdmissionTypeRow.event_id == last.id).order_by(AdmissionTypeRow.id)
    ):
        copy = AdmissionTypeRow(
            event_id=edition.id,
            names=admission.names,
            presence=admission.presence,
            eligibility=admission.eligibility,
            quota=admission.quota,
            price=admission.price,
            member_price=admission.member_price,
        )
        await save(session, caller, "events.admission_type.created", copy, required_scopes=SEEN_WITH)
    return edition


def _moved(last: EventRow, year: int, days: timedelta) -> EventRow:
    ends = last.ends_local + days
    if ends.year > LAST_YEAR:
        raise Contradiction.value("/year", "too_late", f"The edition would end after {LAST_YEAR}.")
    # A theme is chosen for one edition; the brand's texts, the place and the terms are a start for the next.
    edition = EventRow(
        id=new_id(),
        names=_renamed(last, year),
        texts=last.texts,
        series_id=last.series_id,
        edition_year=year,
        format=last.format,
        venue=last.venue,
        city=last.city,
        country=last.country,
        capacity=last.capacity,
        registration_opens_at=_moved_instant(last.registration_opens_at, days, last.starts_zone),
        registration_closes_at=_moved_instant(last.registration_closes_at, days, last.starts_zone),
        visibility=last.visibility,
        custom=last.custom,
        private_custom=last.private_custom,
    )
    edition.starts = venue_time(last.starts_local + days, last.starts_zone)
    edition.ends = venue_time(ends, last.ends_zone)
    edition.settle()
    return edition


def _renamed(last: EventRow, year: int) -> dict[str, str]:
    """The names, with the last edition's year replaced where they tell it."""
    told = str(last.edition_year or last.starts_local.year)
    return {language: name.replace(told, str(year)) for language, name in last.names.items()}


def _moved_instant(at: datetime | None, days: timedelta, zone: str) -> datetime | None:
    """The same time on the venue's clock, so many days later; None where the calendar ends."""
    if at is None:
        return None
    moved = (at.astimezone(ZoneInfo(zone)) + days).astimezone(UTC)
    return moved if moved.year < 3000 else None
