"""A zone's rules as iCalendar tells them, for programs that do not know the zone by its name.

Written here because the library's own tells the beginning of summer time an hour late: an onset is stated on the clock
as it went before (RFC 5545, 3.6.5).
"""

import functools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


@functools.lru_cache(maxsize=500)
def zone_component(name: str, first_year: int, last_year: int) -> Timezone:
    """The rules from the beginning of the first year to the end of the last. Found once: looking takes milliseconds."""
    zone = ZoneInfo(name)
    component = Timezone()
    component.add("tzid", name)
    start = datetime(first_year, 1, 1, tzinfo=UTC)
    onsets: dict[tuple[timedelta, timedelta, str, bool], list[datetime]] = {}
    offset = _offset(zone, start)
    onsets[(offset, *_kind(zone, start))] = [start.replace(tzinfo=None) + offset]
    for moment in _changes(zone, start, datetime(last_year + 1, 1, 1, tzinfo=UTC)):
        before = _offset(zone, moment - _SECOND)
        onsets.setdefault((before, *_kind(zone, moment)), []).append(moment.replace(tzinfo=None) + before)
    for (before, after, abbreviation, is_summer), (first, *others) in onsets.items():
        observance = TimezoneDaylight() if is_summer else TimezoneStandard()
        observance.add("dtstart", first)
        if others:
            observance.add("rdate", others)
        observance.add("tzoffsetfrom", before)
        observance.add("tzoffsetto", after)
        observance.add("tzname", abbreviation)
        component.add_component(observance)
    return component


def _changes(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[datetime]:
    """The moments at which the zone's clock is set, to the second."""
    while start < end:
        following = start + _DAY
        if _kind(zone, start) != _kind(zone, following):
            before, after = start, following
            while after - before > _SECOND:
                middle = before + (after - before) // 2
                middle = middle.replace(microsecond=0)
                before, after = (middle, after) if _kind(zone, middle) == _kind(zone, start) else (before, middle)
            yield after
        start = following


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _kind(zone: ZoneInfo, moment: datetime) -> tuple[timedelta, str, bool]:
    local = moment.astimezone(zone)
    return local.utcoffset() or timedelta(), local.tzname() or str(local.utcoffset()), bool(local.dst())
