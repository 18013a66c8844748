"""Keys and tokens at the door."""

import asyncio
import json
import time
from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey

from gateway.accounts import create_key, list_keys
from gateway.front import CredentialInAddress
from gateway.keys.secret import new_secret, well_formed
from gateway.keys.usage import store_usage
from services.kit.auth import ALGORITHMS
from services.kit.errors import BadRequest, Forbidden, NotFound, Unauthenticated
from tests.gateway.gateways import SIGNING_KEYS, Gateway, gateway
from tests.gateway.services import Echo
from tests.wire.api import assert_problem


async def _refused_within(gate: Gateway, credential: str, path: str, seconds: float) -> float:
    began = time.monotonic()
    client = gate.as_(credential)
    while (await client.get(path)).status_code != 401:
        assert time.monotonic() - began < seconds, "still good"
        await asyncio.sleep(0.1)
    return time.monotonic() - began


async def test_without_a_credential_nothing_but_what_is_public(gate: Gateway, echo: Echo) -> None:
    client = gate.as_(None)
    reply = await client.get("/v1/organisations/1")
    assert_problem(reply, Unauthenticated)
    assert reply.headers["www-authenticate"].startswith("Bearer")
    assert_problem(await client.get("/v1/not-described"), NotFound)
    assert_problem(await client.get("/v1/persons"), Unauthenticated)
    assert echo.seen == []
    assert (await client.get("/v1/memberships")).status_code == 200
    assert "authorization" not in echo.headers()


async def test_the_route_s_scope_is_checked_at_the_door(gate: Gateway, database_url: str, echo: Echo) -> None:
    client = gate.as_(await create_key(database_url, "reader", ["members:read"]))
    assert (await client.get("/v1/organisations/1")).status_code == 200
    problem = assert_problem(await client.get("/v1/persons/1"), Forbidden)
    assert "persons:read" in problem["detail"]
    assert len(echo.seen) == 1


async def test_the_service_gets_a_token_that_says_exactly_who_asks(
    gate: Gateway, database_url: str, echo: Echo
) -> None:
    organisation = uuid4()
    key = await create_key(database_url, "Partner", ["members:read"], organisation)
    client = gate.as_(key)
    tokens = set()
    for _ in range(3):
        await client.get("/v1/organisations/1")
        tokens.add(echo.headers()["authorization"])
    assert len(tokens) == 1, "one token a caller is used again"
    published = (await gate.as_(None).get("/.well-known/jwks.json")).json()["keys"]
    assert "d" not in published[0]
    token = tokens.pop().removeprefix("Bearer ")
    claims = jwt.decode(token, OKPKey.import_key(published[0]), algorithms=ALGORITHMS).claims
    assert claims["iss"] == "alliance-gateway"
    assert claims["aud"] == "alliance-services"
    assert claims["kind"] == "partner"
    assert claims["scope"] == "members:read"
    assert claims["org"] == str(organisation)
    assert claims["sub"].startswith("key:")
    assert claims["exp"] - claims["iat"] <= 300


async def test_a_revoked_key_ends_within_five_seconds_in_every_process(
    gate: Gateway, database_url: str, members: tuple[Echo, str], key: str
) -> None:
    async with gateway(database_url, {"members": members[1]}) as other:
        victim = await create_key(database_url, "victim", ["members:read", "api-keys:read"])
        for one in (gate, other):
            assert (await one.as_(victim).get("/v1/organisations/1")).status_code == 200
        client = gate.as_(key)
        found = next(item for item in (await client.get("/v1/api-keys")).json()["items"] if item["name"] == "victim")
        reply = await client.delete(f"/v1/api-keys/{found['id']}", headers={"If-Match": "*"})
        assert reply.status_code == 204
        taken = await asyncio.gather(
            _refused_within(gate, victim, "/v1/organisations/1", 1), _refused_within(other, victim, "/v1/me", 5)
        )
        assert max(taken) < 5


async def test_an_expiring_key_ends_by_itself(gate: Gateway, database_url: str) -> None:
    ends = datetime.now(UTC) + timedelta(seconds=1.5)
    key = await create_key(database_url, "short", ["members:read"], None, ends)
    assert (await gate.as_(key).get("/v1/me")).status_code == 200
    await _refused_within(gate, key, "/v1/me", 4)


async def test_what_cannot_be_a_key_is_refused_without_asking_the_database(gate: Gateway, key: str) -> None:
    mistyped = key[:-7] + ("a" if key[-7] != "a" else "b") + key[-6:]
    for bad in (mistyped, key[:-1], key + "x", "alc_live_", "x", "a.b.c"):
        assert not well_formed(bad)
        assert_problem(await gate.as_(bad).get("/v1/me"), Unauthenticated)
    assert well_formed(new_secret())
    assert_problem(await gate.as_(new_secret()).get("/v1/me"), Unauthenticated)


