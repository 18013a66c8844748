"""Changing who comes."""

from typing import Any

from services.events.features.registrations.refusals import AlreadyCancelled, AlreadyRegistered
from services.kit.errors import PreconditionFailed
from tests.factories.events import open_event, registered
from tests.wire.api import Api, assert_problem


async def test_another_person_comes_in_the_same_place(events: Api) -> None:
    _, admission = await open_event(events)
    made = await registered(events, admission)
    person = {"names": {"en": "Li Yunshu", "zh": None}, "email": "li@example.org", "phone": {"number": "x"}}
    reply = await events.patch(f"/v1/registrations/{made['id']}", {"participant": person})
    assert reply.status_code == 200, reply.text
    changed = reply.json()
    assert (changed["participant"]["names"], changed["participant"]["country"]) == ({"en": "Li Yunshu"}, "CN")
    assert (changed["code"], changed["price"], changed["version"]) == (made["code"], made["price"], 2)
    changes = await events.items("/v1/events/changes", resource_id=made["id"])
    assert changes[-1]["after"] == {"names": "…", "email": "…", "phone": "…"}
    found = await events.items("/v1/registrations", q="Li Yunshu", email="LI@example.org")
    assert [row["id"] for row in found] == [made["id"]]


async def test_what_does_not_change_makes_no_version(events: Api) -> None:
    _, admission = await open_event(events)
    made = await registered(events, admission)
    changes: list[dict[str, Any]] = [{}, {"participant": {}}, {"participant": {"country": "CN"}}]
    for body in changes:
        reply = await events.patch(f"/v1/registrations/{made['id']}", body)
        assert (reply.status_code, reply.json()["version"]) == (200, 1)


async def test_refuses_an_address_that_has_a_place_and_a_cancelled_registration(events: Api) -> None:
    _, admission = await open_event(events)
    first, second = [await registered(events, admission) for _ in range(2)]
    path = f"/v1/registrations/{second['id']}"
    taken = {"participant": {"email": first["participant"]["email"]}}
    assert_problem(await events.patch(path, taken), AlreadyRegistered)
    assert_problem(await events.patch(path, {"participant": {}}, if_match='"7"'), PreconditionFailed)
    await events.post(f"{path}/cancellations", {})
    assert_problem(await events.patch(path, {"participant": {"email": None}}), AlreadyCancelled)
