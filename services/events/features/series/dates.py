"""On which day of a year an edition begins."""

import calendar
from datetime import date, timedelta

from services.contracts.events.series import FixedDate, NthWeekday

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKS_AFTER_FIRST = {"first": 0, "second": 1, "third": 2, "fourth": 3}


def first_day(rule: FixedDate | NthWeekday | None, year: int, last: date) -> date:
    """The day the rule names in a year; without a rule, the date of the `last` edition."""
    match rule:
        case NthWeekday():
            return _nth_weekday(rule, year)
        case FixedDate():
            month, day = map(int, rule.date.split("-"))
        case None:
            month, day = last.month, last.day
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def _nth_weekday(rule: NthWeekday, year: int) -> date:
    wanted = _WEEKDAYS.index(rule.weekday)
    if rule.occurrence == "last":
        end = date(year, rule.month, calendar.monthrange(year, rule.month)[1])
        return end - timedelta(days=(end.weekday() - wanted) % 7)
    begin = date(year, rule.month, 1)
    first = begin + timedelta(days=(wanted - begin.weekday()) % 7)
    return first + timedelta(weeks=_WEEKS_AFTER_FIRST[rule.occurrence])
