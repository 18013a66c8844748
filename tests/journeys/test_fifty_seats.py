"""Five hundred want fifty seats in the same moment, through the gateway. (What oversells without the lock stands in
tests/events/registrations.)"""

import asyncio
from collections import Counter
from typing import Any

from tests.factories.events import a_registration, open_event, registered
from tests.journeys.callers import Caller

SEATS, WANTED, CANCELLED = 50, 500, 5


async def test_five_hundred_at_once_leave_fifty_confirmed_and_cancellations_promote_in_order(office: Caller) -> None:
    event, admission = await open_event(office, capacity=SEATS)
    replies = await asyncio.gather(
        *(office.insist("/v1/registrations", a_registration(admission)) for _ in range(WANTED))
    )
    assert Counter(reply.status_code for reply in replies) == {201: WANTED}
    answered = {reply.json()["id"]: reply.json()["status"] for reply in replies}
    assert Counter(answered.values()) == {"confirmed": SEATS, "waitlisted": WANTED - SEATS}

    stored = await _all(office, event)
    assert {one["id"]: one["status"] for one in stored} == answered
    queue = sorted((one["waitlist_number"], one["id"]) for one in stored if one["status"] == "waitlisted")
    assert len({number for number, _ in queue}) == WANTED - SEATS

    seated = [one["id"] for one in stored if one["status"] == "confirmed"]
    await asyncio.gather(
        *(office.insist(f"/v1/registrations/{id}/cancellations", {}) for id in seated[:CANCELLED]),
    )
    last = await registered(office, admission)
    assert last["waitlist_number"] > queue[-1][0], "who comes now does not pass those who wait"
    now = {one["id"]: one["status"] for one in await _all(office, event)}
    assert Counter(now.values()) == {"confirmed": SEATS, "waitlisted": WANTED - SEATS - CANCELLED + 1, "cancelled": 5}
    assert {id for _, id in queue[:CANCELLED]} == {id for _, id in queue if now[id] == "confirmed"}


async def _all(office: Caller, event: str) -> list[dict[str, Any]]:
    return await office.items("/v1/registrations", event_id=event, limit=200)