async def test_a_token_that_we_did_not_sign_for_this_is_refused(gate: Gateway, echo: Echo, key: str) -> None:
    now = int(time.time())
    claims = {
        "iss": "alliance-gateway",
        "aud": "alliance-gateway",
        "sub": f"user:{uuid4()}",
        "sid": str(uuid4()),
        "iat": now,
        "exp": now + 60,
    }
    ours = OKPKey.import_key({**json.loads(SIGNING_KEYS)[0], "alg": "Ed25519"})
    theirs = OKPKey.generate_key("Ed25519")
    forged = [
        jwt.encode({"alg": "Ed25519"}, claims, theirs, algorithms=ALGORITHMS),
        jwt.encode({"alg": "Ed25519"}, {**claims, "exp": now - 1}, ours, algorithms=ALGORITHMS),
        jwt.encode({"alg": "Ed25519"}, {**claims, "aud": "alliance-services"}, ours, algorithms=ALGORITHMS),
        jwt.encode({"alg": "Ed25519"}, claims, ours, algorithms=ALGORITHMS),  # well signed, but no such session
    ]
    for token in forged:
        assert_problem(await gate.as_(token).get("/v1/me"), Unauthenticated)
    await gate.as_(key).get("/v1/organisations/1")
    internal = echo.headers()["authorization"].removeprefix("Bearer ")
    assert_problem(await gate.as_(internal).get("/v1/me"), Unauthenticated)


async def test_after_the_clock_was_set_services_get_a_token_that_has_not_ended(
    gate: Gateway, echo: Echo, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = time.time
    for ahead in (0, 400):
        monkeypatch.setattr(time, "time", lambda ahead=ahead: clock() + ahead)
        assert (await gate.as_(key).get("/v1/organisations/1")).status_code == 200
        token = echo.headers()["authorization"].removeprefix("Bearer ")
        ends = json.loads(urlsafe_b64decode(token.split(".")[1] + "=="))["exp"]
        assert ends > time.time()


async def test_purposes_and_custom_fields_are_asked_for_by_their_key(gate: Gateway, key: str, echo: Echo) -> None:
    assert (await gate.as_(key).get("/v1/purposes?key=newsletter")).status_code == 200
    assert [request["query"] for request in echo.seen] == ["key=newsletter"]


@pytest.mark.parametrize(
    "query", ["api_key={}", "access_token={}", "token=x", "x={}", "%61pi%5Fkey=1", "API-KEY=1", "key=" + "x" * 41]
)
async def test_a_credential_in_the_address_is_refused_and_not_logged(
    gate: Gateway, key: str, echo: Echo, capfd: pytest.CaptureFixture[str], query: str
) -> None:
    reply = await gate.as_(key).get(f"/v1/organisations/1?{query.format(key)}")
    assert_problem(reply, CredentialInAddress)
    assert key not in reply.text
    assert_problem(await gate.as_(None).get(f"/v1/organisations/{key}"), CredentialInAddress)
    assert echo.seen == []
    told = capfd.readouterr()
    assert key not in told.out + told.err


async def test_two_credentials_at_once_are_refused(gate: Gateway, key: str) -> None:
    head = f"GET /v1/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {key}\r\n"
    answer = await gate.raw(f"{head}Authorization: Bearer other\r\n\r\n".encode())
    assert f" {BadRequest.status} ".encode() in answer.split(b"\r\n")[0]
    for scheme in ("Basic eA==", "Bearer"):
        assert (await gate.as_(None).get("/v1/me", headers={"Authorization": scheme})).status_code == 401


async def test_last_use_is_kept(gate: Gateway, database_url: str, key: str) -> None:
    used = await create_key(database_url, "used", ["members:read"])
    before = next(one for one in await list_keys(database_url) if one.name == "used")
    await gate.as_(used).get("/v1/me")
    await store_usage(gate.state.runtime.database, gate.state.identity)
    keys = (await gate.as_(key).get("/v1/api-keys")).json()["items"]
    found = next(item for item in keys if item["name"] == "used")
    assert datetime.fromisoformat(found["last_used_at"]) > datetime.now(UTC) - timedelta(seconds=30)
    assert datetime.fromisoformat(found["updated_at"]) == before.updated_at, "use is no edit"


async def test_many_requests_at_once_look_a_credential_up_once(gate: Gateway, database_url: str) -> None:
    fresh = await create_key(database_url, "crowd", ["members:read"])
    client = gate.as_(fresh)
    replies = await asyncio.gather(*(client.get("/v1/me") for _ in range(40)))
    assert {reply.status_code for reply in replies} == {200}
