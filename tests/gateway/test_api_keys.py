"""API keys: issued, rotated, revoked."""

import asyncio
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import psycopg

from gateway.accounts import MOST_LISTED, create_key, list_keys, revoke_key
from gateway.keys.actions import KeyRevoked
from gateway.keys.secret import well_formed
from services.kit.errors import Contradiction, Forbidden, Invalid, NotFound
from tests.gateway.gateways import Gateway
from tests.wire.api import assert_problem


def _new(**fields: Any) -> dict[str, Any]:
    return {"name": "Ticketing partner", "scopes": ["events:read"], **fields}


async def test_a_key_is_shown_once_and_only_its_hash_is_kept(gate: Gateway, key: str, database_url: str) -> None:
    client = gate.as_(key)
    made = await client.post("/v1/api-keys", json=_new(scopes=["events:read", "events:read"]))
    assert made.status_code == 201
    secret, id = made.json()["key"], made.json()["id"]
    assert well_formed(secret)
    assert made.json()["scopes"] == ["events:read"]
    assert made.headers["location"] == f"/v1/api-keys/{id}"
    assert made.headers["cache-control"] == "no-store"
    read = await client.get(f"/v1/api-keys/{id}")
    assert "key" not in read.json()
    assert read.headers["etag"] == made.headers["etag"]
    assert secret.startswith(read.json()["hint"])
    assert (await gate.as_(secret).get("/v1/me")).json()["subject"] == f"key:{id}"
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        for table in ("api_key", "api_key_secret", "change", "idempotency"):
            rows = await (await connection.execute(f"SELECT t::text FROM {table} t")).fetchall()
            assert secret not in str(rows)


async def test_a_key_gets_only_known_scopes_that_its_maker_holds(gate: Gateway, key: str, database_url: str) -> None:
    assert_problem(await gate.as_(key).post("/v1/api-keys", json=_new(scopes=["x:y"])), Invalid, pointer="/scopes/0")
    assert_problem(await gate.as_(key).post("/v1/api-keys", json=_new(scopes=[])), Invalid, pointer="/scopes")
    limited = gate.as_(await create_key(database_url, "limited", ["api-keys:read", "api-keys:write"]))
    assert_problem(await limited.post("/v1/api-keys", json=_new()), Forbidden)


async def test_a_key_must_end_in_the_future(gate: Gateway, key: str) -> None:
    reply = await gate.as_(key).post("/v1/api-keys", json=_new(expires_at="2020-01-01T00:00:00Z"))
    assert_problem(reply, Contradiction, pointer="/expires_at")


async def test_a_rotation_overlaps_for_as_long_as_asked(gate: Gateway, key: str) -> None:
    client = gate.as_(key)
    first = (await client.post("/v1/api-keys", json=_new())).json()
    path = f"/v1/api-keys/{first['id']}"
    second = (await client.post(f"{path}/rotations", json={"overlap_seconds": 2})).json()
    assert second["id"] == first["id"]
    old, new = gate.as_(first["key"]), gate.as_(second["key"])
    assert (await old.get("/v1/me")).json()["subject"] == (await new.get("/v1/me")).json()["subject"]
    began = time.monotonic()
    while (await old.get("/v1/me")).status_code != 401:
        assert time.monotonic() - began < 6
        await asyncio.sleep(0.2)
    assert (await new.get("/v1/me")).status_code == 200
    third = (await client.post(f"{path}/rotations", json={"overlap_seconds": 0})).json()
    assert (await gate.as_(third["key"]).get("/v1/me")).status_code == 200
    await client.delete(path, headers={"If-Match": "*"})
    assert_problem(await client.post(f"{path}/rotations", json={}), KeyRevoked)


async def test_a_bound_caller_sees_and_makes_keys_of_its_own_organisation_only(
    gate: Gateway, key: str, database_url: str
) -> None:
    mine, theirs = uuid4(), uuid4()
    scopes = ["api-keys:read", "api-keys:write", "events:read"]
    bound = gate.as_(await create_key(database_url, "bound", scopes, mine))
    foreign = (await gate.as_(key).post("/v1/api-keys", json=_new(organisation_id=str(theirs)))).json()
    assert_problem(await bound.post("/v1/api-keys", json=_new()), Forbidden)
    assert_problem(await bound.post("/v1/api-keys", json=_new(organisation_id=str(theirs))), Forbidden)
    assert (await bound.post("/v1/api-keys", json=_new(organisation_id=str(mine)))).status_code == 201
    listed = (await bound.get("/v1/api-keys", params={"count": "true"})).json()
    assert {item["organisation_id"] for item in listed["items"]} == {str(mine)}
    assert listed["total"] == 2
    path = f"/v1/api-keys/{foreign['id']}"
    assert_problem(await bound.get(path), NotFound)
    assert_problem(await bound.delete(path, headers={"If-Match": "*"}), NotFound)
    assert_problem(await bound.post(f"{path}/rotations", json={}), NotFound)


async def test_a_dry_run_makes_no_key(gate: Gateway, key: str) -> None:
    client = gate.as_(key)
    reply = await client.post("/v1/api-keys?dry_run=true", json=_new(name="never"))
    assert reply.headers["dry-run"] == "true"
    assert (await gate.as_(reply.json()["key"]).get("/v1/me")).status_code == 401
    assert "never" not in (await client.get("/v1/api-keys")).text


async def test_the_command_s_way(database_url: str) -> None:
    await create_key(database_url, "by command", ["members:read"])
    found = next(one for one in await list_keys(database_url) if one.name == "by command")
    assert await revoke_key(database_url, found.id)
    assert not await revoke_key(database_url, found.id)
    assert not await revoke_key(database_url, uuid4())


async def test_the_command_lists_the_newest_when_there_are_very_many(migrated: Callable[[str], str]) -> None:
    database_url = migrated("gateway")
    await create_key(database_url, "first", ["members:read"])
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        await connection.execute(
            "INSERT INTO api_key (id, version, name, hint, scopes, created_at, updated_at)"
            " SELECT overlay(id::text PLACING lpad(to_hex(n), 12, '0') FROM 25)::uuid, 1, n::text, hint, scopes,"
            " created_at, updated_at FROM api_key, generate_series(1, %s) n ON CONFLICT DO NOTHING",
            (MOST_LISTED + 5,),
        )
    await create_key(database_url, "last", ["members:read"])
    found = await list_keys(database_url)
    assert len(found) == MOST_LISTED
    assert found[-1].name == "last"
    assert [one.id for one in found] == sorted(one.id for one in found)
