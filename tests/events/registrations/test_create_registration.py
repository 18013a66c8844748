"""Registering a participant."""

import asyncio
from collections import Counter
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.contracts.events.registration import Registration
from services.events.features.registrations.refusals import (
    AlreadyRegistered,
    MembersOnly,
    NoSuchAdmissionType,
    RegistrationClosed,
)
from services.kit.errors import Forbidden, Invalid
from tests.factories.events import a_registration, an_admission_type, an_event, at, open_event, registered
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


async def test_takes_a_place_and_answers_with_the_record(events: Api) -> None:
    event_id, admission = await open_event(events)
    reply = await events.post(
        "/v1/registrations",
        a_registration(admission, participant={"phone": {"number": "0851-8555 0123"}, "job_title": "处长"}),
    )
    assert reply.status_code == 201, reply.text
    made = Registration.model_validate(reply.json())
    assert (made.event_id, made.status, made.price_basis, made.price_status) == (
        UUID(event_id),
        "confirmed",
        "standard",
        "confirmed",
    )
    assert made.participant.phone is not None
    assert made.participant.phone.number == "+8685185550123"
    read = await events.get(reply.headers["location"])
    assert (read.content, read.headers["etag"]) == (reply.content, reply.headers["etag"])


async def test_the_log_names_the_participant_by_field_only_and_never_the_code(events: Api) -> None:
    _, admission = await open_event(events)
    made = await registered(events, admission, participant={"job_title": "Chair"})
    changes = await events.items("/v1/events/changes", resource_id=made["id"])
    assert [change["type"] for change in changes] == ["events.registration.created"]
    after = changes[0]["after"]
    assert {after[name] for name in ("names", "email", "job_title")} == {"…"}
    assert (after["country"], after["price"]) == ("CN", made["price"])
    assert not {"code", "email_key", "sort_name", "search"} & after.keys()
    assert made["code"] not in str(changes)


async def test_codes_are_long_and_never_the_same(events: Api) -> None:
    _, admission = await open_event(events)
    codes = {(await registered(events, admission))["code"] for _ in range(10)}
    assert len(codes) == 10
    assert {len(code) for code in codes} == {32}


async def test_one_place_an_address_however_it_is_written(events: Api) -> None:
    _, admission = await open_event(events)
    made = await registered(events, admission, participant={"email": "ada@example.org"})
    again = a_registration(admission, participant={"email": "ADA@example.org"})
    assert_problem(await events.post("/v1/registrations", again), AlreadyRegistered)
    await events.post(f"/v1/registrations/{made['id']}/cancellations", {})
    assert (await events.post("/v1/registrations", again)).status_code == 201
    _, elsewhere = await open_event(events)
    assert (await events.post("/v1/registrations", {**again, "admission_type_id": elsewhere})).status_code == 201
    for _ in range(2):
        await registered(events, admission, participant={"email": None})


async def test_of_many_clicks_with_one_address_one_counts(events: Api) -> None:
    event_id, admission = await open_event(events, capacity=10)
    new = a_registration(admission)
    replies = await asyncio.gather(*(events.post("/v1/registrations", new) for _ in range(12)))
    assert Counter(reply.status_code for reply in replies) == {201: 1, 409: 11}
    assert len(await events.items("/v1/registrations", event_id=event_id)) == 1


async def test_a_repeated_key_answers_the_same_bytes_and_takes_one_place(events: Api) -> None:
    event_id, admission = await open_event(events, capacity=1)
    new, key = a_registration(admission), {"Idempotency-Key": uuid4().hex}
    first = await events.post("/v1/registrations", new, headers=key)
    again = await events.post("/v1/registrations", new, headers=key)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert len(await events.items("/v1/registrations", event_id=event_id)) == 1


async def test_a_dry_run_takes_no_place(events: Api) -> None:
    _, admission = await open_event(events, capacity=1)
    tried = await events.post("/v1/registrations?dry_run=true", a_registration(admission))
    assert (tried.status_code, tried.json()["status"]) == (201, "confirmed")
    assert (await registered(events, admission))["status"] == "confirmed"


@pytest.mark.parametrize("status", ["draft", "completed", "cancelled"])
async def test_only_a_running_event_takes_registrations(events: Api, status: str) -> None:
    event = await events.made("/v1/events", an_event())
    admission = await events.made("/v1/admission-types", an_admission_type(event["id"]))
    way = {"draft": [], "completed": ["published", "closed", "completed"], "cancelled": ["published", "cancelled"]}
    for step in way[status]:
        await events.patch(f"/v1/events/{event['id']}", {"status": step})
    assert_problem(await events.post("/v1/registrations", a_registration(admission["id"])), RegistrationClosed)


async def test_the_window_binds_all_but_those_who_run_the_event(events: Api, signer: Signer) -> None:
    clerk = events.as_(signer.staff("registrations:write", "registrations:read"))
    partner = events.as_(signer.partner(uuid4()))
    over = {"starts": at("2020-05-29T09:00"), "ends": at("2020-05-29T17:00")}
    for window in (
        {"registration_opens_at": "2100-01-01T00:00:00Z"},
        {"registration_closes_at": "2020-01-01T00:00:00Z"},
        over,
    ):
        _, admission = await open_event(events, **window)
        for caller in (clerk, partner):
            reply = await caller.post("/v1/registrations", a_registration(admission))
            assert_problem(reply, RegistrationClosed)
        assert (await events.post("/v1/registrations", a_registration(admission))).status_code == 201
    event_id, admission = await open_event(events, **over, registration_closes_at="2100-01-01T00:00:00Z")
    assert (await clerk.post("/v1/registrations", a_registration(admission))).status_code == 201
    await events.patch(f"/v1/events/{event_id}", {"status": "closed"})
    assert_problem(await clerk.post("/v1/registrations", a_registration(admission)), RegistrationClosed)
    assert (await events.post("/v1/registrations", a_registration(admission))).status_code == 201


async def test_refuses_what_is_not_there_or_not_for_everybody(events: Api) -> None:
    assert_problem(await events.post("/v1/registrations", a_registration(str(uuid4()))), NoSuchAdmissionType)
    _, admission = await open_event(events, admission={"eligibility": "members"})
    assert_problem(await events.post("/v1/registrations", a_registration(admission)), MembersOnly)
    wrong: list[Any] = [[], "x", None, {"admission_type_id": 5}, {"admission_type_id": admission, "participant": []}]
    for body in wrong:
        assert_problem(await events.post("/v1/registrations", body), Invalid)


async def test_needs_the_scope(events: Api, signer: Signer) -> None:
    _, admission = await open_event(events)
    reader = events.as_(signer.staff("registrations:read", "events:write"))
    assert_problem(await reader.post("/v1/registrations", a_registration(admission)), Forbidden)
