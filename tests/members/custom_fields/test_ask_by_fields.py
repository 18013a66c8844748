"""Lists are filtered and sorted by custom fields."""

import csv
import io
from typing import Any

import pytest

from services.kit.errors import Forbidden, Invalid, InvalidCursor
from tests.factories.members import an_organisation
from tests.members.custom_fields.conftest import ORGANISATIONS, Define
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


async def names(members: Api, **asked: Any) -> list[str]:
    """The cities of the organisations found: what tells this module's apart."""
    return [row["city"] for row in await members.items(ORGANISATIONS, **asked)]


async def hold(members: Api, key: str, **values: Any) -> None:
    """Make an organisation for each value, in the city of that name."""
    for city, value in values.items():
        custom = {} if value is None else {key: value}
        await members.made(ORGANISATIONS, an_organisation(city=city, tags=[key], custom=custom))


async def test_finds_any_of_several_values(members: Api, define: Define) -> None:
    text = await define()
    await hold(members, text, a="贵阳", b="Guiyang, 贵阳", c="x" * 2_000, d=None)
    assert await names(members, **{f"custom.{text}": "贵阳"}) == ["a"]
    assert await names(members, **{f"custom.{text}": ["贵阳", "Guiyang, 贵阳"]}) == ["a", "b"]
    assert await names(members, **{f"custom.{text}": "x" * 200}) == []
    assert_problem(await members.get(ORGANISATIONS, params={f"custom.{text}": "x" * 201}), Invalid)


async def test_finds_what_a_list_holds(members: Api, define: Define) -> None:
    key = await define("choice", multiple=True)
    await hold(members, key, a=["gold", "silver"], b=["silver"], c=None)
    assert await names(members, **{f"custom.{key}": "gold"}) == ["a"]
    assert await names(members, **{f"custom.{key}": ["gold", "silver"]}) == ["a", "b"]
    assert_problem(await members.get(ORGANISATIONS, params={"sort": f"custom.{key}"}), Invalid, pointer="sort")
    for wrong in ({f"custom.{key}": "lead"}, {f"custom.{key}.gte": "gold"}):
        assert_problem(await members.get(ORGANISATIONS, params=wrong), Invalid, pointer=next(iter(wrong)))


async def test_numbers_lie_in_a_range(members: Api, define: Define) -> None:
    key = await define("number")
    await hold(members, key, a=-2, b=9.5, c=10, d=100, e=None)
    assert await names(members, **{f"custom.{key}": ["9.50", "1e2"]}) == ["b", "d"]
    assert await names(members, **{f"custom.{key}.gte": "9.5", f"custom.{key}.lt": "100"}) == ["b", "c"]
    assert await names(members, **{f"custom.{key}.gt": "9.5", f"custom.{key}.lte": "100"}) == ["c", "d"]
    assert await names(members, **{f"custom.{key}.lt": "0", "tag": key}) == ["a"]
    for wrong in ("ten", "", "1e99", "1e999", "NaN", "0x1", "1_000"):
        assert_problem(await members.get(ORGANISATIONS, params={f"custom.{key}.gte": wrong}), Invalid)


async def test_dates_lie_in_a_range(members: Api, define: Define) -> None:
    key = await define("date")
    await hold(members, key, a="1999-12-31", b="2024-02-29", c="2026-01-01")
    assert await names(members, **{f"custom.{key}": "2024-02-29"}) == ["b"]
    assert await names(members, **{f"custom.{key}.gt": "1999-12-31", f"custom.{key}.lte": "2024-12-31"}) == ["b"]
    for wrong in ("2024", "2023-02-29", "yesterday"):
        assert_problem(await members.get(ORGANISATIONS, params={f"custom.{key}.gte": wrong}), Invalid)


async def test_finds_who_refers_to_a_record(members: Api, define: Define, organisation: dict[str, Any]) -> None:
    key = await define("reference")
    await hold(members, key, a=organisation["id"], b=None)
    assert await names(members, **{f"custom.{key}": organisation["id"].upper()}) == ["a"]
    assert_problem(await members.get(ORGANISATIONS, params={f"custom.{key}": "x"}), Invalid)


@pytest.mark.parametrize("asked", ["custom.nobody", "custom.nobody.gte", "custom.", "custom.a.b.c", "custom.Nobody"])
async def test_refuses_a_field_that_there_is_not(members: Api, asked: str) -> None:
    assert_problem(await members.get(ORGANISATIONS, params={asked: "1"}), Invalid, pointer=asked)
    assert_problem(await members.get(ORGANISATIONS, params={"sort": asked}), Invalid, pointer="sort")


async def test_a_range_is_asked_once(members: Api, define: Define) -> None:
    key = await define("number")
    reply = await members.get(f"{ORGANISATIONS}?custom.{key}.gte=1&custom.{key}.gte=2")
    assert_problem(reply, Invalid, pointer=f"custom.{key}.gte")


@pytest.mark.parametrize(
    "sort", ["custom.{n}", "-custom.{n}", "custom.{t}", "kind,-custom.{n}", "custom.{t},-custom.{n}"]
)
async def test_pages_hold_every_row_once_those_without_a_value_last(members: Api, define: Define, sort: str) -> None:
    number, text = await define("number"), await define()
    sort = sort.format(n=number, t=text)
    for n, city in enumerate(["a", "b", "c", "d", "e", "f", "g"]):
        custom: dict[str, Any] = {} if n in (2, 5) else {number: [30, 4, 0, 4, -5, 0, 100][n]}
        custom |= {} if n in (1, 5) else {text: "xyzxyzx"[n]}
        await members.made(ORGANISATIONS, an_organisation(city=city, tags=[number], custom=custom))
    whole = await names(members, tag=number, sort=sort, limit=200)
    assert await names(members, tag=number, sort=sort, limit=2) == whole
    assert sorted(whole) == list("abcdefg")
    orders = {f"custom.{number}": "ebdagcf", f"-custom.{number}": "gadbefc"}
    if sort in orders:
        assert "".join(whole)[:5].replace("d", "b") == orders[sort][:5].replace("d", "b")
        assert set(whole[5:]) == {"c", "f"}


