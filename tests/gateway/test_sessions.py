"""Signing in, going on and signing out."""

import asyncio
import time
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from gateway.sessions import actions, throttle
from gateway.sessions.routes import NoSession
from services.kit.errors import Invalid, Unauthenticated
from tests.gateway.gateways import Gateway, gateway
from tests.wire.api import assert_problem


@pytest.fixture(autouse=True)
async def fresh_start(database_url: str) -> None:
    """No attempts from the tests before."""
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        await connection.execute("DELETE FROM sign_in_throttle")


async def _sign_in(gate: Gateway, administrator: tuple[str, str]) -> dict[str, Any]:
    email, password = administrator
    reply = await gate.as_(None).post("/v1/sessions", json={"email": email, "password": password})
    assert reply.status_code == 201, reply.text
    tokens: dict[str, Any] = reply.json()
    return tokens


async def test_the_right_password_opens_a_session(gate: Gateway, administrator: tuple[str, str]) -> None:
    tokens = await _sign_in(gate, (administrator[0].upper(), administrator[1]))
    assert tokens["expires_in"] == 900
    me = (await gate.as_(tokens["access_token"]).get("/v1/me")).json()
    assert me["email"] == administrator[0]
    assert me["roles"] == ["administrator"]
    assert "users:write" in me["scopes"]
    assert "signed-in" not in me["scopes"]


async def test_a_wrong_password_and_an_unknown_user_look_and_last_the_same(
    gate: Gateway, administrator: tuple[str, str]
) -> None:
    client = gate.as_(None)
    answers, took = [], []
    for email in (administrator[0], "nobody@alliance.example"):
        began = time.perf_counter()
        reply = await client.post("/v1/sessions", json={"email": email, "password": "wrong password"})
        took.append(time.perf_counter() - began)
        body = assert_problem(reply, actions.SignInRefused)
        answers.append({**body, "request_id": None})
    assert answers[0] == answers[1]
    assert min(took) > 0.005, "both passed through the hash"


