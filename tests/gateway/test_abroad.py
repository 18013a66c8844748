"""Where a key is used and a user works: the services are told when that is abroad."""

from typing import Any
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import OKPKey

from gateway.accounts import create_key
from services.contracts.scopes import SCOPES
from services.kit.auth import ALGORITHMS
from services.kit.errors import Forbidden
from tests.gateway.gateways import Gateway
from tests.wire.api import assert_problem

PASSWORD = "a long first password"


async def told(gate: Gateway, credential: str) -> dict[str, Any]:
    """What a service is told of the caller."""
    echo = (await gate.as_(credential).get("/v1/organisations")).json()
    token = dict(echo["headers"])["authorization"].removeprefix("Bearer ")
    keys = (await gate.as_(None).get("/.well-known/jwks.json")).json()["keys"]
    claims: dict[str, Any] = jwt.decode(token, OKPKey.import_key(keys[0]), algorithms=ALGORITHMS).claims
    return claims


async def test_a_key_of_another_country_is_abroad(gate: Gateway, database_url: str) -> None:
    scopes = ["members:read"]
    for country, abroad in (("NP", True), ("CN", False), (None, False)):
        key = await create_key(database_url, "office", scopes, country=country)
        assert (await told(gate, key)).get("abroad", False) is abroad, country


async def test_a_user_who_moves_is_abroad_from_then_on(gate: Gateway, key: str) -> None:
    client = gate.as_(key)
    email = f"{uuid4().hex[:8]}@alliance.example"
    new = {"email": email, "name": "Lin Xiao", "password": PASSWORD, "roles": ["viewer"], "country": "CN"}
    made = await client.post("/v1/users", json=new)
    assert made.json()["country"] == "CN"
    signed_in = await gate.as_(None).post("/v1/sessions", json={"email": email, "password": PASSWORD})
    assert "abroad" not in await told(gate, signed_in.json()["access_token"])
    path = f"/v1/users/{made.json()['id']}"
    changed = await client.patch(path, json={"country": "FR"}, headers={"If-Match": made.headers["etag"]})
    assert changed.json()["country"] == "FR"
    again = await gate.as_(None).post("/v1/sessions", json={"email": email, "password": PASSWORD})
    assert (await told(gate, again.json()["access_token"]))["abroad"] is True


async def test_callers_abroad_make_no_keys_and_users(gate: Gateway, database_url: str) -> None:
    abroad = gate.as_(await create_key(database_url, "office", sorted(SCOPES), country="NP"))
    key = {"name": "mine", "scopes": ["events:read"], "country": "CN"}
    assert_problem(await abroad.post("/v1/api-keys", json=key), Forbidden)
    user = {"email": f"{uuid4().hex}@alliance.example", "name": "x", "password": PASSWORD, "roles": ["viewer"]}
    assert_problem(await abroad.post("/v1/users", json=user), Forbidden)


async def test_callers_abroad_do_not_come_by_what_opens_the_office(gate: Gateway, key: str, database_url: str) -> None:
    office = gate.as_(key)
    abroad = gate.as_(await create_key(database_url, "office", sorted(SCOPES), country="NP"))
    made = (await office.post("/v1/api-keys", json={"name": "desk", "scopes": ["events:read"]})).json()
    rotated = await abroad.post(f"/v1/api-keys/{made['id']}/rotations", json={"overlap_seconds": 0})
    assert_problem(rotated, Forbidden)
    new = {"email": f"{uuid4().hex}@alliance.example", "name": "Lin", "password": PASSWORD, "roles": ["viewer"]}
    user = await office.post("/v1/users", json=new)
    path, tag = f"/v1/users/{user.json()['id']}", {"If-Match": "*"}
    for change in (
        {"password": "another long password"},
        {"email": f"{uuid4().hex}@alliance.example"},
        {"roles": ["leadership"]},
    ):
        assert_problem(await abroad.patch(path, json=change, headers=tag), Forbidden)
    # Whoever must be kept out can be, from anywhere.
    assert (await abroad.patch(path, json={"disabled": True}, headers=tag)).status_code == 200
