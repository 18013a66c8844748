"""Governments change their zones' rules; the clock at the venue decides."""

from uuid import UUID

from sqlalchemy import text

from services.events.features.events.zones import follow_time_zones
from tests.factories.events import an_event, at
from tests.wire.api import Api


async def test_instants_follow_the_rules_of_today(events: Api) -> None:
    stale = await events.made(
        "/v1/events",
        an_event(starts=at("2030-07-15T09:00", "Europe/Paris"), ends=at("2030-07-16T09:00", "Europe/Paris")),
    )
    fresh = await events.made("/v1/events", an_event())
    # As an older edition of the zone would have had it: without summer time.
    async with events.runtime.database.transaction() as session:
        await session.execute(
            text("UPDATE event SET starts_at = starts_at + interval '1 hour' WHERE id = :id"), {"id": UUID(stale["id"])}
        )
    await follow_time_zones.run(events.runtime)
    read = (await events.get(f"/v1/events/{stale['id']}")).json()
    assert (read["starts_at"], read["starts"], read["version"]) == (stale["starts_at"], stale["starts"], 2)
    assert (await events.get(f"/v1/events/{fresh['id']}")).json()["version"] == 1
    changes = await events.items("/v1/events/changes", resource_id=stale["id"])
    assert (changes[-1]["actor"], list(changes[-1]["after"])) == ("service:events", ["starts_at"])
