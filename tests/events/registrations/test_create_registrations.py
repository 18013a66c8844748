"""Registering many at once."""

from collections import Counter

from services.kit.bulk import NothingCreated
from tests.factories.events import a_registration, open_event
from tests.wire.api import Api, assert_problem


async def test_gives_places_in_the_order_of_the_items(events: Api) -> None:
    event_id, admission = await open_event(events, capacity=3)
    items = [a_registration(admission) for _ in range(5)]
    reply = await events.post("/v1/registrations/bulk", {"items": items})
    assert (reply.status_code, reply.json()["created"]) == (200, 5), reply.text
    rows = {row["id"]: row for row in await events.items("/v1/registrations", event_id=event_id)}
    made = [rows[result["id"]] for result in reply.json()["results"]]
    assert [row["participant"]["email"] for row in made] == [item["participant"]["email"] for item in items]
    assert [row["status"] for row in made] == ["confirmed"] * 3 + ["waitlisted"] * 2
    assert [row["waitlist_number"] for row in made] == [None, None, None, 1, 2]


async def test_one_refused_item_takes_no_place_and_stops_no_other(events: Api) -> None:
    event_id, admission = await open_event(events, capacity=4)
    items = [a_registration(admission) for _ in range(6)]
    items[1] = {**items[0]}
    items[3] = a_registration("01976b1e-7c3a-7000-8000-000000000001")
    reply = await events.post("/v1/registrations/bulk", {"items": items})
    assert [result["status"] for result in reply.json()["results"]] == [201, 409, 201, 404, 201, 201]
    rows = await events.items("/v1/registrations", event_id=event_id)
    assert Counter(row["status"] for row in rows) == {"confirmed": 4}


async def test_all_or_none(events: Api) -> None:
    event_id, admission = await open_event(events)
    new = a_registration(admission)
    reply = await events.post("/v1/registrations/bulk", {"items": [new, new], "atomic": True})
    assert_problem(reply, NothingCreated, pointer="/items/1")
    assert await events.items("/v1/registrations", event_id=event_id) == []


async def test_a_thousand_for_two_events_keep_to_their_seats(events: Api) -> None:
    (first, one), (second, two) = await open_event(events, capacity=100), await open_event(events, capacity=700)
    items = [a_registration(one if number % 2 else two) for number in range(1000)]
    reply = await events.post("/v1/registrations/bulk", {"items": items})
    assert (reply.status_code, reply.json()["created"]) == (200, 1000)
    for event_id, confirmed in ((first, 100), (second, 500)):
        rows = await events.items("/v1/registrations", event_id=event_id, status="confirmed", limit=200)
        assert len(rows) == confirmed
