"""What members keeps of the others' facts, and the segments that go by it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from services.kit.errors import Forbidden
from tests.factories.members import a_person, a_segment, an_affiliation, an_organisation
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer
from tests.wire.changes import deliver, told
from tests.wire.office import office_today


async def in_segment(members: Api, definition: dict[str, Any], **given: Any) -> list[str]:
    segment = await members.made("/v1/segments", a_segment(definition, **given))
    return [row["id"] for row in await members.items(f"/v1/segments/{segment['id']}/members")]


async def organisation(members: Api) -> str:
    return str((await members.made("/v1/organisations", an_organisation()))["id"])


async def someone(members: Api) -> str:
    return str((await members.made("/v1/persons", a_person()))["id"])


async def test_only_a_service_delivers(members: Api) -> None:
    assert_problem(await members.post("/internal/inbox", {"source": "events", "changes": []}), Forbidden)


async def test_attendance_is_who_was_let_in_to_which_event(members: Api, signer: Signer) -> None:
    came, registered = await organisation(members), await organisation(members)
    event, series = uuid4(), uuid4()
    first, second = uuid4(), uuid4()
    await deliver(
        members,
        signer,
        told("events.event.created", event, series_id=str(series), starts_local="2026-05-29T09:00:00"),
        told("events.registration.created", first, event_id=str(event), organisation_id=came, status="waitlisted"),
        told(
            "events.registration.created", second, event_id=str(event), organisation_id=registered, status="confirmed"
        ),
        told("events.check_in.created", uuid4(), registration_id=str(first), place=None),
    )
    both = {came, registered}
    for attendance, expected in (
        ({}, {came}),
        ({"event_id": str(event)}, {came}),
        ({"series_id": str(series), "year": 2026}, {came}),
        ({"year": 2025}, set()),
        ({"event_id": str(uuid4())}, set()),
        ({"counts": "registered", "year": 2026}, {registered}),
    ):
        definition = {"all": [{"list": sorted(both)}, {"attendance": attendance}]}
        assert set(await in_segment(members, definition)) == expected, attendance
    person = await members.made("/v1/persons", a_person())
    await members.made("/v1/affiliations", an_affiliation(person["id"], came))
    assert await in_segment(members, {"attendance": {"event_id": str(event)}}, resource="persons") == [person["id"]]


async def test_attendance_follows_what_is_taken_back_moved_and_told_in_any_order(members: Api, signer: Signer) -> None:
    before, after = await organisation(members), await organisation(members)
    event, registration = uuid4(), uuid4()
    arrival = told("events.check_in.created", uuid4(), registration_id=str(registration))
    # The door's change may come before that of the registration, and a second arrival before the first is taken back.
    await deliver(members, signer, arrival, told("events.check_in.created", uuid4(), registration_id=str(registration)))
    await deliver(
        members,
        signer,
        told(
            "events.registration.created", registration, event_id=str(event), organisation_id=before, status="confirmed"
        ),
    )
    await deliver(members, signer, arrival)
    at_event = {"attendance": {"event_id": str(event)}}
    assert await in_segment(members, at_event) == [before]
    await deliver(members, signer, told("events.registration.moved", registration, organisation_id=after))
    assert await in_segment(members, at_event) == [after]
    undone = {"registration_id": str(registration)}
    await deliver(members, signer, told("events.check_in.deleted", uuid4(), before=undone))
    assert await in_segment(members, at_event) == [after]
    await deliver(members, signer, told("events.check_in.deleted", uuid4(), before=undone))
    assert await in_segment(members, at_event) == []


async def test_a_persons_own_attendance_follows_the_registration(members: Api, signer: Signer) -> None:
    came, other, employer = uuid4(), await someone(members), await organisation(members)
    event, registration = uuid4(), uuid4()
    person = await someone(members)
    await members.made("/v1/affiliations", an_affiliation(other, employer))
    at_event = {"event_id": str(event)}

    async def own(**more: Any) -> list[str]:
        return await in_segment(members, {"attendance": {"of": "person", **at_event, **more}}, resource="persons")

    created = told(
        "events.registration.created",
        registration,
        event_id=str(event),
        organisation_id=employer,
        person_id=person,
        status="confirmed",
    )
    await deliver(members, signer, created)
    assert (await own(), await own(counts="registered")) == ([], [person])
    await deliver(members, signer, told("events.check_in.created", came, registration_id=str(registration)))
    assert await own() == [person]
    assert await in_segment(members, {"attendance": at_event}, resource="persons") == [other]
    updated = told("events.registration.updated", registration, person_id=other)
    await deliver(members, signer, updated, told("events.registration.updated", registration, names="…"))
    assert await own() == [other]
    await deliver(members, signer, told("events.registration.erased", registration, person_id=None))
    assert await own() == []


async def test_nobody_is_found_by_attendance_who_was_forgotten(members: Api, signer: Signer) -> None:
    person, registration = await someone(members), uuid4()
    created = told(
        "events.registration.created", registration, event_id=str(uuid4()), person_id=person, status="confirmed"
    )
    await deliver(members, signer, created)
    await members.made("/v1/erasures", {"person_id": person, "reason": "asked_for"})
    kept = "SELECT person_id FROM attendance_fact WHERE registration_id = $1"
    assert await members.runtime.read(kept, [registration]) == [(None,)]


async def test_what_arrives_together_counts_as_what_arrives_by_itself(members: Api, signer: Signer) -> None:
    event, (came, left) = str(uuid4()), (await someone(members), await someone(members))
    ids = [uuid4() for _ in range(3)]
    created = [
        told("events.registration.created", id, event_id=event, person_id=one, status="waitlisted")
        for id, one in zip(ids, (came, left, left), strict=True)
    ]
    door = [told("events.check_in.created", uuid4(), registration_id=str(id)) for id in (ids[0], ids[0], ids[1])]
    await deliver(
        members,
        signer,
        *created,
        *door,
        told("events.registration.promoted", ids[2], status="confirmed"),
        told("events.registration.updated", ids[1], person_id=None),
        told("events.check_in.deleted", uuid4(), before={"registration_id": str(ids[0])}),
    )
    at_event: dict[str, Any] = {"of": "person", "event_id": event}
    assert await in_segment(members, {"attendance": at_event}, resource="persons") == [came]
    registered = {"attendance": {**at_event, "counts": "registered"}}
    assert await in_segment(members, registered, resource="persons") == [left]


async def test_the_last_interaction_is_that_of_normal_talks(members: Api, signer: Signer) -> None:
    lately, long_ago, never = [await organisation(members) for _ in range(3)]
    today = office_today()

    def spoken_to(id: str, days_ago: int | None) -> dict[str, Any]:
        day = None if days_ago is None else (today - timedelta(days=days_ago)).isoformat()
        return told("liaison.organisation_contact.updated", id, last_contact_on=day)

    await deliver(members, signer, spoken_to(lately, 10), spoken_to(long_ago, 200))

    async def found(op: str, days: int) -> list[str]:
        last = {"last_interaction": {"op": op, "days": days}}
        return await in_segment(members, {"all": [{"list": [lately, long_ago, never]}, last]})

    assert await found("newer_than", 10) == [lately]
    assert await found("newer_than", 9) == []
    assert await found("older_than", 100) == [long_ago, never]
    await deliver(members, signer, spoken_to(lately, None))
    assert await found("newer_than", 300) == [long_ago]