async def test_a_refresh_gives_new_tokens_once(gate: Gateway, administrator: tuple[str, str]) -> None:
    tokens = await _sign_in(gate, administrator)
    client = gate.as_(None)
    renewed = await client.post("/v1/sessions/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert renewed.status_code == 201
    assert renewed.json()["refresh_token"] != tokens["refresh_token"]
    assert (await gate.as_(renewed.json()["access_token"]).get("/v1/me")).status_code == 200


async def test_a_double_click_gets_nothing_and_ends_nothing(gate: Gateway, administrator: tuple[str, str]) -> None:
    tokens = await _sign_in(gate, administrator)
    client = gate.as_(None)
    both = await asyncio.gather(
        *(client.post("/v1/sessions/refresh", json={"refresh_token": tokens["refresh_token"]}) for _ in range(5))
    )
    assert sorted(reply.status_code for reply in both) == [201, 409, 409, 409, 409]
    renewed = next(reply.json() for reply in both if reply.status_code == 201)
    again = await client.post("/v1/sessions/refresh", json={"refresh_token": renewed["refresh_token"]})
    assert again.status_code == 201


async def test_an_old_refresh_token_used_again_ends_the_session(
    gate: Gateway, administrator: tuple[str, str], database_url: str
) -> None:
    tokens = await _sign_in(gate, administrator)
    client = gate.as_(None)
    renewed = (await client.post("/v1/sessions/refresh", json={"refresh_token": tokens["refresh_token"]})).json()
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        await connection.execute("UPDATE refresh_token SET used_at = used_at - interval '1 minute'")
    stolen = await client.post("/v1/sessions/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert_problem(stolen, actions.SessionEnded)
    newest = await client.post("/v1/sessions/refresh", json={"refresh_token": renewed["refresh_token"]})
    assert_problem(newest, actions.SessionEnded)
    began = time.monotonic()
    while (await gate.as_(renewed["access_token"]).get("/v1/me")).status_code != 401:
        assert time.monotonic() - began < 5
        await asyncio.sleep(0.1)


async def test_signing_out_ends_the_tokens_in_every_process(
    gate: Gateway, administrator: tuple[str, str], database_url: str
) -> None:
    async with gateway(database_url) as other:
        tokens = await _sign_in(gate, administrator)
        client, elsewhere = gate.as_(tokens["access_token"]), other.as_(tokens["access_token"])
        assert (await elsewhere.get("/v1/me")).status_code == 200
        assert (await client.delete("/v1/sessions/current")).status_code == 204
        assert_problem(await client.get("/v1/me"), Unauthenticated)
        refused = await client.post("/v1/sessions/refresh", json={"refresh_token": tokens["refresh_token"]})
        assert_problem(refused, Unauthenticated)
        began = time.monotonic()
        while (await elsewhere.get("/v1/me")).status_code != 401:
            assert time.monotonic() - began < 5
            await asyncio.sleep(0.1)


async def _told(database_url: str, user: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Type, actor and new values of each change of a user's sessions, oldest first."""
    query = """SELECT type, actor, after FROM change WHERE resource = 'session' AND resource_id IN
        (SELECT id FROM session WHERE user_id = %s) ORDER BY sequence"""
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        return await (await connection.execute(query, [user])).fetchall()


async def test_coming_and_going_is_in_the_change_log_without_secrets(
    gate: Gateway, key: str, database_url: str
) -> None:
    office, email, password = gate.as_(key), f"{uuid4().hex}@alliance.example", "a password of hers"
    new = {"email": email, "name": "A", "password": password, "roles": ["viewer"]}
    user = (await office.post("/v1/users", json=new)).json()["id"]
    first = await _sign_in(gate, (email, password))
    assert (await gate.as_(first["access_token"]).delete("/v1/sessions/current")).status_code == 204
    second = await _sign_in(gate, (email, password))
    await office.patch(f"/v1/users/{user}", json={"disabled": True}, headers={"If-Match": "*"})

    changes = await _told(database_url, user)
    me = (await office.get("/v1/me")).json()["subject"]
    assert [(type, actor) for type, actor, _ in changes] == [
        ("gateway.session.opened", f"user:{user}"),
        ("gateway.session.ended", f"user:{user}"),
        ("gateway.session.opened", f"user:{user}"),
        ("gateway.session.ended", me),
    ]
    assert [after.get("ended_by") for _, _, after in changes] == [None, "sign-out", None, "user-disabled"]
    secrets = [tokens[one] for tokens in (first, second) for one in ("access_token", "refresh_token")]
    assert [one for one in (*secrets, password) if one in str(changes)] == []


async def test_a_refused_sign_in_leaves_no_change(
    gate: Gateway, administrator: tuple[str, str], database_url: str
) -> None:
    email, _ = administrator
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        count = "SELECT count(*) FROM change WHERE resource = 'session'"
        before = await (await connection.execute(count)).fetchone()
        await gate.as_(None).post("/v1/sessions", json={"email": email, "password": "wrong password"})
        assert await (await connection.execute(count)).fetchone() == before
        await _sign_in(gate, administrator)
        assert await (await connection.execute(count)).fetchone() != before


async def test_a_key_has_no_session(gate: Gateway, key: str) -> None:
    assert_problem(await gate.as_(key).delete("/v1/sessions/current"), NoSession)
    assert_problem(await gate.as_(None).delete("/v1/sessions/current"), Unauthenticated)


async def test_guessing_is_slowed_down_across_processes_and_never_for_good(
    gate: Gateway, administrator: tuple[str, str], database_url: str
) -> None:
    async with gateway(database_url) as other:
        guess = {"email": administrator[0], "password": "guess guess guess"}
        replies = await asyncio.gather(
            *(one.as_(None).post("/v1/sessions", json=guess) for one in (gate, other) for _ in range(10))
        )
        statuses = [reply.status_code for reply in replies]
        assert set(statuses) == {401, 429}
        assert statuses.count(401) <= throttle.FREE_PER_ACCOUNT_AND_ADDRESS
        right = await other.as_(None).post(
            "/v1/sessions", json={"email": administrator[0], "password": administrator[1]}
        )
        assert_problem(right, throttle.SignInThrottled)
        assert 1 <= int(right.headers["retry-after"]) <= throttle.LONGEST_WAIT
        # Somebody else at the same address is not held up.
        assert (await gate.as_(None).post("/v1/sessions", json={**guess, "email": "b@c.example"})).status_code == 401
        async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
            await connection.execute("UPDATE sign_in_throttle SET blocked_until = now()")  # the wait is over
        await _sign_in(gate, administrator)


async def test_what_is_no_sign_in_is_told_without_repeating_the_password(gate: Gateway) -> None:
    reply = await gate.as_(None).post("/v1/sessions", json={"email": "no address", "password": "hunter2-hunter2"})
    assert_problem(reply, Invalid, pointer="/email")
    assert "hunter2" not in reply.text


async def test_signing_in_cannot_be_rehearsed(gate: Gateway, administrator: tuple[str, str]) -> None:
    email, password = administrator
    reply = await gate.as_(None).post("/v1/sessions?dry_run=true", json={"email": email, "password": password})
    assert_problem(reply, Invalid, pointer="dry_run")


async def test_a_refresh_cannot_be_rehearsed_so_a_current_token_gives_nothing_unused(
    gate: Gateway, administrator: tuple[str, str]
) -> None:
    current = (await _sign_in(gate, administrator))["refresh_token"]
    door = gate.as_(None)
    for _ in range(2):
        tried = await door.post("/v1/sessions/refresh?dry_run=true", json={"refresh_token": current})
        assert_problem(tried, Invalid, pointer="dry_run")
    assert (await door.post("/v1/sessions/refresh", json={"refresh_token": current})).status_code == 201


async def test_a_refresh_cannot_be_rehearsed_so_an_old_token_still_ends_the_session(
    gate: Gateway, administrator: tuple[str, str], database_url: str
) -> None:
    old = (await _sign_in(gate, administrator))["refresh_token"]
    door = gate.as_(None)
    newest = (await door.post("/v1/sessions/refresh", json={"refresh_token": old})).json()["refresh_token"]
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        await connection.execute("UPDATE refresh_token SET used_at = used_at - interval '1 minute'")
    tried = await door.post("/v1/sessions/refresh?dry_run=true", json={"refresh_token": old})
    assert_problem(tried, Invalid, pointer="dry_run")
    assert_problem(await door.post("/v1/sessions/refresh", json={"refresh_token": old}), actions.SessionEnded)
    assert_problem(await door.post("/v1/sessions/refresh", json={"refresh_token": newest}), actions.SessionEnded)