async def test_a_cursor_is_good_for_the_field_it_was_made_for(members: Api, define: Define) -> None:
    one, other = await define("number"), await define("number")
    await hold(members, one, a=1, b=2, c=3)
    first = (await members.get(ORGANISATIONS, params={"sort": f"custom.{one}", "tag": one, "limit": 1})).json()
    asked = {"tag": one, "limit": 1, "cursor": first["next_cursor"]}
    assert (await members.get(ORGANISATIONS, params={**asked, "sort": f"custom.{one}"})).status_code == 200
    assert_problem(await members.get(ORGANISATIONS, params={**asked, "sort": f"custom.{other}"}), InvalidCursor)
    filtered = {**asked, "sort": f"custom.{one}", f"custom.{one}.gte": "1"}
    assert_problem(await members.get(ORGANISATIONS, params=filtered), InvalidCursor)


async def test_counts_and_searches_within_what_the_field_finds(members: Api, define: Define) -> None:
    key = await define("choice")
    for value in ("gold", "gold", "silver"):
        names_ = {"en": f"Searched {key} {value}"}
        await members.made(ORGANISATIONS, an_organisation(names=names_, custom={key: value}))
    asked = {"q": f"Searched {key}", f"custom.{key}": "gold", "count": "true"}
    assert (await members.get(ORGANISATIONS, params=asked)).json()["total"] == 2
    asked["sort"] = f"-custom.{key}"
    assert (await members.get(ORGANISATIONS, params=asked)).json()["total"] == 2


async def test_an_export_has_a_column_for_each_field_and_follows_the_filters(members: Api, define: Define) -> None:
    key, number = await define(), await define("number")
    await members.made(ORGANISATIONS, an_organisation(city="a", custom={key: "=1+1", number: 2}))
    await members.made(ORGANISATIONS, an_organisation(city="b", custom={number: 1}))
    reply = await members.get(
        f"{ORGANISATIONS}/export", params={f"custom.{number}.gte": "1", "sort": f"custom.{number}"}
    )
    rows = list(csv.DictReader(io.StringIO(reply.content.decode("utf-8-sig"))))
    assert [(row["city"], row[f"custom.{key}"], row[f"custom.{number}"]) for row in rows] == [
        ("b", "", "1"),
        ("a", "'=1+1", "2"),
    ]


async def test_the_field_costs_one_more_statement_and_no_more_for_more_rows(members: Api, define: Define) -> None:
    key = await define("number")
    await hold(members, key, **{f"city{n}": n for n in range(8)})
    ran: list[int] = []
    for limit in (1, 8):
        asked = {f"custom.{key}.gte": "0", "sort": f"custom.{key}", "limit": str(limit)}
        await members.get(ORGANISATIONS, params=asked)  # compiled, and its definitions read
        ran.append(await _statements(members, asked))
    assert ran[0] == ran[1] <= 2


async def _statements(members: Api, asked: dict[str, str]) -> int:
    runtime, ran = members.runtime, 0
    read = runtime.read

    async def counting(sql: str, arguments: Any) -> list[tuple[Any, ...]]:
        nonlocal ran
        ran += 1
        return await read(sql, arguments)

    runtime.read = counting  # type: ignore[method-assign]
    try:
        assert (await members.get(ORGANISATIONS, params=asked)).status_code == 200
    finally:
        runtime.read = read  # type: ignore[method-assign]
    return ran


async def test_facets_count_the_values_of_a_choice_beside_the_other_filters(
    members: Api, define: Define, signer: Signer
) -> None:
    key, several = await define("choice"), await define("choice", multiple=True)
    for value, held in (("gold", ["gold", "silver"]), ("gold", ["gold"]), ("silver", ["silver"]), (None, None)):
        custom: dict[str, Any] = {key: value, several: held} if value else {}
        await members.made(ORGANISATIONS, an_organisation(tags=[key], custom=custom))

    async def facets(**asked: str) -> dict[str, list[tuple[str, int]]]:
        reply = await members.get(ORGANISATIONS, params={"tag": key, **asked})
        assert reply.status_code == 200, reply.text
        found = reply.json()["facets"]
        return {name: [(one["value"], one["count"]) for one in facet["values"]] for name, facet in found.items()}

    both = f"custom.{key},kind,custom.{several}"
    counted = await facets(facets=both)
    assert counted[f"custom.{key}"] == [("gold", 2), ("silver", 1)]
    assert counted[f"custom.{several}"] == [("gold", 2), ("silver", 2)]
    assert counted["kind"] == [("scenic_area", 4)]
    chosen = await facets(facets=both, **{f"custom.{key}": "silver"})
    assert chosen[f"custom.{key}"] == [("gold", 2), ("silver", 1)], "without its own filter"
    assert chosen[f"custom.{several}"] == [("silver", 1)]
    text = await define()
    for wrong in (f"custom.{text}", "custom.nobody"):
        reply = await members.get(ORGANISATIONS, params={"facets": wrong})
        assert_problem(reply, Invalid, pointer="facets")
    sensitive = await define("choice", sensitive=True)
    clerk = members.as_(signer.staff("members:read"))
    assert_problem(await clerk.get(ORGANISATIONS, params={"facets": f"custom.{sensitive}"}), Forbidden)
