"""Finding rows by what is no name: ids, websites, phone numbers, places; always below the names."""

import pytest
from sqlalchemy import Connection, Text, bindparam, cast, literal_column, select
from sqlalchemy.dialects.postgresql import TSVECTOR

from services.kit.search import FoundBy, matches, rank, search_document, search_parameters

BESIDES, PARTLY = 0, -1
ROW = FoundBy(
    ids=["Office@Tourism.Example.org", "wikidata:Q1234567", "lin_xiaoshan"],
    websites=["https://www.huanghe.example.com:8080/en?x=1"],
    phones=["+8685185550123", "+4930901820", "ext. 12"],
    places=["贵阳", "贵阳市云岩区中华北路38号", "38 Zhonghua North Road"],
)
NAMES = ["测试景区", "Test Scenic Area"]


def rank_of(connection: Connection, q: str, names: list[str] = NAMES, found_by: FoundBy = ROW) -> int | None:
    """The rank of a row in the search for `q`, or None when it is not found."""
    key = cast(bindparam("document", type_=Text()), TSVECTOR).label("search")
    row = select(key).subquery("row")
    column = literal_column('"row".search', TSVECTOR)
    statement = select(rank(column)).select_from(row).where(matches(column))
    found = connection.execute(statement, {"document": search_document(names, found_by), **search_parameters(q)})
    return found.scalar()


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("office@tourism.example.org", BESIDES),
        ("OFFICE@TOURISM.EXAMPLE.ORG ", BESIDES),
        ("office@", PARTLY),
        ("tourism.example.org", BESIDES),
        ("example.org", BESIDES),
        ("Q1234567", BESIDES),
        ("wikidata:q1234567", BESIDES),
        ("q12345", PARTLY),
        ("lin_xiaoshan", BESIDES),
        ("huanghe.example.com", BESIDES),
        ("https://www.huanghe.example.com/zh", BESIDES),
        ("huanghe", PARTLY),
        ("+86 851 8555 0123", BESIDES),
        ("0086 851 85550123", BESIDES),
        ("0851-85550123", BESIDES),
        ("(0851) 8555 0123", BESIDES),
        ("85550123", PARTLY),
        ("0851 855", PARTLY),
        ("+49 (0)30 901820", BESIDES),
        ("贵阳", PARTLY),
        ("貴陽", PARTLY),
        ("guiyang", PARTLY),
        ("zhonghua", PARTLY),
        ("中华北路", PARTLY),
        ("38 zhonghua", PARTLY),
        ("scenic guiyang", PARTLY),
        ("景区 贵阳", PARTLY),
        ("0123", None),
        ("ourism", None),
        ("guangzhou", None),
        ("scenic guangzhou", None),
        ("of", None),
        ("@", None),
        ("86", None),
    ],
)
def test_finds_by_what_is_no_name(connection: Connection, q: str, expected: int | None) -> None:
    assert rank_of(connection, q) == expected


@pytest.mark.parametrize("q", ["测试", "test scenic area", "scenic", "tsa", "area"])
def test_a_name_ranks_above_all_else(connection: Connection, q: str) -> None:
    everything = FoundBy(ids=[q, f"{q}@example.org"], places=[q])
    assert rank_of(connection, q, found_by=everything) == rank_of(connection, q, found_by=FoundBy())
    assert (rank_of(connection, q, found_by=everything) or 0) > BESIDES
    assert (rank_of(connection, q, names=["Elsewhere"], found_by=everything) or 0) <= BESIDES


def test_takes_anything_that_a_record_may_hold(connection: Connection) -> None:
    hostile = [
        "'",
        "\\",
        "a" * 5_000,
        "\0",
        "::",
        "@",
        "+",
        "…",
        "' | '",
        "𠀀" * 300,
        ".",
        "a@b@c",
        "//",
        "(0)",
        "++++++",
    ]
    found_by = FoundBy(ids=hostile, websites=hostile, phones=hostile, places=hostile)
    for q in hostile:
        rank_of(connection, q, found_by=found_by)


def test_a_key_stays_small(connection: Connection) -> None:
    many = [f"{n} 贵阳市云岩区中华北路 {n}" for n in range(500)]
    document = search_document(NAMES, FoundBy(ids=many, websites=many, phones=many, places=many))
    assert len(document) - len(search_document(NAMES)) < 20_000
