"""Processes are killed and PostgreSQL is stopped hard while writes go on: nothing acknowledged is lost or doubled, and
every change arrives where it is copied to. Recovery is the system's own."""

import asyncio
import signal
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import psycopg

from tests.factories.events import open_event, yuan
from tests.factories.members import an_organisation
from tests.journeys.alliance import EVENT_YEAR, an_organisation_of, database
from tests.journeys.callers import PATIENCE, Caller, eventually
from tests.wire.stack import Stack

SEATS = 20
FAULTS = (
    ("members-worker", "events-worker"),
    ("postgres",),
    ("members", "events", "liaison-worker"),
    ("gateway", "liaison", "gateway-worker"),
    ("postgres", "events-worker"),
)
"""What is ended at the same moment. The next come when both services have taken so many writes again."""
WRITES_BETWEEN = 10
BACK_WITHIN = 45.0
"""Seconds from a fault until those writes are done; on a quiet machine it is about four."""


@dataclass
class Acknowledged:
    """What the writers were told is done."""

    event: str
    admission: str
    member: str
    """Made first: by its id, as by any UUIDv7, what came later can be told from what was there before."""
    organisations: dict[str, dict[str, str]] = field(default_factory=dict)
    """Id → names, as they were last told."""
    registrations: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Id → address and organisation."""
    cancelled: list[str] = field(default_factory=list)


async def test_no_acknowledged_write_is_lost_or_doubled_and_every_change_arrives(stack: Stack, office: Caller) -> None:
    member = await an_organisation_of(office, terms=EVENT_YEAR)
    event, admission = await open_event(office, capacity=SEATS, admission={"member_price": yuan(80000)})
    told = Acknowledged(event, admission, member)
    over = asyncio.Event()
    writers = [
        *(asyncio.create_task(_keep_organisations(office, told, over)) for _ in range(3)),
        *(asyncio.create_task(_keep_registering(office, told, over)) for _ in range(3)),
    ]
    try:
        for names in FAULTS:
            await _more_is_done(told, writers)
            await _end(stack, names)
        await _more_is_done(told, writers)
    finally:
        over.set()
        await asyncio.gather(*writers)
    await _check_organisations(office, told)
    await _check_registrations(office, told)
    await _check_copies(stack, office, told)


async def _more_is_done(told: Acknowledged, writers: list[asyncio.Task[None]]) -> None:
    """Wait until both services have taken writes: what was ended has come back, or was not missed."""
    organisations, registrations = len(told.organisations), len(told.registrations)

    async def done() -> None:
        for writer in writers:
            if writer.done():
                writer.result()
        assert len(told.organisations) >= organisations + WRITES_BETWEEN
        assert len(told.registrations) >= registrations + WRITES_BETWEEN

    await eventually(done, within=BACK_WITHIN)


async def _end(stack: Stack, names: tuple[str, ...]) -> None:
    """Kill these as soon as all of them run. To PostgreSQL SIGQUIT is an immediate stop."""

    async def all_run() -> None:
        assert stack.pids().keys() >= set(names)

    await eventually(all_run, within=BACK_WITHIN)
    for name in names:
        stack.kill(name, signal.SIGQUIT if name == "postgres" else signal.SIGKILL)


async def _keep_organisations(office: Caller, told: Acknowledged, over: asyncio.Event) -> None:
    """Make organisations and rename them, until it is over."""
    while not over.is_set():
        made = (await office.insist("/v1/organisations", an_organisation())).json()
        told.organisations[made["id"]] = made["names"]
        names = {"zh": made["names"]["zh"], "en": f"Renamed {uuid4()}"}
        await _rename(office, made["id"], names)
        told.organisations[made["id"]] = names


async def _rename(office: Caller, id: str, names: dict[str, str]) -> None:
    """PATCH until it is known to be done; whether a lost answer was a success, the record tells."""

    async def attempt() -> None:
        try:
            reply = await office.patch(f"/v1/organisations/{id}", {"names": names})
            assert reply.status_code == 200, reply.text
            assert reply.json()["names"] == names
        except httpx.TransportError as error:
            raise AssertionError from error

    await eventually(attempt, within=PATIENCE)


async def _keep_registering(office: Caller, told: Acknowledged, over: asyncio.Event) -> None:
    """Register people of the member and of whoever was made last, and cancel every fourth, until it is over."""
    n = 0
    while not over.is_set():
        n += 1
        organisation = told.member if n % 2 or not told.organisations else list(told.organisations)[-1]
        email = f"{uuid4().hex}@example.org"
        participant = {"names": {"en": "Example Guest"}, "email": email}
        new = {"admission_type_id": told.admission, "organisation_id": organisation, "participant": participant}
        reply = await office.insist("/v1/registrations", new)
        assert reply.status_code == 201, reply.text
        told.registrations[reply.json()["id"]] = (email, organisation)
        if n % 4 == 0:
            id = reply.json()["id"]
            reply = await office.insist(f"/v1/registrations/{id}/cancellations", {})
            assert reply.status_code == 200, reply.text
            told.cancelled.append(id)


async def _listed(office: Caller, path: str, **given: str) -> list[dict[str, Any]]:
    """All of a list; asked again from its beginning while something still starts."""

    async def ask() -> list[dict[str, Any]]:
        try:
            return await office.items(path, **given, limit="200")
        except httpx.TransportError as error:
            raise AssertionError from error

    return await eventually(ask, within=PATIENCE)


async def _check_organisations(office: Caller, told: Acknowledged) -> None:
    stored = {row["id"]: row for row in await _listed(office, "/v1/organisations") if row["id"] > told.member}
    assert {id: row["names"] for id, row in stored.items()} == told.organisations
    by_name = Counter(row["names"]["en"] for row in stored.values())
    assert by_name.most_common(1)[0][1] == 1
    assert {row["version"] for row in stored.values()} == {2}


async def _check_registrations(office: Caller, told: Acknowledged) -> None:
    stored = {row["id"]: row for row in await _listed(office, "/v1/registrations", event_id=told.event)}
    expected = {id: email for id, (email, _) in told.registrations.items()}
    assert {id: row["participant"]["email"] for id, row in stored.items()} == expected
    assert len(set(expected.values())) == len(expected)
    states = Counter(row["status"] for row in stored.values())
    assert states["cancelled"] == len(told.cancelled)
    assert states["confirmed"] == min(SEATS, len(stored) - len(told.cancelled))

    async def told_and_priced() -> None:
        changes = await _listed(office, "/v1/events/changes", type="events.registration.created")
        assert sorted(id for change in changes if (id := change["resource_id"]) > told.member) == sorted(stored)
        for row in await _listed(office, "/v1/registrations", event_id=told.event):
            member = told.registrations[row["id"]][1] == told.member
            assert (row["price_status"], row["price_basis"]) == ("confirmed", "member" if member else "standard")

    await eventually(told_and_priced, within=60)


async def _check_copies(stack: Stack, office: Caller, told: Acknowledged) -> None:
    """Every change was delivered and applied once, and the copies say what members says."""

    async def told_once() -> set[str]:
        listed = await _listed(office, "/v1/members/changes", resource="organisation")
        changes = [change for change in listed if change["resource_id"] >= told.member]
        versions = [(change["resource_id"], change["resource_version"]) for change in changes]
        made_and_renamed = [(id, version) for id in told.organisations for version in (1, 2)]
        assert sorted(versions) == sorted([*made_and_renamed, (told.member, 1)])
        return {change["id"] for change in changes}

    expected = await eventually(told_once, within=10)
    for service in ("events", "liaison"):
        async with await psycopg.AsyncConnection.connect(database(stack, service), autocommit=True) as connection:

            async def arrived(connection: psycopg.AsyncConnection[Any] = connection) -> None:
                inbox = await connection.execute(
                    "SELECT id::text FROM inbox WHERE applied_at IS NOT NULL AND id > %s", [told.member]
                )
                assert {id for (id,) in await inbox.fetchall()} == expected
                copies = await connection.execute("SELECT id::text, names FROM organisation_copy")
                names = dict(await copies.fetchall())
                assert {id: names[id] for id in told.organisations} == told.organisations

            await eventually(arrived, within=60)
