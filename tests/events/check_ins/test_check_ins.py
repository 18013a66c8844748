"""At the door."""

import asyncio
from collections import Counter
from uuid import UUID

import pytest

from services.contracts.events.check_in import CheckInCreate
from services.contracts.events.event import EventUpdate
from services.events.features.check_ins.actions import NoSuchCode, NotAdmitted, check_in
from services.events.features.events.actions import update
from services.events.tables.registration import new_code
from services.kit.auth import Caller
from services.kit.errors import Forbidden, Invalid, PreconditionFailed
from services.kit.etag import IfMatch
from tests.factories.events import open_event, registered
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

OFFICE = Caller("user:office", "staff", frozenset({"check-ins:write", "events:write", "registrations:read"}))


async def test_lets_in_once_and_tells_the_first_time_again(events: Api, signer: Signer) -> None:
    event_id, admission = await open_event(events)
    person = await registered(events, admission)
    door = events.as_(signer.staff("check-ins:write"))
    first = await door.post("/v1/check-ins", {"code": person["code"], "place": "North gate"})
    assert (first.status_code, first.json()["place"]) == (201, "North gate"), first.text
    told = first.json()
    assert (told["registration_id"], told["event_id"]) == (person["id"], event_id)
    assert told["participant_names"] == person["participant"]["names"]
    assert told["admission_type_names"]["en"] == "Delegate"
    again = await door.post("/v1/check-ins", {"code": person["code"], "place": "South gate"})
    assert (again.status_code, again.json()) == (200, told)
    read = (await events.get(f"/v1/registrations/{person['id']}")).json()
    assert read["checked_in_at"] == told["created_at"]
    changes = await events.items("/v1/events/changes", resource_id=told["id"])
    assert [change["type"] for change in changes] == ["events.check_in.created"]


async def test_of_many_doors_one_is_first(events: Api) -> None:
    event_id, admission = await open_event(events)
    code = (await registered(events, admission))["code"]
    replies = await asyncio.gather(*(events.post("/v1/check-ins", {"code": code}) for _ in range(10)))
    assert Counter(reply.status_code for reply in replies) == {201: 1, 200: 9}
    assert len({reply.json()["id"] for reply in replies}) == 1
    assert len(await events.items("/v1/check-ins", event_id=event_id)) == 1


async def test_is_either_before_or_after_a_cancellation(events: Api) -> None:
    _, admission = await open_event(events)
    for _ in range(5):
        person = await registered(events, admission)
        door, desk = await asyncio.gather(
            events.post("/v1/check-ins", {"code": person["code"]}),
            events.post(f"/v1/registrations/{person['id']}/cancellations", {}),
        )
        assert sorted((door.status_code, desk.status_code)) in ([200, 409], [201, 409])


async def test_admits_confirmed_registrations_of_running_events(events: Api) -> None:
    event_id, admission = await open_event(events, capacity=1)
    first, waits = [await registered(events, admission) for _ in range(2)]
    assert_problem(await events.post("/v1/check-ins", {"code": waits["code"]}), NotAdmitted)
    await events.patch(f"/v1/events/{event_id}", {"status": "closed"})
    assert (await events.post("/v1/check-ins", {"code": first["code"]})).status_code == 201
    await events.post(f"/v1/registrations/{waits['id']}/cancellations", {})
    assert_problem(await events.post("/v1/check-ins", {"code": waits["code"]}), NotAdmitted)
    other_id, other = await open_event(events)
    person = await registered(events, other)
    await events.patch(f"/v1/events/{other_id}", {"status": "cancelled"})
    assert_problem(await events.post("/v1/check-ins", {"code": person["code"]}), NotAdmitted)


