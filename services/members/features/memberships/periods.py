"""The calendar of terms: when the next one starts and how long it lasts. Dates only; no clock, no database."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Protocol

from services.contracts.members.membership_type import FixedPeriod, RollingPeriod

_DAY = timedelta(days=1)


class Dated(Protocol):
    """A term, as far as the calendar is concerned."""

    @property
    def ends_on(self) -> date: ...

    @property
    def grace_until(self) -> date: ...


def next_start(terms: Sequence[Dated], today: date, *, ended: bool) -> date:
    """The first day of a term that is added without one.

    The day after the last term while that runs or is in its grace, so that a late payment leaves no gap. Otherwise
    today; a membership that a decision has `ended` goes on today too, but never within a term it has already.
    """
    if not terms:
        return today
    last = max(terms, key=lambda term: term.ends_on)
    following = last.ends_on + _DAY
    return following if today <= last.grace_until and not ended else max(today, following)


def end_of_term(period: RollingPeriod | FixedPeriod, starts_on: date) -> date:
    """The last day of a term that starts on a day. `ValueError` or `OverflowError` beyond the year 9999."""
    if isinstance(period, RollingPeriod):
        return months_after(starts_on, period.months) - _DAY
    year_begins = date(starts_on.year, period.start_month, period.start_day)
    if year_begins <= starts_on:
        year_begins = year_begins.replace(year=starts_on.year + 1)
    return year_begins - _DAY


def months_after(day: date, months: int) -> date:
    """The same day so many months later. One that month lacks counts as the first of the following month, so a term of
    n months is never shorter than n months."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    month += 1
    length = monthrange(year, month)[1]
    return date(year, month, day.day) if day.day <= length else date(year, month, length) + _DAY


def end_of_grace(ends_on: date, grace_days: int) -> date:
    """The last day of grace after a term; the calendar's last day where it ends."""
    return date.fromordinal(min(ends_on.toordinal() + grace_days, date.max.toordinal()))
