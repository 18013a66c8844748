"""The audit logs of all services on one page."""

from uuid import uuid4

import psycopg

from gateway.accounts import create_key
from services.kit.audit import audited
from services.kit.auth import Caller
from services.kit.errors import Forbidden, InvalidCursor, Unavailable
from tests.gateway.gateways import Gateway
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


async def test_names_the_services_that_do_not_answer(gate: Gateway, key: str) -> None:
    reply = await gate.as_(key).get("/v1/audit", params={"limit": 1})
    assert set(reply.json()["unavailable"]) == {"members", "events", "liaison"}
    assert_problem(await gate.as_(key).get("/v1/audit", params={"service": "members"}), Unavailable)


async def test_needs_its_scope(gate: Gateway, database_url: str) -> None:
    clerk = gate.as_(await create_key(database_url, "clerk", ["members:read"]))
    assert_problem(await clerk.get("/v1/audit"), Forbidden)
