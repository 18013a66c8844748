"""A merge of persons tells what moves in the other services, and it does move."""

import asyncio
import time

from tests.factories.events import open_event, registered
from tests.factories.liaison import a_contact, a_counterpart
from tests.factories.members import a_merge, a_person
from tests.journeys.callers import Caller


async def test_registrations_and_contacts_are_counted_and_follow(office: Caller) -> None:
    winner, loser = [await office.made("/v1/persons", a_person()) for _ in range(2)]
    _, admission = await open_event(office)
    for _ in range(2):
        await registered(office, admission, person_id=loser["id"])
    counterpart = await office.made("/v1/counterparts", a_counterpart())
    await office.made("/v1/contacts", a_contact(counterpart["id"], person_id=loser["id"]))
    merge = a_merge(winner["id"], loser["id"], "persons")
    tried = await office.post("/v1/merges", merge, params={"dry_run": True})
    done = await office.made("/v1/merges", merge)
    for told in (tried.json(), done):
        counts = {one["resource"]: one["count"] for one in told["moved"]}
        assert (counts["registrations"], counts["contacts"]) == (2, 1), told
    ends = time.monotonic() + 30
    for path, count in (("/v1/registrations", 2), ("/v1/contacts", 1)):
        while len(await office.items(path, person_id=winner["id"])) < count:
            assert time.monotonic() < ends, path
            await asyncio.sleep(0.5)
