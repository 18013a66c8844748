"""When we last talked, and whom we should talk to now."""

import asyncio
from datetime import date, timedelta
from typing import Any

from tests.factories.liaison import a_counterpart, an_interaction
from tests.wire.api import Api


async def dates(api: Api, id: str) -> tuple[str | None, str | None]:
    body = (await api.get(f"/v1/counterparts/{id}")).json()
    return body["last_contact_on"], body["next_due_on"]


async def test_follows_what_is_logged_changed_and_deleted(liaison: Api) -> None:
    mission = await liaison.made("/v1/counterparts", a_counterpart(contact_cadence_days=30))
    first = await liaison.made("/v1/interactions", an_interaction(mission["id"], occurred_on="2026-01-10"))
    assert await dates(liaison, mission["id"]) == ("2026-01-10", "2026-02-09")
    second = await liaison.made("/v1/interactions", an_interaction(mission["id"], occurred_on="2026-01-05"))
    assert await dates(liaison, mission["id"]) == ("2026-01-10", "2026-02-09")
    await liaison.patch(f"/v1/interactions/{second['id']}", {"occurred_on": "2026-01-20"})
    assert await dates(liaison, mission["id"]) == ("2026-01-20", "2026-02-19")
    await liaison.delete(f"/v1/interactions/{second['id']}")
    assert await dates(liaison, mission["id"]) == ("2026-01-10", "2026-02-09")
    await liaison.delete(f"/v1/interactions/{first['id']}")
    assert await dates(liaison, mission["id"]) == (None, mission["next_due_on"])


async def test_is_no_edit_of_the_counterpart(liaison: Api, embassy: dict[str, Any]) -> None:
    path = f"/v1/counterparts/{embassy['id']}"
    before = await liaison.get(path)
    await liaison.made("/v1/interactions", an_interaction(embassy["id"]))
    after = await liaison.get(path)
    assert after.json() == {**before.json(), "last_contact_on": "2026-03-12"}
    assert after.headers["etag"] != before.headers["etag"]
    reply = await liaison.patch(path, {"city": "Beijing"}, if_match=before.headers["etag"])
    assert reply.status_code == 200
    assert len(await liaison.items("/v1/liaison/changes", resource_id=embassy["id"])) == 2


async def test_interactions_logged_at_once_all_count(liaison: Api, embassy: dict[str, Any]) -> None:
    days = [date(2026, 2, 1) + timedelta(days=n) for n in range(12)]
    made = await asyncio.gather(
        *(liaison.made("/v1/interactions", an_interaction(embassy["id"], occurred_on=str(day))) for day in days)
    )
    assert (await dates(liaison, embassy["id"]))[0] == str(days[-1])
    await asyncio.gather(
        *(liaison.delete(f"/v1/interactions/{row['id']}") for row in made[6:]),
        *(liaison.made("/v1/interactions", an_interaction(embassy["id"], occurred_on="2026-01-01")) for _ in range(4)),
    )
    assert (await dates(liaison, embassy["id"]))[0] == str(days[5])


async def test_lists_who_is_due_longest_due_first(liaison: Api) -> None:
    made: dict[str, str] = {}
    for name, cadence, contact in (
        ("due today", 10, "2026-03-05"),
        ("long due", 10, "2026-01-01"),
        ("due tomorrow", 10, "2026-03-06"),
        ("no cadence", None, "2020-01-01"),
        ("archived", 10, "2020-01-01"),
    ):
        body = a_counterpart(names={"en": name}, contact_cadence_days=cadence, tags=["cadence"])
        made[name] = (await liaison.made("/v1/counterparts", body))["id"]
        await liaison.made("/v1/interactions", an_interaction(made[name], occurred_on=contact))
    await liaison.patch(f"/v1/counterparts/{made['archived']}", {"status": "archived"})
    query = {"tag": "cadence", "as_of": "2026-03-15", "sort": "next_due_on", "limit": 1}
    due = await liaison.items("/v1/counterparts", due="true", **query)
    assert [row["names"]["en"] for row in due] == ["long due", "due today"]
    assert [row["due"] for row in due] == [True, True]
    rest = await liaison.items("/v1/counterparts", due="false", **query)
    assert {row["names"]["en"] for row in rest} == {"due tomorrow", "no cadence", "archived"}
    assert not any(row["due"] for row in rest)
