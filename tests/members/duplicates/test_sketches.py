"""The quick look that tells most pairs apart before they are compared: it drops none that a comparison would find."""

from itertools import combinations

import pytest

from services.members.matching import LIKELY, Kind, Record, compare, prepare, score_of
from services.members.matching.frequencies import RAREST
from services.members.matching.pairs import weight
from services.members.matching.resources import are_two, sketch
from tests.members.duplicates import hard_organisations, hard_people
from tests.members.duplicates.institutions import Institutions
from tests.members.duplicates.people import People

RECORDS: dict[Kind, list[Record]] = {
    "organisations": [
        *Institutions(3).draw(60).records,
        *(one for pair in (*hard_organisations.ONE, *hard_organisations.TWO) for one in pair),
    ],
    "persons": [
        *People(3).draw(60).records,
        *(one for pair in (*hard_people.ONE, *hard_people.TWO) for one in pair),
    ],
}


@pytest.mark.parametrize("kind", ["organisations", "persons"])
def test_no_pair_is_told_apart_that_could_be_likely(kind: Kind) -> None:
    prepared = [prepare(kind, one) for one in RECORDS[kind]]
    looked = [(one, sketch(kind, one.record)) for one in prepared]
    lost, apart = [], 0
    for (left, mine), (right, theirs) in combinations(looked, 2):
        by_parts = all(weight(key) == 1 for key in left.keys & right.keys)
        if are_two(kind, mine, theirs, by_parts=by_parts):
            apart += 1
            # However rare their values were, so that it holds for every collection of records.
            if score_of(compare(kind, left, right, RAREST)) >= LIKELY:
                lost.append((left.record, right.record))
    assert lost == []
    assert apart > len(prepared) ** 2 / 10


@pytest.mark.parametrize(
    ("left", "right", "told_apart"),
    [
        ({"names": ("贵州旅游协会",)}, {"names": ("贵州旅行社有限公司",)}, True),
        ({"names": ("贵州旅游协会",)}, {"names": ("贵州省旅游协会",)}, False),
        ({"names": ("Alpine Trails Lodge 17",)}, {"names": ("Alpine Trails Lodge 18",)}, True),
        ({"names": ("Alpine Trails Lodge",)}, {"names": ("Alpine Trials Lodge",)}, False),
        ({"names": ("贵州旅游协会",)}, {"names": ("Guizhou Tourism Association",)}, False),
        ({"names": ("Alpine Lodge",), "country": "CH"}, {"names": ("Alpine Lodge",), "country": "AT"}, True),
        (
            {"names": ("贵州旅游协会",), "identifiers": ("u:1",)},
            {"names": ("云南",), "identifiers": ("u:1",)},
            False,
        ),
    ],
)
def test_another_name_or_country_tells_organisations_apart(
    left: dict[str, tuple[str, ...]], right: dict[str, tuple[str, ...]], told_apart: bool
) -> None:
    two = [sketch("organisations", Record(id=id, **one)) for id, one in (("left", left), ("right", right))]  # type: ignore[arg-type]
    assert are_two("organisations", *two, by_parts=True) is told_apart
