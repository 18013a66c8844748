"""Roles: named sets of scopes, as data."""

import asyncio
import time
from uuid import uuid4

import httpx

from gateway.accounts import create_key
from gateway.roles.actions import RoleFixed, RoleInUse, RoleNameTaken
from services.contracts.scopes import SCOPES
from services.kit.errors import Contradiction, Forbidden, Invalid
from tests.gateway.gateways import Gateway
from tests.wire.api import assert_problem

SIX = {"administrator", "secretariat", "liaison-officer", "events-officer", "leadership", "viewer"}


async def test_an_alliance_starts_with_six_roles(gate: Gateway, key: str) -> None:
    roles = {role["name"]: role for role in (await gate.as_(key).get("/v1/roles")).json()["items"]}
    assert roles.keys() >= SIX
    assert set(roles["administrator"]["scopes"]) == SCOPES.keys()
    assert all(set(role["scopes"]) <= SCOPES.keys() for role in roles.values())


async def test_a_role_is_made_changed_and_deleted(gate: Gateway, key: str) -> None:
    client = gate.as_(key)
    new = {"name": f"r-{uuid4().hex[:8]}", "titles": {"zh": "培训", "en": "Training"}, "scopes": ["events:read"]}
    made = await client.post("/v1/roles", json=new)
    assert made.status_code == 201
    assert made.headers["location"] == f"/v1/roles/{made.json()['id']}"
    assert_problem(await client.post("/v1/roles", json=new), RoleNameTaken)
    path, tag = made.headers["location"], made.headers["etag"]
    changed = await client.patch(path, json={"scopes": ["events:read", "events:write"]}, headers={"If-Match": tag})
    assert changed.json()["scopes"] == ["events:read", "events:write"]
    gone = await client.delete(path, headers={"If-Match": changed.headers["etag"]})
    assert gone.status_code == 204
    assert (await client.get(path)).status_code == 404


async def test_titles_change_language_by_language(gate: Gateway, key: str) -> None:
    client = gate.as_(key)
    new = {"name": f"r-{uuid4().hex[:8]}", "titles": {"zh": "培训", "en": "Training"}, "scopes": ["events:read"]}
    path = (await client.post("/v1/roles", json=new)).headers["location"]

    async def changed(titles: dict[str, str | None]) -> httpx.Response:
        return await client.patch(path, json={"titles": titles}, headers={"If-Match": "*"})

    assert (await changed({"fr": "Formation"})).json()["titles"] == {
        "zh": "培训",
        "en": "Training",
        "fr": "Formation",
    }
    assert (await changed({"zh": None, "en": "Courses"})).json()["titles"] == {"en": "Courses", "fr": "Formation"}
    assert_problem(await changed({"en": None, "fr": None}), Contradiction, pointer="/titles")
    assert (await client.get(path)).json()["scopes"] == ["events:read"]


async def test_roles_are_found_and_counted_by_the_scopes_they_hold(gate: Gateway, key: str) -> None:
    name, scope = f"r-{uuid4().hex[:8]}", "documents:write"
    new = {"name": name, "titles": {"en": "Papers"}, "scopes": [scope]}
    assert (await gate.as_(key).post("/v1/roles", json=new)).status_code == 201
    roles = (await gate.as_(key).get("/v1/roles")).json()["items"]
    holders = {role["name"] for role in roles if scope in role["scopes"]}
    assert {name, "administrator"} <= holders
    reply = (await gate.as_(key).get(f"/v1/roles?scope={scope}&facets=scope,fixed")).json()
    assert {role["name"] for role in reply["items"]} == holders
    assert {"value": scope, "count": len(holders)} in reply["facets"]["scope"]["values"]
    assert {one["value"]: one["count"] for one in reply["facets"]["fixed"]["values"]} == {
        "true": 1,
        "false": len(holders) - 1,
    }


async def test_an_unknown_scope_is_refused(gate: Gateway, key: str) -> None:
    new = {"name": "r-x", "titles": {"en": "X"}, "scopes": ["everything:write"]}
    assert_problem(await gate.as_(key).post("/v1/roles", json=new), Invalid, pointer="/scopes/0")


async def test_the_administrator_s_role_is_fixed(gate: Gateway, key: str) -> None:
    client = gate.as_(key)
    role = (await client.get("/v1/roles", params={"name": "administrator"})).json()["items"][0]
    path = f"/v1/roles/{role['id']}"
    change = {"scopes": ["members:read"]}
    assert_problem(await client.patch(path, json=change, headers={"If-Match": "*"}), RoleFixed)
    assert_problem(await client.delete(path, headers={"If-Match": "*"}), RoleFixed)


async def test_a_role_in_use_cannot_be_deleted_and_its_change_reaches_its_users(gate: Gateway, key: str) -> None:
    client = gate.as_(key)
    name = f"r-{uuid4().hex[:8]}"
    role = (
        await client.post("/v1/roles", json={"name": name, "titles": {"en": "R"}, "scopes": ["members:read"]})
    ).json()
    user = {"email": f"{name}@alliance.example", "name": "U", "password": "a long first password", "roles": [name]}
    assert (await client.post("/v1/users", json=user)).status_code == 201
    path = f"/v1/roles/{role['id']}"
    assert_problem(await client.delete(path, headers={"If-Match": "*"}), RoleInUse)
    credentials = {"email": user["email"], "password": user["password"]}
    token = (await gate.as_(None).post("/v1/sessions", json=credentials)).json()["access_token"]
    theirs = gate.as_(token)
    assert (await theirs.get("/v1/me")).json()["scopes"] == ["members:read"]
    await client.patch(path, json={"scopes": ["events:read"]}, headers={"If-Match": "*"})
    began = time.monotonic()
    while (await theirs.get("/v1/me")).json()["scopes"] != ["events:read"]:
        assert time.monotonic() - began < 5
        await asyncio.sleep(0.1)


async def test_giving_a_role_and_deleting_it_at_once_never_leaves_a_user_without(gate: Gateway, key: str) -> None:
    client = gate.as_(key)
    for _ in range(5):
        name = f"r-{uuid4().hex[:8]}"
        new = {"name": name, "titles": {"en": "R"}, "scopes": ["members:read"]}
        role = (await client.post("/v1/roles", json=new)).json()
        user = {"email": f"{name}@alliance.example", "name": "U", "password": "a long first password", "roles": [name]}
        given, deleted = await asyncio.gather(
            client.post("/v1/users", json=user),
            client.delete(f"/v1/roles/{role['id']}", headers={"If-Match": "*"}),
        )
        assert (given.status_code, deleted.status_code) in {(201, 409), (409, 204)}


async def test_scopes_one_lacks_cannot_be_put_into_a_role(gate: Gateway, database_url: str) -> None:
    limited = gate.as_(await create_key(database_url, "limited", ["roles:read", "roles:write", "members:read"]))
    new = {"name": "r-more", "titles": {"en": "X"}, "scopes": ["members:write"]}
    assert_problem(await limited.post("/v1/roles", json=new), Forbidden)
    viewer = (await limited.get("/v1/roles", params={"name": "viewer"})).json()["items"][0]
    change = {"scopes": ["members:read"]}  # takes from others what one does not hold
    assert_problem(await limited.patch(f"/v1/roles/{viewer['id']}", json=change, headers={"If-Match": "*"}), Forbidden)
