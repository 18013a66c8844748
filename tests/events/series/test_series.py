"""Creating, changing, listing and deleting series."""

from uuid import UUID

from services.events.features.series.actions import SeriesInUse
from services.kit.errors import Forbidden, Invalid, PreconditionFailed, PreconditionRequired
from tests.factories.events import a_series, an_event
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


async def test_creates_a_series_with_its_rule(events: Api) -> None:
    rule = {"kind": "nth_weekday", "month": 10, "occurrence": "second", "weekday": "saturday"}
    made = await events.made("/v1/series", a_series(yearly_rule=rule, website="https://day.example.org"))
    assert (made["yearly_rule"], made["version"]) == (rule, 1)
    assert (await events.made("/v1/series", a_series(yearly_rule=None)))["yearly_rule"] is None


async def test_refuses_what_is_no_rule(events: Api) -> None:
    for rule in ({"kind": "fixed_date", "date": "02-30"}, {"kind": "weekly"}, {"kind": "nth_weekday", "month": 1}):
        assert_problem(await events.post("/v1/series", a_series(yearly_rule=rule)), Invalid)


async def test_changes_a_series_key_by_key(events: Api) -> None:
    made = await events.made("/v1/series", a_series(names={"en": "Salon", "zh": "沙龙"}, texts={"en": "About"}))
    reply = await events.patch(f"/v1/series/{made['id']}", {"names": {"en": "World Salon"}, "yearly_rule": None})
    assert reply.status_code == 200, reply.text
    changed = reply.json()
    assert (changed["names"], changed["yearly_rule"]) == ({"en": "World Salon", "zh": "沙龙"}, None)
    assert (changed["texts"], changed["version"]) == ({"en": "About"}, 2)
    same = await events.patch(f"/v1/series/{made['id']}", {"names": {"en": "World Salon"}})
    assert same.json()["version"] == 2


async def test_needs_the_state_that_was_read(events: Api) -> None:
    made = await events.made("/v1/series", a_series())
    path = f"/v1/series/{made['id']}"
    assert_problem(await events.patch(path, {"website": None}, if_match='"9"'), PreconditionFailed)
    bare = await events._client.patch(path, json={"website": None})
    assert_problem(bare, PreconditionRequired)


async def test_finds_a_series_by_its_name_in_either_script(events: Api) -> None:
    made = await events.made("/v1/series", a_series(names={"zh": "国际山地旅游日", "en": "Mountain Tourism Day"}))
    for q in ("國際山地旅遊日", "guojishandi", "mountain tour"):
        assert made["id"] in [row["id"] for row in await events.items("/v1/series", q=q)], q


async def test_pages_hold_every_series_once(events: Api) -> None:
    for _ in range(5):
        await events.made("/v1/series", a_series())
    for sort in ("name", "-name", "created_at", "-updated_at"):
        whole = [row["id"] for row in await events.items("/v1/series", sort=sort, limit=200)]
        assert [row["id"] for row in await events.items("/v1/series", sort=sort, limit=2)] == whole


async def test_deletes_a_series_without_events_only(events: Api) -> None:
    made = await events.made("/v1/series", a_series())
    event = await events.made("/v1/events", an_event(series_id=made["id"]))
    assert_problem(await events.delete(f"/v1/series/{made['id']}"), SeriesInUse)
    await events.patch(f"/v1/events/{event['id']}", {"series_id": None})
    assert (await events.delete(f"/v1/series/{made['id']}")).status_code == 204
    changes = await events.items("/v1/events/changes", resource_id=made["id"])
    assert [change["type"] for change in changes] == ["events.series.created", "events.series.deleted"]


async def test_creates_many_at_once(events: Api) -> None:
    reply = await events.post("/v1/series/bulk", {"items": [a_series() for _ in range(3)]})
    assert (reply.status_code, reply.json()["created"]) == (200, 3)


async def test_a_partner_reads_and_changes_nothing(events: Api, signer: Signer, partner_id: UUID) -> None:
    made = await events.made("/v1/series", a_series())
    partner = events.as_(signer.partner(partner_id))
    assert (await partner.get(f"/v1/series/{made['id']}")).status_code == 200
    assert_problem(await partner.post("/v1/series", a_series()), Forbidden)
    assert_problem(await partner.patch(f"/v1/series/{made['id']}", {"website": None}), Forbidden)
    assert_problem(await partner.delete(f"/v1/series/{made['id']}"), Forbidden)
    assert_problem(await partner.post(f"/v1/series/{made['id']}/editions", {"year": 2030}), Forbidden)
