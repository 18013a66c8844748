"""Zones in calendars, for programs that do not know them by name."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.events.features.calendar.zones import zone_component


@pytest.mark.parametrize(
    "name",
    [
        "Europe/Paris",
        "America/New_York",
        "Australia/Lord_Howe",
        "Africa/Casablanca",
        "Europe/Dublin",
        "Asia/Kathmandu",
        "America/Nuuk",
    ],
)
def test_each_onset_is_the_moment_the_clock_is_set(name: str) -> None:
    zone, second = ZoneInfo(name), timedelta(seconds=1)
    told: dict[datetime, tuple[timedelta, timedelta]] = {}
    observances: list[Any] = zone_component(name, 2026, 2028).subcomponents
    for observance in observances:
        before, after = observance["TZOFFSETFROM"].td, observance["TZOFFSETTO"].td
        further = observance.get("RDATE")
        onsets = [observance["DTSTART"].dt, *([date.dt for date in further.dts] if further else [])]
        told.update({(onset - before).replace(tzinfo=UTC): (before, after) for onset in onsets})
    start = datetime(2026, 1, 1, tzinfo=UTC)
    hours = [start + timedelta(minutes=30 * n) for n in range(3 * 365 * 48)]
    set_at = [h for h in hours if (h - second).astimezone(zone).utcoffset() != h.astimezone(zone).utcoffset()]
    assert sorted(told) == [start, *set_at]
    for onset, (before, after) in told.items():
        assert onset.astimezone(zone).utcoffset() == after
        assert onset == start or (onset - second).astimezone(zone).utcoffset() == before
