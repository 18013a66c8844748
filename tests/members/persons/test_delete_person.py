"""Deleting persons."""

from typing import Any

from services.members.features.persons.actions import PersonInUse
from tests.factories.members import an_affiliation
from tests.wire.api import Api, assert_problem


async def test_deletes_one_without_affiliations(members: Api, person: dict[str, Any]) -> None:
    path = f"/v1/persons/{person['id']}"
    assert (await members.delete(path)).status_code == 204
    assert (await members.get(path)).status_code == 404
    changes = await members.items("/v1/members/changes", resource_id=person["id"])
    assert [change["type"] for change in changes] == ["members.person.created", "members.person.deleted"]
    assert person["email"] not in str(changes)


async def test_keeps_one_with_affiliations(members: Api, person: dict[str, Any], organisation: dict[str, Any]) -> None:
    await members.made("/v1/affiliations", an_affiliation(person["id"], organisation["id"]))
    assert_problem(await members.delete(f"/v1/persons/{person['id']}"), PersonInUse)
