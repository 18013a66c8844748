"""On which day of a year an edition begins."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from services.contracts.events.series import FixedDate, NthWeekday, YearlyRule
from services.events.features.series.dates import first_day

RULE: TypeAdapter[FixedDate | NthWeekday] = TypeAdapter(YearlyRule)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def nth(month: int, occurrence: str, weekday: str) -> FixedDate | NthWeekday:
    return RULE.validate_python({"kind": "nth_weekday", "month": month, "occurrence": occurrence, "weekday": weekday})


@pytest.mark.parametrize(
    ("rule", "year", "day"),
    [
        (nth(10, "second", "saturday"), 2026, date(2026, 10, 10)),
        (nth(10, "second", "saturday"), 2027, date(2027, 10, 9)),
        (nth(5, "first", "monday"), 2028, date(2028, 5, 1)),
        (nth(2, "last", "tuesday"), 2028, date(2028, 2, 29)),
        (nth(2, "last", "sunday"), 2027, date(2027, 2, 28)),
        (RULE.validate_python({"kind": "fixed_date", "date": "05-29"}), 2027, date(2027, 5, 29)),
        (RULE.validate_python({"kind": "fixed_date", "date": "02-29"}), 2028, date(2028, 2, 29)),
        (RULE.validate_python({"kind": "fixed_date", "date": "02-29"}), 2027, date(2027, 2, 28)),
        (RULE.validate_python({"kind": "fixed_date", "date": "02-29"}), 2100, date(2100, 2, 28)),
        (None, 2027, date(2027, 2, 28)),
    ],
)
def test_names_the_day(rule: FixedDate | NthWeekday | None, year: int, day: date) -> None:
    assert first_day(rule, year, date(2024, 2, 29)) == day


@given(
    month=st.integers(1, 12),
    occurrence=st.sampled_from(("first", "second", "third", "fourth", "last")),
    weekday=st.sampled_from(DAYS),
    year=st.integers(1970, 2100),
)
def test_counts_weekdays_within_the_month(month: int, occurrence: str, weekday: str, year: int) -> None:
    found = first_day(nth(month, occurrence, weekday), year, date(2000, 1, 1))
    days = [date(year, month, d) for d in range(1, 32) if d <= _last(year, month)]
    same = [day for day in days if day.weekday() == DAYS.index(weekday)]
    assert found == (
        same[-1] if occurrence == "last" else same[["first", "second", "third", "fourth"].index(occurrence)]
    )


def _last(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1).day


@pytest.mark.parametrize("day", ["02-30", "04-31", "13-01", "00-10", "5-29", "05-29\n"])
def test_refuses_days_that_no_year_has(day: str) -> None:
    with pytest.raises(ValueError, match=r"pattern|string_too_long"):
        RULE.validate_python({"kind": "fixed_date", "date": day})
