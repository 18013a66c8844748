"""Columns: what a contract's fields become in a file."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from services.contracts.base import Instant, Money, Names, Phone
from services.kit.export.columns import Column, columns_of, open_objects


class Room(BaseModel):
    names: Names
    beds: int


class Stay(BaseModel):
    room: Room
    nights: list[date]


class Guest(BaseModel):
    id: UUID
    names: Names | None = Field(None, description="May be unknown.")
    born_on: date | None
    came_at: Instant | None
    paid: Money | None
    phones: list[Phone]
    stays: list[Stay]
    tags: list[str]
    home: Room | None
    extra: dict[str, Any]


KEYS = {("names",): ["de", "en", "zh"], ("home", "names"): ["en"], ("extra",): ["b", "a"]}


def columns() -> dict[str, Column]:
    return {column.head: column for column in columns_of(Guest, KEYS)}


def test_objects_are_flattened_in_the_order_of_the_contract() -> None:
    assert list(columns()) == [
        "id",
        "names.zh",
        "names.en",
        "names.de",
        "born_on",
        "came_at",
        "paid.amount",
        "paid.currency",
        "phones.number",
        "phones.written",
        "phones.valid",
        "stays.room.names",
        "stays.room.beds",
        "stays.nights",
        "tags",
        "home.names.en",
        "home.beds",
        "extra.a",
        "extra.b",
    ]


def test_dates_and_instants_are_known_as_such() -> None:
    kinds = {head: column.kind for head, column in columns().items() if column.kind != "plain"}
    assert kinds == {"born_on": "date", "came_at": "instant"}


def test_the_places_whose_keys_are_open_are_known() -> None:
    assert list(open_objects(Guest)) == [("names",), ("home", "names"), ("extra",)]


def test_an_object_whose_keys_no_row_holds_keeps_a_column() -> None:
    assert [column.head for column in columns_of(Guest, {})][:3] == ["id", "names", "born_on"]


def test_cells_hold_what_stands_in_the_record() -> None:
    record = {
        "names": {"zh": "林晓山"},
        "paid": None,
        "phones": [{"number": "+1", "valid": True}, {"number": "x", "valid": False}],
        "stays": [
            {"room": {"names": {"en": "Blue", "zh": "蓝"}, "beds": 2}, "nights": ["2026-05-29", "2026-05-30"]},
            {"room": {"names": {"en": "Red"}, "beds": 1}, "nights": []},
        ],
        "tags": [],
        "extra": {"a": {"b": None, "c": [1, "d"]}, "b": 0.5},
    }
    cells = {head: value for head, column in columns().items() if (value := column.value(record)) not in (None, "")}
    assert cells == {
        "names.zh": "林晓山",
        "phones.number": "+1; x",
        "phones.written": "; ",
        "phones.valid": "true; false",
        "stays.room.names": "en: Blue, zh: 蓝; en: Red",
        "stays.room.beds": "2; 1",
        "stays.nights": "2026-05-29, 2026-05-30; ",
        "extra.a": "b: , c: 1, d",
        "extra.b": 0.5,
    }


class Branch(BaseModel):
    name: str
    within: "Branch | None"


def test_what_holds_itself_has_an_end() -> None:
    heads = [column.head for column in columns_of(Branch, {})]
    assert 2 < len(heads) < 20
