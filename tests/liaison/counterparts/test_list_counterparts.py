"""Listing, filtering, sorting, searching and paging counterparts."""

from typing import Any
from uuid import uuid4

import pytest

from services.kit.errors import Invalid, InvalidCursor
from tests.factories.liaison import a_colleague, a_counterpart, an_interaction
from tests.wire.api import Api, assert_problem
from tests.wire.facets import counted

LIN = f"user:{uuid4()}"


@pytest.mark.parametrize(
    "sort",
    [
        "name",
        "-name",
        "represents",
        "-stands_in",
        "kind,-name",
        "-created_at",
        "next_due_on",
        "-next_due_on",
        "last_contact_on",
        "-last_contact_on,name",
        "-id",
    ],
)
async def test_pages_hold_every_row_once(liaison: Api, sort: str) -> None:
    tag = f"paging {sort}".replace(",", " ")
    for n, country in enumerate(("NP", "FR", None, "CN", None, "NP", "IT")):
        body = a_counterpart(represents=country, stands_in=country, tags=[tag], contact_cadence_days=n % 3 * 10 or None)
        made = await liaison.made("/v1/counterparts", body)
        if n % 2:
            await liaison.made("/v1/interactions", an_interaction(made["id"], occurred_on=f"2026-01-{n + 1:02}"))
    whole = await liaison.items("/v1/counterparts", tag=tag, sort=sort, limit=200)
    paged = await liaison.items("/v1/counterparts", tag=tag, sort=sort, limit=2)
    assert [row["id"] for row in paged] == [row["id"] for row in whole]
    assert len({row["id"] for row in whole}) == 7
    key = sort.split(",")[0].lstrip("-")
    if key in whole[0]:
        values = [row[key] for row in whole]
        known = [value for value in values if value is not None]
        assert known == sorted(known, reverse=sort.startswith("-"))
        assert values == known + [None] * (7 - len(known))


@pytest.mark.parametrize(
    ("given", "query"),
    [
        ({"kind": "ministry"}, {"kind": ["ministry", "embassy"]}),
        ({"represents": "FR"}, {"represents": ["FR", "IT"]}),
        ({"stands_in": "ID"}, {"stands_in": "ID"}),
        ({"city": "Denpasar"}, {"city": "Denpasar"}),
        ({"owner": a_colleague("Lin Filter", LIN)}, {"owner": LIN}),
        ({"owner": a_colleague("Lin Filter")}, {"owner": ["nobody", "Lin Filter"]}),
        ({"organisation_id": str(uuid4())}, {}),
        ({"identifiers": [{"scheme": "isni", "value": "1:2"}]}, {"identifier": "isni:1:2"}),
        ({"contact_cadence_days": 1}, {"due": "true"}),
        ({}, {"due": "false"}),
        ({}, {"status": ["active", "archived"]}),
        ({}, {"created_at.gte": "2020-01-01T00:00:00Z"}),
    ],
)
async def test_filters(liaison: Api, given: dict[str, Any], query: dict[str, Any]) -> None:
    tag = uuid4().hex
    other = {name: None for name in given if name in ("represents", "city", "owner")}
    await liaison.made("/v1/counterparts", a_counterpart(**{"kind": "other", "stands_in": "US", **other}))
    made = await liaison.made("/v1/counterparts", a_counterpart(tags=[tag], **given))
    query = query or {"organisation_id": given["organisation_id"]}
    assert [row["id"] for row in await liaison.items("/v1/counterparts", tag=tag, **query)] == [made["id"]]
    if given:
        found = await liaison.items("/v1/counterparts", **query)
        assert made["id"] in [row["id"] for row in found]
        assert all(row["kind"] != "other" or "due" in query for row in found)


async def test_finds_a_name_in_either_script(liaison: Api) -> None:
    names = {"zh": "尼泊尔驻华大使馆", "en": "Embassy of Nepal in China", "fr": "Ambassade du Népal"}
    made = await liaison.made("/v1/counterparts", a_counterpart(names=names))
    for q in ("尼泊爾", "niboer", "大使馆", "embassy nepal", "Ambassade du Nepal"):
        assert made["id"] in [row["id"] for row in await liaison.items("/v1/counterparts", q=q)], q


async def test_counts_and_narrows(liaison: Api) -> None:
    for _ in range(3):
        await liaison.made("/v1/counterparts", a_counterpart(tags=["counted"]))
    params = {"tag": "counted", "limit": 1, "count": "true", "fields": ["names", "due"]}
    body = (await liaison.get("/v1/counterparts", params=params)).json()
    assert (body["total"], list(body["items"][0])) == (3, ["id", "names", "due"])


async def test_refuses_what_it_does_not_know(liaison: Api) -> None:
    assert_problem(await liaison.get("/v1/counterparts?colour=red"), Invalid, pointer="colour")
    assert_problem(await liaison.get("/v1/counterparts?sort=colour"), Invalid, pointer="sort")
    assert_problem(await liaison.get("/v1/counterparts?due=perhaps"), Invalid, pointer="due")
    assert_problem(await liaison.get("/v1/counterparts?as_of=today"), Invalid, pointer="as_of")
    assert_problem(await liaison.get("/v1/counterparts?cursor=x"), InvalidCursor)


async def test_owners_are_counted_by_each_word_that_finds_them(liaison: Api) -> None:
    tag, lin = f"t{uuid4().hex[:10]}", f"user:{uuid4()}"
    for owner in (a_colleague("Lin Owner", lin), a_colleague("Lin Owner"), None):
        await liaison.made("/v1/counterparts", a_counterpart(owner=owner, tags=[tag]))
    assert await counted(liaison, "/v1/counterparts", ["owner"], tag=tag) == {"owner": {"Lin Owner": 2, lin: 1}}
    for value, count in (("Lin Owner", 2), (lin, 1)):
        assert len(await liaison.items("/v1/counterparts", tag=tag, owner=value)) == count
