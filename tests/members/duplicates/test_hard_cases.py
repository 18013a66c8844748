"""Cases written by hand: one is told from two in both languages, whatever is missing or misspelt."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from services.members.matching import LIKELY, Counted, Kind, Record, compare, match, prepare, score_of
from tests.members.duplicates import hard_organisations, hard_people
from tests.members.duplicates.institutions import Institutions
from tests.members.duplicates.people import People

STRANGERS: dict[Kind, list[Record]] = {
    "organisations": Institutions(7).draw(150).records,
    "persons": People(7).draw(150).records,
}
Cases = Sequence[tuple[Record, Record]]


def called_one(kind: Kind, cases: Cases) -> list[bool]:
    """Of each pair whether it is found and likely, among strangers."""
    strangers = [prepare(kind, one) for one in STRANGERS[kind]]
    found = []
    for left, right in cases:
        two = [prepare(kind, replace(one, id=id)) for id, one in (("left", left), ("right", right))]
        frequencies = Counted.of((one.keys for one in (*strangers, *two)), len(strangers) + 2)
        likely = score_of(compare(kind, two[0], two[1], frequencies)) >= LIKELY
        found.append(likely and bool(match(kind, [one.record for one in two], from_score=0.0)))
    return found


@pytest.mark.parametrize(
    ("kind", "one", "two"),
    [
        ("organisations", hard_organisations.ONE, hard_organisations.TWO),
        ("persons", hard_people.ONE, hard_people.TWO),
    ],
)
def test_one_is_told_from_two(kind: Kind, one: Cases, two: Cases) -> None:
    missed = [pair for pair, likely in zip(one, called_one(kind, one), strict=True) if not likely]
    wrong = [pair for pair, likely in zip(two, called_one(kind, two), strict=True) if likely]
    assert (missed, wrong) == ([], [])
