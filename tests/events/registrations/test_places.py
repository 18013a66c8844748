"""Never one registration over capacity, whatever races."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.events.registration import RegistrationCreate
from services.events.features.registrations import actions, places, terms
from services.events.features.registrations.asking import Answers
from services.events.features.registrations.entrances import DESK
from services.events.tables.admission_type import AdmissionTypeRow
from services.kit.auth import Caller
from services.kit.turns import Turns
from tests.factories.events import a_registration, open_event, registered
from tests.faults.unlocked import TERMS_WITHOUT_LOCK, all_at_once
from tests.wire.api import Api, assert_problem

SEATS = 50
CROWD = 500


async def states(patient: Api, event_id: str) -> Counter[str]:
    """How many registrations of an event are in each state."""
    return Counter([row["status"] for row in await patient.items("/v1/registrations", event_id=event_id, limit=200)])


async def test_five_hundred_for_fifty_seats_leave_fifty_confirmed(patient: Api) -> None:
    event_id, admission_type_id = await open_event(patient, capacity=SEATS)
    replies = await asyncio.gather(
        *(patient.post("/v1/registrations", a_registration(admission_type_id)) for _ in range(CROWD))
    )
    assert Counter(reply.status_code for reply in replies) == {201: CROWD}
    assert await states(patient, event_id) == {"confirmed": SEATS, "waitlisted": CROWD - SEATS}
    numbers = [reply.json()["waitlist_number"] for reply in replies if reply.json()["waitlist_number"]]
    assert sorted(numbers) == list(range(1, CROWD - SEATS + 1))


async def test_the_same_oversells_with_the_lock_taken_out(patient: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terms, "_SEEN", TERMS_WITHOUT_LOCK)
    monkeypatch.setattr(Turns, "of", all_at_once)
    oversold = False
    for _ in range(10):  # whether one race goes wrong is chance; that ten go right would mean the check sees nothing
        event_id, admission_type_id = await open_event(patient, capacity=SEATS)
        # One too many: of more, two would take the same number on the waitlist, and the second be refused by its index.
        replies = await asyncio.gather(
            *(patient.post("/v1/registrations", a_registration(admission_type_id)) for _ in range(SEATS + 1))
        )
        assert {reply.status_code for reply in replies} == {201}
        oversold = (await states(patient, event_id))["confirmed"] > SEATS
        if oversold:
            break
    assert oversold


async def test_cancellations_and_capacity_edits_that_race_keep_to_the_seats(patient: Api) -> None:
    event_id, admission_type_id = await open_event(patient, capacity=20)
    first = [await registered(patient, admission_type_id) for _ in range(20)]
    random = Random(29)

    async def register() -> int:
        return (await patient.post("/v1/registrations", a_registration(admission_type_id))).status_code

    async def cancel(record: dict[str, Any]) -> int:
        return (await patient.post(f"/v1/registrations/{record['id']}/cancellations", {})).status_code

    async def resize(capacity: int) -> int:
        return (await patient.patch(f"/v1/events/{event_id}", {"capacity": capacity}, if_match="*")).status_code

    work = [register() for _ in range(60)] + [cancel(record) for record in first[:15]]
    work += [resize(capacity) for capacity in (25, 15, 22, 18, 30, 24)]
    random.shuffle(work)
    answers = Counter(await asyncio.gather(*work))
    assert set(answers) <= {200, 201, 409}
    capacity = (await patient.get(f"/v1/events/{event_id}")).json()["capacity"]
    found = await states(patient, event_id)
    assert found == {"confirmed": capacity, "waitlisted": 80 - 15 - capacity, "cancelled": 15}


async def test_a_quota_is_kept_when_the_event_has_places_left(patient: Api) -> None:
    event_id, admission_type_id = await open_event(patient, capacity=100, admission={"quota": 5})
    await asyncio.gather(*(registered(patient, admission_type_id) for _ in range(30)))
    assert await states(patient, event_id) == {"confirmed": 5, "waitlisted": 25}


async def test_capacity_cannot_go_below_the_places_taken(patient: Api) -> None:
    event_id, admission_type_id = await open_event(patient, capacity=3, admission={"quota": 3})
    for _ in range(3):
        await registered(patient, admission_type_id)
    for path in (f"/v1/events/{event_id}", f"/v1/admission-types/{admission_type_id}"):
        field = "capacity" if "events" in path else "quota"
        assert_problem(await patient.patch(path, {field: 2}), places.BelowTaken)
        assert (await patient.patch(path, {field: 4})).status_code == 200


async def test_a_quota_set_while_somebody_registers_counts(patient: Api) -> None:
    event_id, admission_type_id = await open_event(patient)
    await registered(patient, admission_type_id)
    async with patient.runtime.database.transaction() as session:
        await DESK.hold_alone(session, UUID(event_id))
        late = asyncio.create_task(patient.post("/v1/registrations", a_registration(admission_type_id)))
        await _somebody_waits(patient)
        await session.execute(
            update(AdmissionTypeRow).where(AdmissionTypeRow.id == UUID(admission_type_id)).values(quota=1)
        )
    reply = await late
    assert (reply.status_code, reply.json()["status"]) == (201, "waitlisted")


async def _somebody_waits(patient: Api) -> None:
    """Until a transaction waits for another's row."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    for _ in range(1_000):
        if (await patient.runtime.read(waiting, []))[0][0]:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("nobody waits")


