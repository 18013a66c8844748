"""The audit logs of all services on one page."""

from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

import psycopg

from gateway.accounts import create_key
from services.kit.audit import audited
from services.kit.auth import Caller
from services.kit.errors import Forbidden, Invalid, InvalidCursor, Unavailable
from services.kit.http import request_id
from tests.gateway.gateways import Gateway, gateway
from tests.gateway.recorders import Services, urls_of
from tests.wire.api import assert_problem

CLERK = Caller("user:clerk", "staff")


async def test_pages_lead_through_a_log_newest_first_without_gaps(gate: Gateway, key: str, database_url: str) -> None:
    action = f"keys.{uuid4().hex}"
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        for number in range(5):
            await audited(connection, CLERK, action=action, resource="key", detail={"number": number})
    asked = {"service": "gateway", "action": action, "limit": "2"}
    found, cursor = [], None
    while True:
        reply = await gate.as_(key).get("/v1/audit", params={**asked, **({"cursor": cursor} if cursor else {})})
        assert reply.status_code == 200, reply.text
        found += reply.json()["items"]
        cursor = reply.json()["next_cursor"]
        if cursor is None:
            break
    assert [one["detail"]["number"] for one in found] == [4, 3, 2, 1, 0]
    assert {one["service"] for one in found} == {"gateway"}
    other = {**asked, "action": "other", "cursor": "AAAA"}
    assert_problem(await gate.as_(key).get("/v1/audit", params=other), InvalidCursor)


async def test_every_filter_of_the_logs_is_there(gate: Gateway, key: str, database_url: str) -> None:
    action, about = f"keys.{uuid4().hex}", uuid4()
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        token = request_id.set("the-first")
        await audited(connection, CLERK, action=action, resource="key", purpose="support", about=[about])
        request_id.set("the-second")
        await audited(connection, CLERK, action=action, resource="user", purpose="visa")
        request_id.reset(token)

    async def found(**asked: str) -> list[dict[str, Any]]:
        given = {"service": "gateway", "action": action, **asked}
        reply = await gate.as_(key).get("/v1/audit", params=given)
        assert reply.status_code == 200, reply.text
        items: list[dict[str, Any]] = reply.json()["items"]
        return items

    second, first = await found()
    for asked, expected in (
        ({"resource": "key"}, [first]),
        ({"purpose": "visa"}, [second]),
        ({"request_id": "the-first"}, [first]),
        ({"about": str(about)}, [first]),
        ({"at.gte": second["at"]}, [second]),
        ({"at.gt": first["at"]}, [second]),
        ({"at.lte": first["at"]}, [first]),
        ({"at.lt": second["at"]}, [first]),
        ({"at.gt": second["at"]}, []),
    ):
        assert await found(**asked) == expected, asked
    page = await gate.as_(key).get("/v1/audit", params={"service": "gateway", "action": action, "limit": "1"})
    other = {"service": "gateway", "action": action, "cursor": page.json()["next_cursor"], "resource": "key"}
    assert_problem(await gate.as_(key).get("/v1/audit", params=other), InvalidCursor)


async def test_the_services_are_asked_by_the_same_filters(database_url: str, key: str, recorders: Services) -> None:
    asked = {
        "action": "persons.read",
        "actor": "user:x",
        "resource": "person",
        "about": str(uuid4()),
        "purpose": "visa",
        "request_id": "r",
        "at.gte": "2026-05-01T00:00:00+00:00",
        "at.gt": "2026-05-02T00:00:00+00:00",
        "at.lte": "2026-05-31T00:00:00+00:00",
        "at.lt": "2026-05-30T00:00:00+00:00",
    }
    for service, (recorder, _) in recorders.items():
        recorder.replies[f"/v1/{service}/audit"] = lambda _: (200, {"items": [], "next_cursor": None})
    async with gateway(database_url, urls_of(recorders)) as gate:
        reply = await gate.as_(key).get("/v1/audit", params=asked)
    assert (reply.status_code, reply.json()["items"]) == (200, [])
    for service, (recorder, _) in recorders.items():
        (seen,) = [one for one in recorder.seen if one["path"] == f"/v1/{service}/audit"]
        told = {name: values[0] for name, values in parse_qs(seen["query"]).items()}
        assert told == {**asked, "sort": "-sequence", "limit": "51"}, service


async def test_what_no_log_takes_is_refused(gate: Gateway, key: str) -> None:
    for name in ("action", "actor", "resource", "purpose", "request_id"):
        for wrong in ("0" * 301, "\0"):
            reply = await gate.as_(key).get("/v1/audit", params={"service": "gateway", name: wrong})
            assert_problem(reply, Invalid)


async def test_names_the_services_that_do_not_answer(gate: Gateway, key: str) -> None:
    reply = await gate.as_(key).get("/v1/audit", params={"limit": 1})
    assert set(reply.json()["unavailable"]) == {"members", "events", "liaison"}
    assert_problem(await gate.as_(key).get("/v1/audit", params={"service": "members"}), Unavailable)


async def test_needs_its_scope(gate: Gateway, database_url: str) -> None:
    clerk = gate.as_(await create_key(database_url, "clerk", ["members:read"]))
    assert_problem(await clerk.get("/v1/audit"), Forbidden)
