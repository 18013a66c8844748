"""Creating segments: what a definition may say."""

from typing import Any
from uuid import uuid4

import pytest

from services.contracts.members.segment import Segment
from services.kit.errors import Contradiction, Forbidden, Invalid, PurposeRequired
from tests.factories.members import a_segment
from tests.members.contract import exactly
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

PATH = "/v1/segments"
NEPAL = {"field": "country", "op": "any_of", "value": ["NP"]}


@pytest.mark.parametrize(
    "definition",
    [
        NEPAL,
        {"field": "country", "value": "NP"},
        {"all": [NEPAL, {"any": [{"not": NEPAL}, {"field": "tag", "op": "any_of", "value": ["a b", "c"]}]}]},
        {"field": "created_at", "op": "gte", "value": "2026-01-01T00:00:00Z"},
        {"field": "identifier", "op": "is", "value": "isni:1"},
        {"membership": {}},
        {"membership": {"status": ["lapsed"], "on": "-1y", "type_id": [str(uuid4())]}},
        {"membership": {"on": "2024-05-29"}},
        {"attendance": {}},
        {"attendance": {"series_id": str(uuid4()), "year": 2026, "counts": "registered"}},
        {"last_interaction": {"op": "older_than", "days": 180}},
        {"list": [str(uuid4())]},
    ],
)
async def test_keeps_a_definition_as_it_was_given(members: Api, definition: dict[str, Any]) -> None:
    made = await members.made(PATH, a_segment(definition))
    assert (made["definition"], made["kind"]) == (definition, "filter")
    reply = await members.get(f"{PATH}/{made['id']}")
    assert exactly(Segment, reply.content).id.hex == made["id"].replace("-", "")
    for path in (f"{PATH}/{made['id']}/members", "/v1/persons"):
        found = await members.get(
            path, params={"count": "true", **({"segment": made["id"]} if "persons" in path else {})}
        )
        assert (found.status_code, "total" in found.json()) == (200, True), found.text


async def test_without_a_definition_it_is_a_list(members: Api) -> None:
    made = await members.made(PATH, a_segment(resource="persons"))
    assert (made["definition"], made["kind"], made["resource"]) == (None, "list", "persons")


@pytest.mark.parametrize(
    ("definition", "pointer"),
    [
        ({"field": "colour", "value": "red"}, "/definition/field"),
        ({"all": [NEPAL, {"field": "segment", "value": str(uuid4())}]}, "/definition/all/1/field"),
        ({"any": [{"not": {"field": "country", "value": "XX"}}]}, "/definition/any/0/not/value"),
        ({"field": "country", "op": "gte", "value": "NP"}, "/definition/field"),
        ({"field": "country", "op": "any_of", "value": "NP"}, "/definition/value"),
        ({"field": "country", "op": "is", "value": ["NP"]}, "/definition/value"),
        ({"field": "identifier", "op": "any_of", "value": ["isni:1"]}, "/definition/op"),
        ({"field": "created_at", "op": "gte", "value": "yesterday"}, "/definition/value"),
        ({"field": "created_at", "op": "gte", "value": 5}, "/definition/value"),
        ({"not": {"not": {"not": {"not": {"not": NEPAL}}}}}, "/definition/not/not/not/not/not"),
        ({"all": [{"any": [NEPAL] * 50}, {"any": [NEPAL] * 50}]}, "/definition/all/1/any/47"),
        ({"segment": str(uuid4())}, "/definition/segment"),
    ],
)
async def test_points_at_what_does_not_fit(members: Api, definition: dict[str, Any], pointer: str) -> None:
    assert_problem(await members.post(PATH, a_segment(definition)), Contradiction, pointer=pointer)


@pytest.mark.parametrize(
    "definition",
    [
        {},
        {"every": [NEPAL]},
        {"all": []},
        {"all": [NEPAL], "any": [NEPAL]},
        {"membership": {"on": "yesterday"}},
        {"membership": {"status": ["alive"]}},
        {"last_interaction": {"op": "older_than"}},
        {"field": "country", "op": "like", "value": "N%"},
        {"list": []},
        [NEPAL],
        "NP",
    ],
)
async def test_refuses_what_is_no_condition(members: Api, definition: Any) -> None:
    assert_problem(await members.post(PATH, a_segment(definition)), Invalid)


async def test_fields_are_those_of_the_resource(members: Api) -> None:
    speaks = {"field": "language", "value": "ne"}
    await members.made(PATH, a_segment(speaks, resource="persons"))
    assert_problem(await members.post(PATH, a_segment(speaks)), Contradiction, pointer="/definition/field")


