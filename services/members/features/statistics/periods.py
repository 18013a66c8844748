"""Months, quarters and years between two days. Dates only; no clock, no database."""

from datetime import date, timedelta

from services.contracts.members.statistics import Interval

_MONTHS: dict[str, int] = {"month": 1, "quarter": 3, "year": 12}


def periods_between(first: date, last: date, interval: Interval, most: int) -> list[tuple[date, date]] | None:
    """First and last day of each calendar period, those at the ends cut off; None when they are more than `most`."""
    months = _MONTHS[str(interval)]
    found: list[tuple[date, date]] = []
    starts_on = first
    while starts_on <= last:
        if len(found) == most:
            return None
        ends_on = min(last, _next(starts_on, months) - timedelta(days=1))
        found.append((starts_on, ends_on))
        starts_on = ends_on + timedelta(days=1)
    return found


def _next(day: date, months: int) -> date:
    """The first day of the calendar period behind the one that the day lies in."""
    index = (day.year * 12 + day.month - 1) // months * months + months
    return date(index // 12, index % 12 + 1, 1)
