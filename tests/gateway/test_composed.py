"""What the gateway puts together: timelines and the status; and what it gives to services."""

import json
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from joserfc import jwt
from joserfc.jwk import OKPKey

from gateway import identity
from gateway.accounts import create_key
from gateway.tokens import Signer
from services.contracts.scopes import INTERNAL, SCOPES
from services.kit.auth import ALGORITHMS
from services.kit.db import Database
from services.kit.errors import BadRequest, Forbidden, InvalidCursor, NotFound, Unauthenticated, Unavailable
from services.kit.settings import Settings
from tests.gateway.gateways import SECRETS, SIGNING_KEYS, Gateway, gateway
from tests.gateway.recorders import BEGAN, ORGANISATION, Services, a_change, urls_of
from tests.wire.api import assert_problem


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def trusting(database_url: str) -> AsyncIterator[Gateway]:
    """A gateway behind proxies of a network of ours."""
    async with gateway(database_url, trusted_proxies="10.0.0.0/8") as running:
        yield running


async def _read(gate: Gateway, key: str, limit: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        path = f"/v1/organisations/{ORGANISATION}/timeline"
        reply = await gate.as_(key).get(path, params={"limit": limit, **cursor})
        assert reply.status_code == 200, reply.text
        assert len(reply.json()["items"]) <= limit
        found += reply.json()["items"]
        if reply.json()["next_cursor"] is None:
            return found
        cursor = {"cursor": reply.json()["next_cursor"]}


async def test_a_timeline_is_whole_newest_first_and_pages_without_gaps(
    database_url: str, key: str, recorders: Services
) -> None:
    async with gateway(database_url, urls_of(recorders)) as gate:
        for limit in (7, 100):
            found = await _read(gate, key, limit)
            assert len({one["id"] for one in found}) == len(found) == 70
            assert [one["at"] for one in found] == sorted((one["at"] for one in found), reverse=True)
        assert {one["service"] for one in found} == {"members", "events", "liaison"}
        assert recorders["events"][0].headers()["authorization"].startswith("Bearer eyJ")


@pytest.mark.parametrize("limit", [1, 7])
async def test_a_timeline_skips_nothing_of_a_bulk_write_at_one_instant(
    database_url: str, key: str, recorders: Services, limit: int
) -> None:
    for recorder, _ in recorders.values():
        recorder.changes = [{**one, "at": BEGAN.isoformat()} for one in recorder.changes]
    recorders["events"][0].changes = [a_change("events", n, BEGAN) for n in range(90)]
    recorders["events"][0].changes += [a_change("events", n, BEGAN - timedelta(seconds=1)) for n in range(90, 95)]
    async with gateway(database_url, urls_of(recorders)) as gate:
        found = await _read(gate, key, limit)
        assert len({one["id"] for one in found}) == len(found) == 25 + 95 + 5
        assert len(recorders["events"][0].seen) < 3 * len(found)


async def test_a_timeline_refuses_a_cursor_that_the_service_refuses(
    database_url: str, key: str, recorders: Services
) -> None:
    events = recorders["events"][0]
    events.changes = [a_change("events", n, BEGAN + timedelta(days=1)) for n in range(60)]
    path = f"/v1/organisations/{ORGANISATION}/timeline"
    async with gateway(database_url, urls_of(recorders)) as gate:
        cursor: dict[str, str] = {}
        for _ in range(4):
            reply = (await gate.as_(key).get(path, params={"limit": 10, **cursor})).json()
            cursor = {"cursor": reply["next_cursor"]}
        events.replies["/v1/events/changes"] = lambda _: (400, {})
        assert_problem(await gate.as_(key).get(path, params={"limit": 10, **cursor}), InvalidCursor)


async def test_a_timeline_says_which_service_could_not_answer(database_url: str, key: str, recorders: Services) -> None:
    recorders["events"][0].delay = 5.0
    urls = {name: url for name, url in urls_of(recorders).items() if name != "liaison"}
    async with gateway(database_url, urls) as gate:
        began = time.perf_counter()
        reply = await gate.as_(key).get(f"/v1/organisations/{ORGANISATION}/timeline")
        assert time.perf_counter() - began < 2.5
        assert reply.json()["unavailable"] == ["events", "liaison"]
        assert {one["service"] for one in reply.json()["items"]} == {"members"}
    async with gateway(database_url) as gate:
        assert_problem(await gate.as_(key).get(f"/v1/organisations/{ORGANISATION}/timeline"), Unavailable)


async def test_a_timeline_is_its_organisation_s_alone(database_url: str, key: str, recorders: Services) -> None:
    async with gateway(database_url, urls_of(recorders)) as gate:
        bound = await create_key(database_url, "bound", ["changes:read", "members:read"], uuid4())
        path = f"/v1/organisations/{ORGANISATION}/timeline"
        assert_problem(await gate.as_(bound).get(path), NotFound)
        recorders["members"][0].replies[f"/v1/organisations/{ORGANISATION}"] = lambda _: (404, {})
        assert_problem(await gate.as_(key).get(path), NotFound)
        del recorders["members"][0].replies[f"/v1/organisations/{ORGANISATION}"]
        assert_problem(await gate.as_(key).get(path, params={"cursor": "made-up"}), InvalidCursor)


async def test_the_status_tells_of_each_service(database_url: str, recorders: Services) -> None:
    recorders["events"][0].replies["/readyz"] = lambda _: (503, {})
    urls = {name: url for name, url in urls_of(recorders).items() if name != "liaison"}
    async with gateway(database_url, urls) as gate:
        status = (await gate.as_(None).get("/status")).json()
        assert status["status"] == "degraded"
        told = {one["name"]: one for one in status["services"]}
        assert (told["members"]["reachable"], told["members"]["ready"]) == (True, True)
        assert (told["events"]["reachable"], told["events"]["ready"]) == (True, False)
        assert (told["liaison"]["reachable"], told["liaison"]["latency_ms"]) == (False, None)
        assert told["members"]["version"] == "1.2.3"


async def test_a_service_gets_a_token_for_its_secret(gate: Gateway) -> None:
    client = gate.as_(None)
    reply = await client.post("/internal/tokens", json={"service": "events", "secret": SECRETS["events"]})
    assert reply.status_code == 200
    assert reply.json()["expires_in"] <= 300
    published = (await client.get("/.well-known/jwks.json")).json()["keys"][0]
    claims = jwt.decode(reply.json()["token"], OKPKey.import_key(published), algorithms=ALGORITHMS).claims
    assert (claims["sub"], claims["kind"], claims["aud"]) == ("service:events", "service", "alliance-services")
    scopes = set(claims["scope"].split())
    assert INTERNAL in scopes
    assert not [scope for scope in scopes if scope.endswith(":write")]
    assert scopes - {INTERNAL} <= SCOPES.keys()


async def test_members_gets_a_token_to_act_for_who_may_call_now(
    gate: Gateway, key: str, administrator: tuple[str, str]
) -> None:
    client, office = gate.as_(None), gate.as_(key)
    (user,) = (await office.get("/v1/users", params={"email": administrator[0]})).json()["items"]
    reader = await office.post("/v1/api-keys", json={"name": "reader", "scopes": ["liaison:read", "persons:read"]})
    published = (await client.get("/.well-known/jwks.json")).json()["keys"][0]

    async def acting(subject: str, service: str = "members") -> httpx.Response:
        ask = {"service": service, "secret": SECRETS[service], "acting_for": subject}
        return await client.post("/internal/tokens", json=ask)

    for subject, writes in ((f"user:{user['id']}", ["liaison:write"]), (f"key:{reader.json()['id']}", [])):
        reply = await acting(subject)
        claims = jwt.decode(reply.json()["token"], OKPKey.import_key(published), algorithms=ALGORITHMS).claims
        assert (claims["sub"], claims["kind"], claims["act"]) == (subject, "staff", {"sub": "service:members"})
        scopes = claims["scope"].split()
        assert [scope for scope in scopes if scope.endswith(":write")] == writes
        assert INTERNAL not in scopes
        assert_problem(await acting(subject, "events"), Forbidden)
    for nobody in (f"user:{uuid4()}", f"key:{uuid4()}", f"service:{uuid4()}", "user:x", "", "anonymous"):
        assert_problem(await acting(nobody), Forbidden)
    (await office.delete(f"/v1/api-keys/{reader.json()['id']}", headers={"If-Match": "*"})).raise_for_status()
    assert_problem(await acting(f"key:{reader.json()['id']}"), Forbidden)


@pytest.mark.parametrize(
    "body",
    [
        {"service": "events", "secret": "wrong"},
        {"service": "events", "secret": SECRETS["members"]},
        {"service": "gateway", "secret": ""},
        {"service": "nobody", "secret": ""},
    ],
)
async def test_no_token_for_another_secret(gate: Gateway, body: dict[str, str]) -> None:
    assert_problem(await gate.as_(None).post("/internal/tokens", json=body), Unauthenticated)


async def test_a_service_asks_which_users_there_are(gate: Gateway, key: str, administrator: tuple[str, str]) -> None:
    client, stranger = gate.as_(None), str(uuid4())
    (user,) = (await gate.as_(key).get("/v1/users", params={"email": administrator[0]})).json()["items"]
    asked = {"service": "members", "secret": SECRETS["members"], "ids": [user["id"], stranger]}
    assert (await client.post("/internal/users", json=asked)).json() == {"unknown": [stranger]}
    assert_problem(await client.post("/internal/users", json={**asked, "secret": "wrong"}), Unauthenticated)
    for ids in (["x"], None, 5):
        assert_problem(await client.post("/internal/users", json={**asked, "ids": ids}), BadRequest)


async def test_what_is_no_question_for_a_token_is_refused(gate: Gateway) -> None:
    for content in (b"", b"[]", b"{", b'{"service": 1, "secret": 2}', b"x" * 5_000):
        assert_problem(await gate.as_(None).post("/internal/tokens", content=content), BadRequest)


async def test_health_and_metrics_answer_without_a_credential(gate: Gateway, key: str) -> None:
    client = gate.as_(None)
    assert (await client.get("/livez")).status_code == 200
    assert (await client.get("/readyz")).status_code == 200
    await gate.as_(key).get("/v1/organisations/some-id")
    metrics = (await client.get("/metrics")).text
    assert 'gateway_request_duration_seconds_count{method="GET",route="/v1/organisations/{id}"' in metrics
    assert "some-id" not in metrics
    assert 'gateway_requests_in_flight{service="members"}' in metrics


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "shown"),
    [
        ("127.0.0.1", None, True),
        ("::1", None, True),
        ("::ffff:127.0.0.1", None, True),
        ("10.1.2.3", None, True),
        ("203.0.113.9", None, False),
        ("2001:db8::1", None, False),
        ("203.0.113.9", "127.0.0.1", False),
        ("203.0.113.9", "10.1.2.3", False),
        ("10.1.2.3", "203.0.113.9", False),
        ("127.0.0.1", "10.1.2.3", False),
    ],
)
async def test_metrics_are_for_this_machine_and_trusted_networks_only(
    trusting: Gateway, peer: str, forwarded_for: str | None, shown: bool
) -> None:
    transport = httpx.ASGITransport(app=trusting.front, client=(peer, 40_000))
    headers = {"X-Forwarded-For": forwarded_for} if forwarded_for is not None else {}
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        reply = await client.get("/metrics", headers=headers)
        if shown:
            assert "gateway_requests_in_flight" in reply.text
        else:
            assert_problem(reply, NotFound)
        assert (await client.get("/livez", headers=headers)).status_code == 200


async def test_who_is_acted_for_is_not_waited_for_longer_than_a_caller(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "_LOOK_UP_SECONDS", 0.1)
    database = Database(Settings(database_url=database_url, read_pool_size=1), name="test")
    known = identity.Identity(database, Signer(json.loads(SIGNING_KEYS)))
    async with database.reads.connection():
        with pytest.raises(Unavailable):
            await known.holder(f"user:{uuid4()}")
    assert await known.holder(f"user:{uuid4()}") is None
    await database.close()
