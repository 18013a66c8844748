"""Unbroken runs of membership days, and the gaps between them. Dates only; no clock, no database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import inf

Days = tuple[float, float]
"""From an ordinal day up to another, which is not part of it; `inf` for no end."""


@dataclass(frozen=True, slots=True)
class Run:
    """Days in a row, both ends included."""

    starts_on: date
    ends_on: date


def runs_of(days: Iterable[Days]) -> list[Run]:
    """Stretches of days as unbroken runs, oldest first: those that overlap or follow one another are one."""
    united: list[list[float]] = []
    for start, end in sorted(days):
        if united and start <= united[-1][1]:
            united[-1][1] = max(united[-1][1], end)
        else:
            united.append([start, end])
    return [Run(date.fromordinal(int(start)), date.fromordinal(int(end) - 1)) for start, end in united]


def gaps_between(runs: Sequence[Run]) -> list[Run]:
    """The days between one run and the next."""
    return [
        Run(date.fromordinal(before.ends_on.toordinal() + 1), date.fromordinal(after.starts_on.toordinal() - 1))
        for before, after in pairwise(runs)
    ]


def days_held(terms: Iterable[Run], decisions: Sequence[tuple[date, bool]]) -> list[Days]:
    """The days of one membership's terms, less those taken away by its decisions.

    `decisions` are in the order they count: the day one takes effect, and whether it ends the membership.
    """
    held: list[Days] = [(term.starts_on.toordinal(), term.ends_on.toordinal() + 1) for term in terms]
    effective = [float(day.toordinal()) for day, _ in decisions]
    for (_, ends), taken in zip(decisions, pairwise([*effective, inf]), strict=True):
        if ends and taken[0] < taken[1]:
            held = [part for days in held for part in _without(days, taken)]
    return held


def _without(days: Days, taken: Days) -> list[Days]:
    parts = [(days[0], min(days[1], taken[0])), (max(days[0], taken[1]), days[1])]
    return [part for part in parts if part[0] < part[1]]
