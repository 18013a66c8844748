"""Staff users."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx

from gateway.accounts import create_key, create_user
from gateway.me.routes import NoPassword, WrongPassword
from gateway.users.actions import LastAdministrator, UserEmailTaken
from services.contracts.scopes import SCOPES
from services.kit.errors import Contradiction, Forbidden, Invalid, NotFound, PreconditionFailed, PreconditionRequired
from tests.gateway.gateways import Gateway
from tests.kit.live import eventually
from tests.wire.api import assert_problem

PASSWORD = "a long first password"


def _new(**fields: Any) -> dict[str, Any]:
    email = f"{uuid4().hex[:8]}@alliance.example"
    return {"email": email, "name": "林晓 Lin Xiao", "password": PASSWORD, "roles": ["viewer"], **fields}


async def _made(client: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    reply = await client.post("/v1/users", json=_new(**fields))
    assert reply.status_code == 201, reply.text
    record: dict[str, Any] = reply.json()
    return record


async def _token(gate: Gateway, email: str, password: str = PASSWORD) -> str:
    reply = await gate.as_(None).post("/v1/sessions", json={"email": email, "password": password})
    assert reply.status_code == 201, reply.text
    token: str = reply.json()["access_token"]
    return token


async def test_a_user_is_created_listed_and_can_sign_in(gate: Gateway, key: str) -> None:
    client = gate.as_(key)
    user = await _made(client, roles=["viewer", "secretariat"])
    assert "password" not in str(user)
    listed = (await client.get("/v1/users", params={"role": "secretariat"})).json()["items"]
    assert user in listed
    me = (await gate.as_(await _token(gate, user["email"])).get("/v1/me")).json()
    assert me["roles"] == ["secretariat", "viewer"]
    assert "members:write" in me["scopes"]
    assert "users:write" not in me["scopes"]


async def test_an_address_is_one_user_s_whatever_its_case(gate: Gateway, key: str) -> None:
    client = gate.as_(key)
    user = await _made(client)
    assert_problem(await client.post("/v1/users", json=_new(email=user["email"].upper())), UserEmailTaken)


async def test_bad_values_are_refused(gate: Gateway, key: str) -> None:
    client = gate.as_(key)
    assert_problem(await client.post("/v1/users", json=_new(roles=["wizard"])), Contradiction, pointer="/roles/0")
    assert_problem(await client.post("/v1/users", json=_new(password="short")), Invalid, pointer="/password")
    assert_problem(await client.post("/v1/users", json=_new(roles=[])), Invalid, pointer="/roles")


async def test_a_change_needs_the_state_it_was_made_from(gate: Gateway, key: str) -> None:
    client = gate.as_(key)
    path = f"/v1/users/{(await _made(client))['id']}"
    tag = (await client.get(path)).headers["etag"]
    assert_problem(await client.patch(path, json={"name": "A"}), PreconditionRequired)
    assert (await client.patch(path, json={"name": "A"}, headers={"If-Match": tag})).status_code == 200
    assert_problem(await client.patch(path, json={"name": "B"}, headers={"If-Match": tag}), PreconditionFailed)


async def test_disabling_ends_sessions_and_bars_sign_in(gate: Gateway, key: str) -> None:
    client = gate.as_(key)
    user = await _made(client)
    theirs = gate.as_(await _token(gate, user["email"]))
    assert (await theirs.get("/v1/me")).status_code == 200
    path = f"/v1/users/{user['id']}"
    changed = await client.patch(path, json={"disabled": True}, headers={"If-Match": "*"})
    assert changed.json()["disabled"] is True
    assert (await theirs.get("/v1/me")).status_code == 401
    refused = await gate.as_(None).post("/v1/sessions", json={"email": user["email"], "password": PASSWORD})
    assert refused.status_code == 401
    await client.patch(path, json={"disabled": False}, headers={"If-Match": "*"})
    await _token(gate, user["email"])


async def test_nobody_hands_on_more_than_they_have(gate: Gateway, key: str, database_url: str) -> None:
    limited = gate.as_(await create_key(database_url, "hr", ["users:read", "users:write", "members:read"]))
    problem = assert_problem(await limited.post("/v1/users", json=_new(roles=["administrator"])), Forbidden)
    assert "roles:write" in problem["detail"]
    mighty = await _made(gate.as_(key), roles=["secretariat"])
    change = {"password": "taken over by me!"}
    taken = await limited.patch(f"/v1/users/{mighty['id']}", json=change, headers={"If-Match": "*"})
    assert_problem(taken, Forbidden)


async def test_a_bound_key_neither_sees_nor_makes_users_and_roles(gate: Gateway, key: str, database_url: str) -> None:
    bound = gate.as_(await create_key(database_url, "partner", sorted(SCOPES), uuid4()))
    user = await _made(gate.as_(key))
    for path in ("/v1/users", "/v1/roles"):
        assert (await bound.get(path, params={"count": "true"})).json()["total"] == 0
    assert_problem(await bound.post("/v1/users", json=_new()), Forbidden)
    role = {"name": f"role-{uuid4().hex[:8]}", "titles": {"en": "Of a partner"}, "scopes": ["events:read"]}
    assert_problem(await bound.post("/v1/roles", json=role), Forbidden)
    change = await bound.patch(f"/v1/users/{user['id']}", json={"name": "B"}, headers={"If-Match": "*"})
    assert_problem(change, NotFound)


async def test_the_last_administrator_stays_one_whatever_races(gate: Gateway, key: str, database_url: str) -> None:
    client = gate.as_(key)
    for number in range(3):
        await create_user(database_url, f"a{number}@alliance.example", "A", PASSWORD, ["administrator"])
    admins = (await client.get("/v1/users", params={"role": "administrator", "disabled": "false"})).json()["items"]
    changes = [{"disabled": True}, {"roles": ["viewer"]}]
    replies = await asyncio.gather(
        *(
            client.patch(f"/v1/users/{one['id']}", json=changes[n % 2], headers={"If-Match": "*"})
            for n, one in enumerate(admins)
        )
    )
    statuses = sorted(reply.status_code for reply in replies)
    assert statuses == [200] * (len(admins) - 1) + [409]
    assert_problem(next(reply for reply in replies if reply.status_code == 409), LastAdministrator)
    left = (await client.get("/v1/users", params={"role": "administrator", "disabled": "false"})).json()["items"]
    assert len(left) == 1


async def test_a_password_is_changed_by_its_owner_and_ends_the_other_sessions(gate: Gateway, key: str) -> None:
    user = await _made(gate.as_(key))
    here, there = gate.as_(await _token(gate, user["email"])), gate.as_(await _token(gate, user["email"]))
    wrong = {"current_password": "not my password", "new_password": "a much better password"}
    assert_problem(await here.post("/v1/me/password", json=wrong), WrongPassword)
    change = {"current_password": PASSWORD, "new_password": "a much better password"}
    assert (await here.post("/v1/me/password", json=change)).status_code == 204
    assert (await here.get("/v1/me")).status_code == 200
    assert (await there.get("/v1/me")).status_code == 401
    await _token(gate, user["email"], "a much better password")
    assert_problem(await gate.as_(key).post("/v1/me/password", json=change), NoPassword)


async def test_the_change_log_names_but_does_not_show_what_is_personal(gate: Gateway, key: str) -> None:
    user = await _made(gate.as_(key), name="Only Here Name")

    async def told() -> str:
        # A feed waits for transactions that began before, those of other tests included.
        changes = await gate.as_(key).get("/v1/gateway/changes", params={"resource_id": user["id"]})
        return changes.text if changes.json()["items"] else ""

    changes = await eventually(told)
    assert "gateway.user.created" in changes
    for secret in ("Only Here Name", user["email"], "argon2"):
        assert secret not in changes


async def test_the_command_s_way_makes_users_once(database_url: str) -> None:
    email = f"{uuid4().hex[:8]}@alliance.example"
    password = await create_user(database_url, email, "Made", None, ["viewer"])
    assert password is not None
    assert len(password) >= 16
    assert await create_user(database_url, email, "Made", None, ["viewer"]) is None


def test_every_scope_is_spelt_out_in_the_contract() -> None:
    from typing import get_args

    from services.contracts.gateway.api_key import Scope

    assert set(get_args(Scope.__value__)) == SCOPES.keys()
