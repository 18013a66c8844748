"""What runs beside the requests goes on, whatever happens to it, and loses nothing."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import psycopg

from gateway.accounts import create_key, list_keys
from gateway.identity import Identity
from gateway.keys.usage import keep_usage, store_usage
from services.kit.app import VERSION
from services.kit.db import Database
from services.kit.errors import Unauthenticated, Unavailable
from tests.gateway.gateways import Gateway, gateway, listening
from tests.gateway.services import Echo, document
from tests.wire.api import assert_problem


async def _until(condition: Callable[[], bool], within: float = 5.0) -> None:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < within
        await asyncio.sleep(0.05)


async def _execute(database_url: str, *statements: str) -> None:
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        for statement in statements:
            await connection.execute(statement.encode())


async def _used(database_url: str, name: str) -> bool:
    return any(one.last_used_at for one in await list_keys(database_url) if one.name == name)


def _parts(gate: Gateway) -> tuple[Database, Identity]:
    return gate.state.runtime.database, gate.state.identity


async def test_use_that_cannot_be_stored_is_stored_later(migrated: Callable[[str], str]) -> None:
    database_url = migrated("gateway")
    key = await create_key(database_url, "busy", ["members:read"])
    async with gateway(database_url) as gate:
        await gate.as_(key).get("/v1/me")
        await _execute(database_url, "ALTER TABLE api_key RENAME COLUMN last_used_at TO away")
        await store_usage(*_parts(gate))
        await _execute(database_url, "ALTER TABLE api_key RENAME COLUMN away TO last_used_at")
        assert not await _used(database_url, "busy")
        await store_usage(*_parts(gate))
        assert await _used(database_url, "busy")


async def test_use_goes_on_being_stored_after_a_failure_nobody_foresaw(migrated: Callable[[str], str]) -> None:
    database_url = migrated("gateway")
    key = await create_key(database_url, "busy", ["members:read"])
    async with gateway(database_url) as gate:
        database, identity = _parts(gate)
        identity.put_back_used({cast("UUID", "no id"): datetime.now(UTC)})
        running = asyncio.create_task(keep_usage(database, identity, every=0.05))
        await asyncio.sleep(0.3)
        assert not running.done()
        kept: list[object] = []
        async with asyncio.timeout(5):  # it may be trying to store them at this very moment, and puts them back then
            while not kept:
                await asyncio.sleep(0.01)
                kept = list(identity.take_used())
        assert kept == ["no id"]
        await gate.as_(key).get("/v1/me")
        began = time.monotonic()
        while not await _used(database_url, "busy"):
            assert time.monotonic() - began < 5
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def test_what_is_put_back_does_not_hide_a_later_use(gate: Gateway) -> None:
    _, identity = _parts(gate)
    identity.take_used()
    id, before, later = UUID(int=1), datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    identity.put_back_used({id: later})
    identity.put_back_used({id: before, UUID(int=2): before})
    assert identity.take_used() == {id: later, UUID(int=2): before}


async def test_a_renewal_that_fails_is_tried_again(migrated: Callable[[str], str]) -> None:
    database_url = migrated("gateway")
    key = (await create_key(database_url, "busy", ["members:read"])).encode()
    async with gateway(database_url) as gate:
        _, identity = _parts(gate)
        began = time.monotonic()
        await identity.find(key)
        # A row that the look-up cannot make sense of: no failure that it foresees.
        await _execute(
            database_url,
            "ALTER TABLE api_key ALTER scopes DROP NOT NULL",
            "UPDATE api_key SET scopes = NULL",
        )
        await asyncio.sleep(max(0.0, 1.6 - (time.monotonic() - began)))
        assert identity.known(key) is not None
        await asyncio.sleep(0.3)
        await _execute(database_url, "UPDATE api_key SET scopes = '{events:read}'")

        def renewed() -> bool:
            kept = identity.known(key)
            assert kept is not None, "the answer grew too old"
            return kept.caller.scopes == {"events:read"}

        await _until(renewed)


async def test_a_malformed_document_leaves_the_others_and_is_taken_up_once_it_is_well(
    database_url: str, key: str
) -> None:
    bad: dict[str, Any] = document("events", **{"/v1/calendar/{name}": None})
    well = dict(bad)
    bad["paths"] = {"/v1/calendar/{name}": "not an object"}
    members, events = Echo(document("members", **{"/v1/memberships": None})), Echo(bad)
    async with (
        listening(members) as a,
        listening(events) as b,
        gateway(database_url, {"members": a, "events": b}) as gate,
    ):
        client, documents = gate.as_(None), gate.state.documents
        assert documents.missing == ["events", "liaison"]
        assert (await client.get("/v1/memberships")).status_code == 200
        assert (await client.get("/openapi.json")).json()["info"]["version"] == VERSION
        assert_problem(await client.get("/v1/calendar/all.ics"), Unavailable)
        events.document = well
        await _until(lambda: "events" not in documents.missing)  # by the loop, which still runs
        assert (await client.get("/v1/calendar/all.ics")).status_code == 200


async def test_a_stranger_waits_while_it_is_not_known_what_is_public(database_url: str) -> None:
    members = Echo(document("members", **{"/v1/memberships": None}))
    async with listening(members) as url, gateway(database_url, {"members": url}) as gate:
        client = gate.as_(None)
        reply = await client.get("/v1/calendar/all.ics")
        assert_problem(reply, Unavailable)
        assert int(reply.headers["retry-after"]) > 0
        assert_problem(await client.get("/v1/persons"), Unauthenticated)  # members' document was read
