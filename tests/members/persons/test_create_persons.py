"""Creating persons in bulk."""

from uuid import uuid4

from services.kit.bulk import NothingCreated
from tests.factories.members import a_person
from tests.wire.api import Api, assert_problem


async def test_each_has_its_own_result(members: Api) -> None:
    address = f"{uuid4().hex}@example.org"
    items = [a_person(email=address), a_person(email=address.upper()), a_person()]
    body = (await members.post("/v1/persons/bulk", {"items": items})).json()
    assert [result["status"] for result in body["results"]] == [201, 409, 201]
    assert (body["created"], body["refused"]) == (2, 1)
    assert body["results"][1]["problem"]["type"].endswith("/problems/email-taken")


async def test_atomic_makes_all_or_none(members: Api) -> None:
    address, tag = f"{uuid4().hex}@example.org", uuid4().hex
    items = [a_person(email=address, tags=[tag]), a_person(email=address, tags=[tag])]
    reply = await members.post("/v1/persons/bulk", {"atomic": True, "items": items})
    assert_problem(reply, NothingCreated, pointer="/items/1")
    assert await members.items("/v1/persons", tag=tag) == []


async def test_makes_a_thousand(members: Api) -> None:
    reply = await members.post("/v1/persons/bulk", {"items": [a_person(tags=["thousand"]) for _ in range(1000)]})
    assert reply.json()["created"] == 1000
    assert (await members.get("/v1/persons?tag=thousand&count=true&limit=1")).json()["total"] == 1000
