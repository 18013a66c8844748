"""Who is a member of what, and when: terms that follow one another, end, leave gaps and begin again."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from deploy.demo.institutions import CONVENTION_SIGNED, Institution, members, signatories

FULL = "full-member"
ASSOCIATE = "associate-member"
SIGNATORY = "convention-signatory"


@dataclass(frozen=True, slots=True)
class MembershipType:
    """A kind of membership: rolling, `months` from its start, or fixed to the calendar year."""

    key: str
    zh: str
    en: str
    period: Literal["rolling", "fixed"]
    months: int
    grace_days: int
    entitlements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stay:
    """One organisation's membership: its terms, oldest first, both days counted."""

    key: str
    organisation: str
    type: str
    terms: tuple[tuple[date, date], ...]


def membership_types() -> Iterator[MembershipType]:
    """The three kinds."""
    yield MembershipType(FULL, "正式会员", "Full member", "rolling", 12, 60, ("vote", "member-price", "site-listing"))
    yield MembershipType(ASSOCIATE, "联系会员", "Associate member", "fixed", 12, 30, ("member-price",))
    yield MembershipType(SIGNATORY, "公约签署媒体", "Convention signatory", "rolling", 36, 90, ("shared-resources",))


def stays() -> Iterator[Stay]:
    """The 35 signatories from the day of signing, and the alliance's members with their histories."""
    for signatory in signatories():
        years = (CONVENTION_SIGNED, date(2027, 12, 6))
        yield Stay(f"membership-{signatory.key}", signatory.key, SIGNATORY, (years,))
    for number, member in enumerate(members()):
        yield _associate(number, member) if number % 4 == 3 else _full(number, member)


def _associate(number: int, member: Institution) -> Stay:
    """Calendar years; every fifth of them stayed away in 2023 and came back."""
    years = [year for year in range(2021 + number % 3, 2027) if not (number % 5 == 2 and year == 2023)]
    terms = tuple((date(year, 1, 1), date(year, 12, 31)) for year in years)
    return Stay(f"membership-{member.key}", member.key, ASSOCIATE, terms)


def _full(number: int, member: Institution) -> Stay:
    """Years from the day of joining: most unbroken, some ended, some with a gap and a second beginning."""
    month, day = number % 12 + 1, number % 28 + 1
    first = 2019 + number % 4
    match number % 9:
        case 4:  # left in 2023 without renewing, rejoined more than a year later, on another day
            terms = _years(first, 2023, month, day) + _years(2025, 2027, 3, 1)
        case 6:  # never renewed after 2025
            terms = _years(first, 2025, month, day)
        case _:
            terms = _years(first, 2027, month, day)
    return Stay(f"membership-{member.key}", member.key, FULL, terms)


def _years(first: int, end: int, month: int, day: int) -> tuple[tuple[date, date], ...]:
    """Terms of a year each that begin in `first` and the years after, the last one ending in `end`."""
    starts = [date(year, month, day) for year in range(first, end + 1)]
    return tuple((start, _eve(following)) for start, following in itertools.pairwise(starts))


def _eve(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)
