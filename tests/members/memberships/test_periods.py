"""The calendar of terms, against models that count days one by one."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.members.membership_type import FixedPeriod, RollingPeriod
from services.members.features.memberships.periods import end_of_grace, end_of_term, next_start

DAY = timedelta(days=1)
days = st.dates(date(1996, 1, 1), date(2104, 12, 31))


@dataclass(frozen=True)
class Term:
    ends_on: date
    grace_until: date


@given(days, st.integers(1, 26))
def test_a_rolling_term_ends_when_so_many_months_are_full(start: date, months: int) -> None:
    day, full = start, 0
    while full < months:
        day += DAY
        full = (day.year - start.year) * 12 + day.month - start.month - (day.day < start.day)
    assert end_of_term(RollingPeriod(kind="rolling", months=months), start) == day - DAY


@given(days, st.integers(1, 12), st.integers(1, 28))
def test_a_fixed_term_ends_before_the_next_year_begins(start: date, month: int, day: int) -> None:
    last = start
    while (last + DAY).timetuple()[1:3] != (month, day):
        last += DAY
    assert end_of_term(FixedPeriod(kind="fixed", start_month=month, start_day=day), start) == last


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2024-01-01", 12, "2024-12-31"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2023-03-01", 12, "2024-02-29"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2023-12-31", 2, "2024-02-29"),
        ("2023-12-31", 12, "2024-12-30"),
    ],
)
def test_months_at_their_ends(start: str, months: int, end: str) -> None:
    period = RollingPeriod(kind="rolling", months=months)
    assert end_of_term(period, date.fromisoformat(start)) == date.fromisoformat(end)


@pytest.mark.parametrize(
    ("today", "ended", "start"),
    [
        ("2024-06-01", False, "2025-01-01"),
        ("2024-12-31", False, "2025-01-01"),
        ("2025-01-01", False, "2025-01-01"),
        ("2025-01-30", False, "2025-01-01"),
        ("2025-01-31", False, "2025-01-31"),
        ("2025-01-30", True, "2025-01-30"),
        ("2024-06-01", True, "2025-01-01"),
    ],
)
def test_a_renewal_goes_on_through_the_grace_and_starts_anew_after_it(today: str, ended: bool, start: str) -> None:
    terms = [
        Term(date(2024, 12, 31), date(2025, 1, 30)),
        Term(date(2022, 12, 31), date(2023, 1, 30)),
    ]
    assert next_start(terms, date.fromisoformat(today), ended=ended) == date.fromisoformat(start)


def test_the_first_term_starts_today() -> None:
    assert next_start([], date(2024, 2, 29), ended=False) == date(2024, 2, 29)


def test_grace_stops_where_the_calendar_does() -> None:
    assert end_of_grace(date(2024, 2, 28), 1) == date(2024, 2, 29)
    assert end_of_grace(date(9999, 12, 1), 365) == date.max
