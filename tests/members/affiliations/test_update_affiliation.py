"""Changing and deleting affiliations."""

from typing import Any

from services.kit.errors import Contradiction, PreconditionFailed
from services.members.features.affiliations.actions import AlreadyAffiliated, PrimaryTaken
from tests.factories.members import an_affiliation, an_organisation
from tests.wire.api import Api, assert_problem


async def test_ends_and_keeps_it(members: Api, person: dict[str, Any], organisation: dict[str, Any]) -> None:
    made = await members.made("/v1/affiliations", an_affiliation(person["id"], organisation["id"]))
    path = f"/v1/affiliations/{made['id']}"
    ended = (await members.patch(path, {"ends_on": "2024-12-31", "role": {"fr": "Secrétaire général"}})).json()
    assert (ended["ends_on"], ended["version"]) == ("2024-12-31", 2)
    assert sorted(ended["role"]) == ["en", "fr", "zh"]
    assert (await members.patch(path, {"role": None})).json()["role"] is None
    assert_problem(await members.patch(path, {"starts_on": "2025-01-01"}), Contradiction, pointer="/ends_on")
    assert_problem(await members.patch(path, {"ends_on": None}, if_match='"1"'), PreconditionFailed)


async def test_refuses_to_grow_into_the_next(
    members: Api, person: dict[str, Any], organisation: dict[str, Any]
) -> None:
    first = an_affiliation(person["id"], organisation["id"], ends_on="2020-12-31")
    made = await members.made("/v1/affiliations", first)
    await members.made("/v1/affiliations", an_affiliation(person["id"], organisation["id"], starts_on="2021-01-01"))
    reply = await members.patch(f"/v1/affiliations/{made['id']}", {"ends_on": "2021-01-01"})
    assert_problem(reply, AlreadyAffiliated)


async def test_one_role_is_primary_on_any_day(
    members: Api, person: dict[str, Any], organisation: dict[str, Any]
) -> None:
    other = await members.made("/v1/organisations", an_organisation())
    first = await members.made(
        "/v1/affiliations", an_affiliation(person["id"], organisation["id"], primary=True, ends_on="2022-12-31")
    )
    second = await members.made("/v1/affiliations", an_affiliation(person["id"], other["id"], starts_on="2021-01-01"))
    path = f"/v1/affiliations/{second['id']}"
    assert_problem(await members.patch(path, {"primary": True}), PrimaryTaken)
    again = an_affiliation(person["id"], other["id"], role=None, primary=True, starts_on="2022-12-31")
    assert_problem(await members.post("/v1/affiliations", again), PrimaryTaken)
    assert (await members.patch(path, {"primary": True, "starts_on": "2023-01-01"})).json()["primary"] is True
    assert_problem(await members.patch(f"/v1/affiliations/{first['id']}", {"ends_on": None}), PrimaryTaken)
    assert (await members.patch(path, {"primary": False})).json()["primary"] is False
    assert (await members.patch(f"/v1/affiliations/{first['id']}", {"ends_on": None})).status_code == 200
    found = await members.items("/v1/affiliations", person_id=person["id"], primary="true")
    assert [row["id"] for row in found] == [first["id"]]


async def test_deletes_what_never_was(members: Api, person: dict[str, Any], organisation: dict[str, Any]) -> None:
    made = await members.made("/v1/affiliations", an_affiliation(person["id"], organisation["id"]))
    path = f"/v1/affiliations/{made['id']}"
    assert (await members.delete(path)).status_code == 204
    assert (await members.get(path)).status_code == 404
    assert (await members.delete(f"/v1/persons/{person['id']}")).status_code == 204
