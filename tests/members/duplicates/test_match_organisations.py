"""Organisations are matched across scripts and spellings; branches and namesakes abroad are kept apart."""

import pytest

from services.members.matching import Record, match
from tests.members.duplicates.institutions import Institutions
from tests.members.duplicates.measure import found_of, measured

STRANGERS = Institutions(7).draw(150).records
PHONE = ("+8685185550123",)


def score(left: Record, right: Record) -> float:
    """Of two records among strangers."""
    return found_of(match("organisations", [left, right, *STRANGERS], from_score=0.0), left, right)


def named(left: str, right: str, **shared: object) -> float:
    """The score of two names, with what both records have."""
    return score(
        Record(id="one", names=(left,), **shared),  # type: ignore[arg-type]
        Record(id="other", names=(right,), **shared),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("seed", [31, 32])
def test_organisations_are_found_as_exactly_as_promised(seed: int) -> None:
    drawn = Institutions(seed).draw(500)
    precision, recall = measured(match("organisations", drawn.records), drawn.pairs)
    assert precision >= 0.98
    assert recall >= 0.95


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("国际山地旅游联盟", "國際山地旅遊聯盟"),
        ("贵州省文旅厅", "贵州省文化和旅游厅"),
        ("IMTA", "International Mountain Tourism Alliance"),
        ("I.M.T.A.", "International Mountain Tourism Alliance"),
        ("国际山地旅游联盟", "International Mountain Tourism Alliance"),
        ("贵州旅游协会", "Guizhou Lüyou Xiehui"),
        ("贵州旅游协会", "guizhoulvyouxiehui"),
        ("贵州云峰旅行社有限公司", "贵州云峰旅行社"),
        ("贵州云峰旅游集团有限公司", "贵州云峰旅游集团"),
        ("Huangshan Tourism Co., Ltd.", "HUANG SHAN TOURISM COMPANY LIMITED"),
        ("Müllerhof Reisen GmbH", "Muellerhof Reisen"),
        ("Sociedad Andina de Turismo S.A.", "Turismo Sociedad Andina"),
        ("Himalayan Trekking Assn.", "Himalayan Treking Association"),
        ("贵州省旅游协会", "贵洲省旅游协会"),
    ],
)
def test_one_organisation_is_found_however_the_name_is_written(left: str, right: str) -> None:
    assert named(left, right, country="CN") >= 0.6
    assert named(left, right, country="CN", phones=PHONE) > 0.9


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("中国银行", "中国银行贵阳分行"),
        ("贵阳第一中学", "贵阳第二中学"),
        ("云南大学", "河南大学"),
        ("贵州大学", "贵州民族大学"),
        ("贵州省旅游协会", "贵州省山地旅游运动协会"),
        ("贵阳市旅游局", "贵州省旅游局"),
        ("遵义市旅游局", "遵义县旅游局"),
        ("Hilton Guiyang", "Hilton Beijing"),
        ("North Valley Lodge", "South Valley Lodge"),
        ("Everest Lodge", "Everest Lodge 2"),
        ("Guizhou Tourism Bureau", "Guizhou Tourism Association"),
        ("Condor Travel", "Condor Travel Lima Branch"),
    ],
)
def test_branches_and_neighbours_are_two_even_with_one_phone(left: str, right: str) -> None:
    assert named(left, right, country="CN", phones=PHONE) < 0.5


def test_the_same_name_in_two_countries_is_two() -> None:
    name = ("National Tourism Authority of the Highlands",)
    assert score(Record(id="one", names=name, country="NP"), Record(id="other", names=name, country="BT")) < 0.05
    assert score(Record(id="one", names=name, country="NP"), Record(id="other", names=name, country="NP")) > 0.6


def test_a_head_office_is_not_its_branch() -> None:
    office = Record(id="one", names=("Condor Travel",), phones=PHONE)
    assert score(office, Record(id="other", names=("Condor Travel",), phones=PHONE, belongs_to=("one",))) < 0.05


def test_an_identifier_decides_where_names_do_not() -> None:
    wikidata = ("wikidata:Q123456",)
    same = named("Andean Guild", "Andean Guild of Guides", identifiers=wikidata)
    assert same > named("Andean Guild", "Andean Guild of Guides")
    apart = score(
        Record(id="one", names=("Andean Guild",), identifiers=wikidata),
        Record(id="other", names=("Andean Guild",), identifiers=("wikidata:Q987001",)),
    )
    assert apart < named("Andean Guild", "Andean Guild")


def test_reasons_name_what_agrees_strongest_first() -> None:
    pair = match(
        "organisations",
        [
            Record(id="one", names=("贵州云峰旅行社有限公司",), phones=PHONE, city="贵阳"),
            Record(id="other", names=("貴州雲峰旅行社",), phones=("0851 8555 0123",), city="Guiyang"),
            *STRANGERS,
        ],
    )
    found = next(one for one in pair if {one.left, one.right} == {"one", "other"})
    assert [one.kind for one in found.reasons] == ["name", "phone", "city"]
    assert {found.reasons[0].left, found.reasons[0].right} == {"贵州云峰旅行社有限公司", "貴州雲峰旅行社"}