async def test_waits_for_an_event_that_is_being_cancelled(events: Api) -> None:
    event_id, admission = await open_event(events)
    person = await registered(events, admission)
    async with events.runtime.database.transaction() as session:
        await update(session, OFFICE, UUID(event_id), EventUpdate(status="cancelled"), IfMatch(None))
        door = asyncio.create_task(events.post("/v1/check-ins", {"code": person["code"]}))
        answered, _ = await asyncio.wait({door}, timeout=0.5)
    assert not answered
    assert_problem(await door, NotAdmitted)


async def test_an_event_is_cancelled_before_or_after_a_check_in_that_has_begun(events: Api) -> None:
    event_id, admission = await open_event(events)
    person = await registered(events, admission)
    async with events.runtime.database.transaction() as session:
        await check_in(session, OFFICE, CheckInCreate(code=person["code"]))
        desk = asyncio.create_task(events.patch(f"/v1/events/{event_id}", {"status": "cancelled"}))
        answered, _ = await asyncio.wait({desk}, timeout=0.5)
    assert not answered
    assert (await desk).json()["status"] == "cancelled"
    assert len(await events.items("/v1/check-ins", event_id=event_id)) == 1


@pytest.mark.parametrize("code", ["", "A" * 31, "a" * 32, "A" * 33, "0" * 32])
async def test_refuses_what_cannot_be_a_code(events: Api, code: str) -> None:
    assert_problem(await events.post("/v1/check-ins", {"code": code}), Invalid, pointer="/code")


async def test_knows_no_other_code(events: Api, signer: Signer) -> None:
    assert_problem(await events.post("/v1/check-ins", {"code": new_code()}), NoSuchCode)
    reader = events.as_(signer.staff("registrations:write"))
    assert_problem(await reader.post("/v1/check-ins", {"code": new_code()}), Forbidden)


async def test_is_undone_and_made_again(events: Api) -> None:
    event_id, admission = await open_event(events)
    person = await registered(events, admission)
    made = await events.made("/v1/check-ins", {"code": person["code"]})
    path = f"/v1/check-ins/{made['id']}"
    assert_problem(await events.delete(path, if_match='"9"'), PreconditionFailed)
    assert (await events.delete(path)).status_code == 204
    assert (await events.get(f"/v1/registrations/{person['id']}")).json()["checked_in_at"] is None
    assert await events.items("/v1/check-ins", event_id=event_id) == []
    assert (await events.post("/v1/check-ins", {"code": person["code"]})).status_code == 201
    changes = await events.items("/v1/events/changes", resource_id=made["id"])
    assert [change["type"] for change in changes] == ["events.check_in.created", "events.check_in.deleted"]


async def test_takes_what_a_device_kept_while_offline(events: Api) -> None:
    event_id, admission = await open_event(events, capacity=3)
    people = [await registered(events, admission) for _ in range(4)]
    codes = [person["code"] for person in people]
    items = [{"code": code} for code in (codes[0], codes[1], codes[0], codes[3], new_code())]
    reply = await events.post("/v1/check-ins/bulk", {"items": items})
    results = reply.json()["results"]
    assert [result["status"] for result in results] == [201, 201, 201, 409, 404]
    assert results[0]["id"] == results[2]["id"]
    assert len(await events.items("/v1/check-ins", event_id=event_id)) == 2
    again = await events.post("/v1/check-ins/bulk", {"items": items[:2]})
    assert [result["id"] for result in again.json()["results"]] == [result["id"] for result in results[:2]]


async def test_lists_by_event_and_registration(events: Api) -> None:
    event_id, admission = await open_event(events)
    people = [await registered(events, admission) for _ in range(3)]
    for person in people:
        await events.made("/v1/check-ins", {"code": person["code"]})
    rows = await events.items("/v1/check-ins", event_id=event_id, sort="-created_at", limit=2)
    assert [row["registration_id"] for row in rows] == [person["id"] for person in reversed(people)]
    one = await events.items("/v1/check-ins", registration_id=people[0]["id"])
    assert [UUID(row["event_id"]) for row in one] == [UUID(event_id)]
    assert (await events.get(f"/v1/check-ins?event_id={event_id}&count=true")).json()["total"] == 3
