"""Who is in a segment, and where segments are used."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.kit.errors import Contradiction, Invalid, NotFound
from services.members.features.segments.actions import NotAList, SegmentInUse
from tests.factories.members import a_membership, a_person, a_segment, a_term, an_affiliation, an_organisation
from tests.wire.api import Api, assert_problem
from tests.wire.office import office_today

PATH = "/v1/segments"


def fresh() -> dict[str, str]:
    return {"Idempotency-Key": uuid4().hex}


def tagged(*tags: str) -> dict[str, Any]:
    return {"field": "tag", "op": "any_of", "value": list(tags)}


async def organisations(members: Api, tag: str, *countries: str | None) -> list[str]:
    made = [await members.made("/v1/organisations", an_organisation(country=one, tags=[tag])) for one in countries]
    return [one["id"] for one in made]


async def segment(members: Api, definition: Any = None, **given: Any) -> str:
    id: str = (await members.made(PATH, a_segment(definition, **given)))["id"]
    return id


async def ids(members: Api, segment_id: str, **params: Any) -> list[str]:
    return [row["id"] for row in await members.items(f"{PATH}/{segment_id}/members", **params)]


async def test_all_any_and_not_are_what_they_say(members: Api) -> None:
    nepal, france, nowhere = await organisations(members, "trees", "NP", "FR", None)
    country = {"field": "country", "op": "any_of", "value": ["NP"]}
    for definition, expected in (
        ({"all": [tagged("trees"), country]}, [nepal]),
        ({"all": [tagged("trees"), {"not": country}]}, [france, nowhere]),
        ({"all": [tagged("trees"), {"any": [country, {"field": "country", "value": "FR"}]}]}, [nepal, france]),
        ({"all": [tagged("trees"), {"list": [france, nowhere]}]}, [france, nowhere]),
        ({"all": [tagged("trees"), {"not": {"not": country}}]}, [nepal]),
        ({"all": [tagged("trees"), {"not": tagged("trees")}]}, []),
    ):
        found = await segment(members, definition)
        assert await ids(members, found) == expected, definition
        reply = await members.get(f"{PATH}/{found}/members", params={"count": "true", "limit": 1})
        assert reply.json()["total"] == len(expected)


async def test_the_list_s_own_grammar_holds(members: Api) -> None:
    nepal, france, bhutan = await organisations(members, "grammar", "NP", "FR", "BT")
    found = await segment(members, tagged("grammar"))
    assert await ids(members, found, sort="-country", limit=1) == [nepal, france, bhutan]
    assert await ids(members, found, country=["FR", "BT"]) == [france, bhutan]
    assert await ids(members, found, q="scenic", sort="id") == [nepal, france, bhutan]
    reply = await members.get(f"{PATH}/{found}/members", params={"fields": "country", "limit": 1})
    assert list(reply.json()["items"][0]) == ["id", "country"]
    assert [row["id"] for row in await members.items("/v1/organisations", segment=found, country="FR")] == [france]
    assert_problem(await members.get(f"{PATH}/{found}/members?segment={found}"), Invalid, pointer="segment")
    assert_problem(await members.get(f"{PATH}/{found}/members?language=zh"), Invalid, pointer="language")
    assert_problem(await members.get(f"{PATH}/{nepal}/members"), NotFound)


async def test_exports_and_facets_are_of_the_members_only(members: Api) -> None:
    await organisations(members, "exported", "NP", "NP", "FR")
    found = await segment(members, {"all": [tagged("exported"), {"field": "country", "value": "NP"}]})
    asked = {"segment": found, "facets": "country", "count": "true"}
    reply = (await members.get("/v1/organisations", params=asked)).json()
    assert (reply["total"], reply["facets"]["country"]["values"]) == (2, [{"value": "NP", "count": 2}])
    exported = await members.get("/v1/organisations/export", params={"segment": found, "format": "jsonl"})
    assert len(exported.text.splitlines()) == 2


async def test_a_cursor_ends_when_the_definition_changes(members: Api) -> None:
    await organisations(members, "cursor", "NP", "FR")
    found = await segment(members, tagged("cursor"))
    cursor = (await members.get(f"{PATH}/{found}/members?limit=1")).json()["next_cursor"]
    assert (await members.get(f"{PATH}/{found}/members?limit=1&cursor={cursor}")).status_code == 200
    changed = await members.patch(f"{PATH}/{found}", {"definition": tagged("cursor", "other")})
    assert changed.status_code == 200
    assert (await members.get(f"{PATH}/{found}/members?limit=1&cursor={cursor}")).status_code == 400


async def test_term_status_counts_as_of_a_day_and_of_today(members: Api, yearly: dict[str, Any]) -> None:
    past, current, never = await organisations(members, "terms", "NP", "NP", "NP")
    start = office_today() - timedelta(days=100)
    for id, term in ((past, a_term("2020-01-01", "2020-12-31")), (current, a_term(start.isoformat()))):
        await members.made("/v1/memberships", a_membership(id, yearly["id"], terms=[term]))
    for membership, expected in (
        ({}, [current]),
        ({"on": "2020-06-01"}, [past]),
        ({"on": "-99d"}, [current]),
        ({"on": "-101d"}, []),
        ({"status": ["lapsed"]}, [past]),
        ({"status": ["pending"], "on": "2019-12-31"}, [past, current]),
        ({"type_id": [past]}, []),
        ({"type_id": [yearly["id"]]}, [current]),
    ):
        definition = {"all": [tagged("terms"), {"membership": membership}]}
        assert await ids(members, await segment(members, definition)) == expected, membership
    without = {"all": [tagged("terms"), {"not": {"membership": {}}}]}
    assert await ids(members, await segment(members, without)) == [past, never]


async def test_persons_are_found_through_roles_held_today(members: Api, yearly: dict[str, Any]) -> None:
    inside, outside = await organisations(members, "roles", "NP", "FR")
    start = (office_today() - timedelta(days=10)).isoformat()
    await members.made("/v1/memberships", a_membership(inside, yearly["id"], terms=[a_term(start)]))
    holders = []
    for organisation, until in ((inside, None), (inside, "2021-01-01"), (outside, None)):
        person = await members.made("/v1/persons", a_person(tags=["roles"]))
        await members.made("/v1/affiliations", an_affiliation(person["id"], organisation, ends_on=until))
        holders.append(person["id"])
    of_members = await segment(members, {"all": [tagged("roles"), {"membership": {}}]}, resource="persons")
    assert await ids(members, of_members) == [holders[0]]
    french = await segment(members, {"field": "country", "value": "FR"})
    at_them = await segment(members, {"all": [tagged("roles"), {"segment": french}]}, resource="persons")
    assert await ids(members, at_them) == [holders[2]]
    assert [row["id"] for row in await members.items("/v1/persons", segment=french, tag="roles")] == [holders[2]]
    back = await segment(members, {"segment": at_them})
    assert await ids(members, back) == [outside]


async def test_a_list_holds_what_is_put_on_it(members: Api) -> None:
    first, second, third = await organisations(members, "listed", "NP", "FR", "BT")
    found = await segment(members)
    for given, expected in (([first, second, first], (2, 0)), ([second, third], (1, 1))):
        reply = await members.post(f"{PATH}/{found}/entries", {"ids": given}, headers=fresh())
        assert (reply.status_code, reply.json()) == (200, dict(zip(("added", "already"), expected, strict=True)))
    assert await ids(members, found) == [first, second, third]
    entries = await members.items("/v1/segment-entries", segment_id=found)
    assert [entry["organisation_id"] for entry in entries] == [first, second, third]
    reply = await members.post(f"{PATH}/{found}/removals", {"ids": [second, second]}, headers=fresh())
    assert reply.json() == {"removed": 1, "absent": 0}
    assert await ids(members, found) == [first, third]
    combined = {"all": [{"segment": found}, {"not": {"field": "country", "value": "NP"}}]}
    assert await ids(members, await segment(members, combined)) == [third]
    changes = await members.items("/v1/members/changes", resource_id=entries[1]["id"])
    told = [change["type"] for change in changes]
    assert told == ["members.segment_entry.created", "members.segment_entry.deleted"]
    assert changes[0]["after"]["organisation_id"] == second
    assert changes[0]["organisation_ids"] == []


async def test_a_deleted_record_leaves_its_lists(members: Api) -> None:
    (gone,) = await organisations(members, "gone", "NP")
    found = await segment(members)
    await members.post(f"{PATH}/{found}/entries", {"ids": [gone]}, headers=fresh())
    assert (await members.delete(f"/v1/organisations/{gone}")).status_code == 204
    assert await ids(members, found) == []


async def test_a_list_takes_records_of_its_kind_only(members: Api, person: dict[str, Any]) -> None:
    found = await segment(members)
    reply = await members.post(f"{PATH}/{found}/entries", {"ids": [person["id"]]}, headers=fresh())
    assert_problem(reply, Contradiction, pointer="/ids/0")
    filtering = await segment(members, tagged("x"))
    for action in ("entries", "removals"):
        path = f"{PATH}/{filtering}/{action}"
        assert_problem(await members.post(path, {"ids": [person["id"]]}, headers=fresh()), NotAList)
    assert_problem(
        await members.patch(f"{PATH}/{found}", {"definition": tagged("x")}), Contradiction, pointer="/definition"
    )


async def test_no_circle_is_made(members: Api) -> None:
    first = await segment(members, tagged("a"))
    second = await segment(members, {"segment": first})
    third = await segment(members, {"any": [tagged("b"), {"segment": second}]})
    for target in (first, third):
        reply = await members.patch(f"{PATH}/{first}", {"definition": {"not": {"segment": target}}})
        assert_problem(reply, Contradiction, pointer="/definition/not/segment")
    assert_problem(await members.delete(f"{PATH}/{second}"), SegmentInUse)
    assert (await members.delete(f"{PATH}/{third}")).status_code == 204
    assert (await members.delete(f"{PATH}/{second}")).status_code == 204


async def test_no_circle_is_made_by_two_at_once(members: Api) -> None:
    for _ in range(5):
        first, second = await segment(members, tagged("a")), await segment(members, tagged("b"))
        replies = await asyncio.gather(
            members.patch(f"{PATH}/{first}", {"definition": {"segment": second}}),
            members.patch(f"{PATH}/{second}", {"definition": {"segment": first}}),
        )
        assert sorted(reply.status_code for reply in replies) == [200, 409]


async def test_segments_in_a_row_are_bounded(members: Api) -> None:
    tower = [await segment(members, tagged("tower"))]
    for _ in range(4):
        tower.append(await segment(members, {"segment": tower[-1]}))
    assert_problem(await members.post(PATH, a_segment({"segment": tower[-1]})), Contradiction)
    below = await segment(members, tagged("tower"))
    assert_problem(await members.patch(f"{PATH}/{tower[0]}", {"definition": {"segment": below}}), Contradiction)
    wide = await segment(members, {"any": [tagged("w")] * 90})
    for_all = [{"segment": wide}] * 6
    assert_problem(await members.post(PATH, a_segment({"any": for_all})), Contradiction)


async def test_a_changed_definition_counts_at_once_for_those_that_name_it(members: Api) -> None:
    (nepal,) = await organisations(members, "before", "NP")
    inner = await segment(members, tagged("nothing has it"))
    outer = await segment(members, {"segment": inner})
    assert await ids(members, outer) == []
    await members.patch(f"{PATH}/{inner}", {"definition": tagged("before")})
    assert await ids(members, outer) == [nepal]


@pytest.mark.parametrize("names", [{"zh": "改名"}, {"en": None}])
async def test_names_change_by_language(members: Api, names: dict[str, Any]) -> None:
    made = await members.made(PATH, a_segment(tagged("named"), names={"zh": "名", "en": "Name"}))
    changed = (await members.patch(f"{PATH}/{made['id']}", {"names": names})).json()
    expected = {key: value for key, value in {"zh": "名", "en": "Name", **names}.items() if value is not None}
    assert (changed["names"], changed["definition"], changed["version"]) == (expected, tagged("named"), 2)