async def test_persons_alone_have_attendance_of_their_own(members: Api) -> None:
    came = {"any": [{"attendance": {"of": "person", "year": 2026}}, {"attendance": {"of": "organisation"}}]}
    made = await members.made(PATH, a_segment(came, resource="persons"))
    assert made["definition"] == came
    where = "/definition/any/0/attendance/of"
    assert_problem(await members.post(PATH, a_segment(came)), Contradiction, pointer=where)


async def test_who_came_is_for_readers_of_registrations(members: Api, signer: Signer) -> None:
    came = a_segment({"not": {"attendance": {"of": "person"}}}, resource="persons")
    scopes = ["members:read", "members:write", "persons:read", "events:read"]
    without, reader = (members.as_(signer.staff(*scopes, *more)) for more in ((), ("registrations:read",)))
    path = f"{PATH}/{(await members.made(PATH, came))['id']}/members"
    for refused in (await without.post(PATH, came), await without.get(path)):
        assert "registrations:read" in assert_problem(refused, Forbidden)["detail"]
    assert (await reader.get(path)).status_code == 200


async def test_a_guarded_field_needs_its_scope(members: Api, signer: Signer) -> None:
    born = {"field": "birth_date", "op": "gte", "value": "1990-01-01"}
    scopes = ["members:read", "members:write", "persons:read"]
    without = members.as_(signer.staff(*scopes))
    problem = assert_problem(await without.post(PATH, a_segment(born, resource="persons")), Forbidden)
    assert "persons:sensitive" in problem["detail"]
    made = await members.made(PATH, a_segment(born, resource="persons"))
    for path, params in ((f"{PATH}/{made['id']}/members", {}), ("/v1/persons", {"segment": made["id"]})):
        for more in ({}, {"count": "true"}):
            refused = assert_problem(await without.get(path, params={**params, **more}), Forbidden)
            assert "persons:sensitive" in refused["detail"]
    listed = f"{PATH}/{made['id']}/members"
    assert_problem(await members.get(listed), PurposeRequired)
    for path, params in (
        (listed, {}),
        ("/v1/persons", {"segment": made["id"]}),
        ("/v1/organisations", {"segment": made["id"]}),
    ):
        reply = await members.get(path, params={**params, "fields": "names", "purpose": "record_keeping"})
        assert reply.status_code == 200
        entries = await members.items("/v1/members/audit", request_id=reply.headers["x-request-id"])
        assert [entry["fields"] for entry in entries] == [["segment"]]


@pytest.mark.parametrize(
    ("definition", "scope"),
    [
        ({"membership": {}}, "memberships:read"),
        ({"attendance": {}}, "events:read"),
        ({"last_interaction": {"op": "newer_than", "days": 30}}, "liaison:read"),
    ],
)
async def test_other_records_need_their_scopes_also_by_another_segment(
    members: Api, signer: Signer, definition: dict[str, Any], scope: str
) -> None:
    inner = await members.made(PATH, a_segment(definition))
    outer = await members.made(PATH, a_segment({"not": {"segment": inner["id"]}}))
    reader = members.as_(signer.staff("members:read", "members:write", "persons:read"))
    for id in (inner["id"], outer["id"]):
        assert scope in assert_problem(await reader.get(f"{PATH}/{id}/members"), Forbidden)["detail"]
    assert scope in assert_problem(await reader.post(PATH, a_segment(definition)), Forbidden)["detail"]


async def test_segments_are_the_office_s_own(members: Api, signer: Signer, organisation: dict[str, Any]) -> None:
    made = await members.made(PATH, a_segment(NEPAL))
    partner = members.as_(signer.partner(organisation["id"]))
    assert await partner.items(PATH) == []
    assert (await partner.get(f"{PATH}/{made['id']}")).status_code == 404
    assert (await partner.get(f"{PATH}/{made['id']}/members")).status_code == 404
    assert await partner.items("/v1/organisations", segment=made["id"]) == []
    assert_problem(await partner.post(PATH, a_segment(NEPAL)), Forbidden)
    assert_problem(await partner.post(f"{PATH}/{made['id']}/entries", {"ids": [organisation["id"]]}), Forbidden)


async def test_the_change_is_on_record(members: Api) -> None:
    made = await members.made(PATH, a_segment(NEPAL))
    changes = await members.items("/v1/members/changes", resource_id=made["id"])
    assert [change["type"] for change in changes] == ["members.segment.created"]
    assert changes[0]["after"]["definition"] == NEPAL
