"""Events as iCalendar (RFC 5545), in a form that calendar programs keep subscribed to."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from icalendar import Calendar, Event

from services.events.features.calendar.queries import Entry
from services.events.features.calendar.zones import zone_component
from services.kit.names import display_name

PRODUCT: Final = "-//Alliance CRM//Events//EN"
REFRESH: Final = timedelta(hours=6)
_TITLE: Final = {"en": "Alliance events", "zh": "联盟活动"}
_STATUS: Final = {"cancelled": "CANCELLED"}


def calendar_of(entries: Sequence[Entry], language: str) -> bytes:
    """A calendar of events, told in a language where they have it. The same events give the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("name", display_name(_TITLE, language))
    calendar.add("x-wr-calname", display_name(_TITLE, language))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for zone, (first, last) in sorted(_zones(entries).items()):
        calendar.add_component(zone_component(zone, first - 1, last + 1))
    for entry in entries:
        calendar.add_component(_event(entry, language))
    return bytes(calendar.to_ical())


def _event(entry: Entry, language: str) -> Event:
    event = Event()
    event.add("uid", str(entry.id))
    # Without a METHOD the stamp is the last revision (RFC 5545, 3.8.7.2): what did not change stays the same.
    event.add("dtstamp", entry.updated_at.astimezone(UTC).replace(microsecond=0))
    event.add("created", entry.created_at.astimezone(UTC).replace(microsecond=0))
    event.add("last-modified", entry.updated_at.astimezone(UTC).replace(microsecond=0))
    event.add("sequence", entry.version - 1)
    event.add("dtstart", _on_the_clock(entry.starts, entry.starts_zone))
    if entry.ends != entry.starts or entry.ends_zone != entry.starts_zone:
        event.add("dtend", _on_the_clock(entry.ends, entry.ends_zone))
    event.add("summary", display_name(entry.names, language))
    event.add("status", _STATUS.get(entry.status, "CONFIRMED"))
    event.add("class", "PUBLIC")
    if place := _place(entry, language):
        event.add("location", place)
    if description := _told(entry, language):
        event.add("description", description)
    return event


def _on_the_clock(local: datetime, zone: str) -> datetime:
    return local.replace(tzinfo=UTC if zone == "UTC" else ZoneInfo(zone))


def _place(entry: Entry, language: str) -> str:
    venue = display_name(entry.venue, language) if entry.venue else None
    return ", ".join(part for part in (venue, entry.city, _country(entry.country, language)) if part)


def _country(code: str | None, language: str) -> str | None:
    if code is None:
        return None
    try:
        locale = Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    name: str | None = locale.territories.get(code)
    return name or code


def _told(entry: Entry, language: str) -> str:
    parts: list[Mapping[str, str] | None] = [entry.theme, entry.texts]
    return "\n\n".join(display_name(part, language) for part in parts if part)


def _zones(entries: Sequence[Entry]) -> dict[str, tuple[int, int]]:
    """Each zone that is used, with the years it is used in."""
    years: dict[str, tuple[int, int]] = {}
    for entry in entries:
        for local, zone in ((entry.starts, entry.starts_zone), (entry.ends, entry.ends_zone)):
            if zone != "UTC":
                first, last = years.get(zone, (local.year, local.year))
                years[zone] = (min(first, local.year), max(last, local.year))
    return years
