"""The waitlist: first come, first served, in the transaction that frees the place."""

from typing import Any

from services.events.features.registrations.refusals import AlreadyCancelled, AlreadyLetIn
from tests.factories.events import an_admission_type, open_event, registered
from tests.wire.api import Api, assert_problem


async def read(events: Api, record: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await events.get(f"/v1/registrations/{record['id']}")).json()
    return found


async def cancel(events: Api, record: dict[str, Any]) -> dict[str, Any]:
    reply = await events.post(f"/v1/registrations/{record['id']}/cancellations", {"note": "Cannot travel"})
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


async def statuses(events: Api, records: list[dict[str, Any]]) -> list[str]:
    return [(await read(events, record))["status"] for record in records]


async def test_a_cancelled_place_goes_to_the_first_who_waits(events: Api) -> None:
    _, admission = await open_event(events, capacity=1)
    first, *waiting = [await registered(events, admission) for _ in range(4)]
    assert [row["waitlist_number"] for row in waiting] == [1, 2, 3]
    ended = await cancel(events, first)
    assert (ended["status"], ended["cancel_reason"], ended["cancel_note"]) == (
        "cancelled",
        "asked_for",
        "Cannot travel",
    )
    assert await statuses(events, waiting) == ["confirmed", "waitlisted", "waitlisted"]
    await cancel(events, waiting[1])
    assert await statuses(events, waiting) == ["confirmed", "cancelled", "waitlisted"]
    await cancel(events, waiting[0])
    assert await statuses(events, waiting) == ["cancelled", "cancelled", "confirmed"]


async def test_tells_the_promotion_and_raises_the_version(events: Api) -> None:
    _, admission = await open_event(events, capacity=1)
    first, second = [await registered(events, admission) for _ in range(2)]
    await cancel(events, first)
    changes = await events.items("/v1/events/changes", resource_id=second["id"])
    assert changes[-1]["type"] == "events.registration.promoted"
    assert changes[-1]["before"] == {"status": "waitlisted", "waitlist_number": 1}
    assert changes[-1]["after"] == {"status": "confirmed", "waitlist_number": None}
    assert changes[-1]["resource_version"] == (await read(events, second))["version"] == 2


async def test_newcomers_queue_behind(events: Api) -> None:
    _, admission = await open_event(events, capacity=1)
    first, second, third = [await registered(events, admission) for _ in range(3)]
    await cancel(events, third)
    fourth = await registered(events, admission)
    await cancel(events, first)
    assert await statuses(events, [second, fourth]) == ["confirmed", "waitlisted"]


async def test_a_larger_capacity_promotes_in_order(events: Api) -> None:
    event_id, admission = await open_event(events, capacity=1)
    rows = [await registered(events, admission) for _ in range(5)]
    await events.patch(f"/v1/events/{event_id}", {"capacity": 3})
    assert await statuses(events, rows) == ["confirmed"] * 3 + ["waitlisted"] * 2
    await events.patch(f"/v1/events/{event_id}", {"capacity": None})
    assert await statuses(events, rows) == ["confirmed"] * 5


async def test_one_whose_quota_is_used_up_is_passed_over_and_keeps_the_turn(events: Api) -> None:
    event_id, scarce = await open_event(events, capacity=2, admission={"quota": 1})
    free = (await events.made("/v1/admission-types", an_admission_type(event_id)))["id"]
    holder, other = await registered(events, scarce), await registered(events, free)
    waits_scarce, waits_free = await registered(events, scarce), await registered(events, free)
    await cancel(events, other)
    assert await statuses(events, [waits_scarce, waits_free]) == ["waitlisted", "confirmed"]
    await cancel(events, holder)
    assert await statuses(events, [waits_scarce]) == ["confirmed"]


async def test_a_larger_quota_promotes_as_far_as_the_event_has_places(events: Api) -> None:
    _, admission = await open_event(events, capacity=3, admission={"quota": 1})
    rows = [await registered(events, admission) for _ in range(5)]
    await events.patch(f"/v1/admission-types/{admission}", {"quota": None})
    assert await statuses(events, rows) == ["confirmed"] * 3 + ["waitlisted"] * 2


async def test_nobody_is_promoted_into_an_event_that_is_over(events: Api) -> None:
    event_id, admission = await open_event(events, capacity=1)
    first, second = [await registered(events, admission) for _ in range(2)]
    await events.patch(f"/v1/events/{event_id}", {"status": "cancelled"})
    await cancel(events, first)
    assert await statuses(events, [second]) == ["waitlisted"]


async def test_is_cancelled_once_and_not_after_the_door(events: Api) -> None:
    _, admission = await open_event(events)
    first, second = [await registered(events, admission) for _ in range(2)]
    await cancel(events, first)
    again = await events.post(f"/v1/registrations/{first['id']}/cancellations", {})
    assert_problem(again, AlreadyCancelled)
    await events.made("/v1/check-ins", {"code": second["code"]})
    assert_problem(await events.post(f"/v1/registrations/{second['id']}/cancellations", {}), AlreadyLetIn)
