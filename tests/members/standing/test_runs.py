"""Runs of membership days and the gaps between them, against a model that looks at each day."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.members.features.standing.runs import Run, days_held, gaps_between, runs_of

FIRST, LENGTH = date(2024, 2, 1), 90
CALENDAR = [FIRST + timedelta(days=n) for n in range(LENGTH)]

days = st.sampled_from(CALENDAR)
terms = st.lists(st.tuples(days, days).map(sorted).map(lambda pair: Run(*pair)), max_size=5)
decisions = st.lists(st.tuples(days, st.booleans()), max_size=5).map(lambda them: sorted(them, key=lambda one: one[0]))


def held_on(day: date, terms: list[Run], decisions: list[tuple[date, bool]]) -> bool:
    begun = [ends for effective_on, ends in decisions if effective_on <= day]
    return any(term.starts_on <= day <= term.ends_on for term in terms) and not (begun and begun[-1])


def dates(runs: list[Run]) -> list[date]:
    return [day for day in CALENDAR if any(run.starts_on <= day <= run.ends_on for run in runs)]


@given(st.lists(st.tuples(terms, decisions), max_size=3))
def test_runs_hold_each_day_that_any_membership_held(
    memberships: list[tuple[list[Run], list[tuple[date, bool]]]],
) -> None:
    runs = runs_of(part for held, decided in memberships for part in days_held(held, decided))
    expected = [day for day in CALENDAR if any(held_on(day, *one) for one in memberships)]
    assert dates(runs) == expected
    gaps = gaps_between(runs)
    between = [day for day in CALENDAR if expected and expected[0] <= day <= expected[-1]]
    assert dates(gaps) == [day for day in between if day not in expected]
    # Neither runs nor gaps touch one another: there is a day of the other between.
    for stretches in (runs, gaps):
        assert all((later.starts_on - earlier.ends_on).days > 1 for earlier, later in pairwise(stretches))


def test_the_last_day_of_the_calendar_is_held() -> None:
    term = Run(date(9999, 12, 1), date.max)
    assert days_held([term], [(date(9999, 12, 31), True)]) == [(term.starts_on.toordinal(), date.max.toordinal())]
    assert runs_of(days_held([term], [])) == [term]
