"""Persons are matched across spellings, and namesakes and relatives are kept apart."""

from dataclasses import replace

import pytest

from services.members.matching import Pair, Record, match
from tests.members.duplicates.measure import found_of, measured
from tests.members.duplicates.people import People
from tests.members.duplicates.residents import as_record, residents

STRANGERS = People(7).draw(150).records


def score(left: Record, right: Record) -> float:
    """Of two records among strangers."""
    pairs = match("persons", [left, right, *STRANGERS], from_score=0.0)
    return found_of(pairs, left, right)


def one(*names: str, **known: object) -> Record:
    return Record(id="one", names=names, **known)  # type: ignore[arg-type]


def other(*names: str, **known: object) -> Record:
    return Record(id="other", names=names, **known)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", [11, 12])
def test_residents_are_found_as_exactly_as_promised(seed: int) -> None:
    rows, pairs = residents(seed)
    precision, recall = measured(match("persons", [as_record(row) for row in rows]), pairs)
    assert precision >= 0.98
    assert recall >= 0.95


@pytest.mark.parametrize("seed", [21, 22])
def test_people_of_many_countries_are_found_among_relatives_and_namesakes(seed: int) -> None:
    people = People(seed).draw(500)
    precision, recall = measured(match("persons", people.records), people.pairs)
    assert precision >= 0.97  # of a few namesakes nothing is known that tells them apart
    assert recall >= 0.95


@pytest.mark.parametrize(
    "written",
    ["何亞非", "He Yafei", "Yafei He", "HE YAFEI", "Yafei HE", "he ya fei", "heyafei", "Hé Yàfēi"],
)
def test_one_person_is_found_however_the_name_is_written(written: str) -> None:
    address = ("yafei.he@example.org",)
    assert score(one("何亚非", emails=address), other(written, emails=address)) > 0.9


def test_day_and_month_may_have_changed_places() -> None:
    assert score(one("John Smith", born="1980-05-04"), other("Smith, John", born="1980-04-05")) > 0.9


def test_a_slip_in_the_name_and_another_in_the_date_are_forgiven() -> None:
    assert score(one("Ingrid Lindqvist", born="1980-05-14"), other("Ingrid Lindqvst", born="1980-05-15")) > 0.9


def test_colleagues_who_share_the_office_s_phone_and_mailbox_are_two() -> None:
    shared = {"phones": ("+8685185550123",), "emails": ("office@example.org",), "belongs_to": ("office",)}
    assert score(one("Wang Wei", **shared), other("Li Na", **shared)) < 0.05
    assert score(one("王伟", **shared), other("王丽", **shared)) < 0.05


def test_twins_at_one_address_are_two() -> None:
    home = {"born": "1990-02-03", "address": "12 Station Road", "postcode": "1234", "city": "Lyon"}
    assert score(one("Claire Dubois", **home), other("Sophie Dubois", **home)) < 0.5


def test_the_same_common_name_alone_says_too_little() -> None:
    assert score(one("王伟"), other("王伟")) < 0.6
    known = {"born": "1980-02-03"}
    assert score(one("王伟", **known), other("王伟", **known)) > 0.9


def test_a_rare_value_says_more_than_a_common_one() -> None:
    crowd = [Record(id=f"n{n}", names=(f"Smith {chr(97 + n)}bcdefg",)) for n in range(24)]
    pair = [one("Quimby Zora"), other("Quimby Z.")]
    common = [replace(pair[0], names=("Smith Zora",)), replace(pair[1], names=("Smith Z.",))]

    def of(two: list[Record]) -> float:
        found: list[Pair] = match("persons", [*two, *crowd], from_score=0.0)
        return found_of(found, *two)

    assert of(pair) > of(common)


def test_what_is_not_known_says_nothing() -> None:
    assert match("persons", [one(), other(), one("?"), other("…")], from_score=0.0) == []