@asynccontextmanager
async def _registering(patient: Api, admission_type_id: str) -> AsyncIterator[AsyncSession]:
    """Somebody who has registered and not committed yet."""
    new = RegistrationCreate.model_validate(a_registration(admission_type_id))
    caller = Caller("user:a", "staff", frozenset({"events:write", "registrations:read", "registrations:write"}))
    async with patient.runtime.database.transaction() as session:
        await actions.register(session, caller, new, Answers())
        yield session


async def test_where_places_have_no_limit_nobody_waits_for_another(patient: Api) -> None:
    _, admission_type_id = await open_event(patient, capacity=None)
    async with _registering(patient, admission_type_id), asyncio.timeout(2):
        await registered(patient, admission_type_id)


async def test_where_places_are_limited_they_are_given_one_after_the_other(patient: Api) -> None:
    event_id, admission_type_id = await open_event(patient, capacity=1)
    async with _registering(patient, admission_type_id):
        late = asyncio.create_task(registered(patient, admission_type_id))
        await _somebody_waits(patient)
    await late
    assert await states(patient, event_id) == {"confirmed": 1, "waitlisted": 1}


@pytest.mark.parametrize("field", ["capacity", "quota"])
async def test_a_first_limit_counts_whoever_was_registering(patient: Api, field: str) -> None:
    event_id, admission_type_id = await open_event(patient, capacity=None)
    await registered(patient, admission_type_id)
    path = f"/v1/events/{event_id}" if field == "capacity" else f"/v1/admission-types/{admission_type_id}"
    async with _registering(patient, admission_type_id):
        limited = asyncio.create_task(patient.patch(path, {field: 1}, if_match="*"))
        await _somebody_waits(patient)
    assert_problem(await limited, places.BelowTaken)


async def test_two_bulk_calls_for_the_same_people_in_another_order_do_not_wait_for_each_other_for_ever(
    patient: Api,
) -> None:
    _, admission_type_id = await open_event(patient, capacity=None)
    people = [a_registration(admission_type_id) for _ in range(200)]
    first, second = await asyncio.gather(
        patient.post("/v1/registrations/bulk", {"items": people}),
        patient.post("/v1/registrations/bulk", {"items": people[::-1]}),
    )
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json()["created"] + second.json()["created"] == 200


async def test_whoever_confirms_an_admission_type_s_text_waits_at_the_desk(patient: Api) -> None:
    """At the type's row, which each registration refers to, a crowd would keep them waiting."""
    event_id, admission_type_id = await open_event(patient, capacity=None)
    path = f"/v1/admission-types/{admission_type_id}/text-confirmations"
    async with patient.runtime.database.transaction() as session:
        await DESK.hold_open(session, [UUID(event_id)])
        confirmed = asyncio.create_task(patient.post(path, {"field": "names"}, headers={"If-Match": "*"}))
        await _somebody_waits(patient)
    assert (await confirmed).status_code == 200


async def test_an_event_is_changed_while_a_crowd_registers_without_end(patient: Api) -> None:
    event_id, admission_type_id = await open_event(patient, capacity=None)
    async with _crowd(patient, admission_type_id), asyncio.timeout(3):
        for city in ("Ubud", "Makassar", "Bandung"):
            reply = await patient.patch(f"/v1/events/{event_id}", {"city": city}, if_match="*")
            assert reply.status_code == 200


@asynccontextmanager
async def _crowd(patient: Api, admission_type_id: str) -> AsyncIterator[None]:
    """Six who register one participant after the other, as long as the block runs."""
    ended = asyncio.Event()

    async def one_after_the_other() -> None:
        while not ended.is_set():
            await registered(patient, admission_type_id)

    crowd = [asyncio.create_task(one_after_the_other()) for _ in range(6)]
    try:
        await asyncio.sleep(0.2)
        yield
    finally:
        ended.set()
        await asyncio.gather(*crowd)
