"""Listing, filtering, sorting and searching events, and who sees which."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from services.kit.errors import Invalid
from tests.factories.events import a_registration, a_series, an_admission_type, an_event, at, open_event, published
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer
from tests.wire.changes import deliver
from tests.wire.members import told


@pytest.mark.parametrize("sort", ["name", "-name", "starts_at", "-ends_at", "country", "-country", "created_at", "id"])
async def test_pages_hold_every_row_once(events: Api, sort: str) -> None:
    series = await events.made("/v1/series", a_series())
    for country in ("NP", None, "ID", None, "FR"):
        await events.made("/v1/events", an_event(series_id=series["id"], country=country))
    whole = [row["id"] for row in await events.items("/v1/events", series_id=series["id"], sort=sort, limit=200)]
    paged = [row["id"] for row in await events.items("/v1/events", series_id=series["id"], sort=sort, limit=2)]
    assert (paged, len(set(paged))) == (whole, 5)


async def test_filters(events: Api) -> None:
    series = await events.made("/v1/series", a_series())
    common: dict[str, Any] = {"series_id": series["id"]}
    bali = await events.made("/v1/events", an_event(**common, edition_year=2027, format="hybrid"))
    starts, ends = at("2028-05-29T09:00", "Asia/Kathmandu"), at("2028-05-29T17:00", "Asia/Kathmandu")
    nepal = await events.made(
        "/v1/events",
        an_event(**common, edition_year=2028, country="NP", starts=starts, ends=ends, visibility="invited"),
    )
    await events.patch(f"/v1/events/{nepal['id']}", {"status": "published"})
    for query, found in (
        ({"status": "draft"}, bali),
        ({"status": ["published", "closed"]}, nepal),
        ({"format": "hybrid"}, bali),
        ({"country": "NP"}, nepal),
        ({"edition_year": 2028}, nepal),
        ({"visibility": "invited"}, nepal),
        ({"starts_at.gte": "2028-05-29T03:15:00Z"}, nepal),
        ({"starts_at.lt": "2028-05-29T03:15:00Z"}, bali),
        ({"ends_at.lte": "2027-12-31T00:00:00Z"}, bali),
    ):
        rows = await events.items("/v1/events", series_id=series["id"], **query)
        assert [row["id"] for row in rows] == [found["id"]], query
    reply = await events.get("/v1/events", params={"series_id": series["id"], "count": "true", "limit": 1})
    assert reply.json()["total"] == 2
    assert_problem(await events.get("/v1/events?edition_year=99999999999"), Invalid, pointer="edition_year")


async def test_finds_an_event_by_its_name(events: Api) -> None:
    made = await events.made("/v1/events", an_event(names={"zh": "茶叙山城第一期", "en": "Tea in the Mountain City"}))
    for q in ("茶敘山城", "chaxu", "tea in the"):
        assert made["id"] in [row["id"] for row in await events.items("/v1/events", q=q)], q


async def test_embeds_the_series(events: Api) -> None:
    series = await events.made("/v1/series", a_series())
    made = await events.made("/v1/events", an_event(series_id=series["id"]))
    read = (await events.get(f"/v1/events/{made['id']}?expand=series")).json()
    assert read["series"] == {"id": series["id"], "names": series["names"]}
    assert (await events.get(f"/v1/events/{made['id']}")).json().get("series") is None


async def test_a_partner_sees_public_events_and_those_it_comes_to(events: Api, signer: Signer) -> None:
    organisation = uuid4()
    await deliver(events, signer, told("created", organisation, names={"en": "Partner"}, status="active"))
    partner = events.as_(signer.partner(organisation))
    draft = await events.made("/v1/events", an_event())
    public, _ = await open_event(events)
    invited, admission = await open_event(events, visibility="invited")
    called_off = (await published(events))["id"]
    await events.patch(f"/v1/events/{called_off}", {"status": "cancelled"})
    never_told = await events.made("/v1/events", an_event())
    await events.patch(f"/v1/events/{never_told['id']}", {"status": "cancelled"})

    async def seen() -> set[UUID]:
        return {row["id"] for row in await partner.items("/v1/events")}

    before = await seen()
    assert {public, called_off} <= before
    assert not before & {draft["id"], invited, never_told["id"]}
    for path in (f"/v1/events/{invited}", f"/v1/admission-types/{admission}", f"/v1/events/{invited}/attendance"):
        assert (await partner.get(path)).status_code == 404
    assert (await partner.get("/v1/events?count=true")).json()["total"] == len(before)
    await events.made("/v1/registrations", a_registration(admission, organisation_id=str(organisation)))
    assert invited in await seen()
    assert (await partner.get(f"/v1/admission-types/{admission}?expand=event")).json()["event"]["id"] == invited


async def test_a_partner_changes_no_event(events: Api, signer: Signer, partner_id: UUID) -> None:
    partner = events.as_(signer.partner(partner_id))
    event, admission = await open_event(events)
    for reply in (
        await partner.post("/v1/events", an_event()),
        await partner.patch(f"/v1/events/{event}", {"city": "x"}),
        await partner.delete(f"/v1/events/{event}"),
        await partner.post("/v1/admission-types", an_admission_type(event)),
        await partner.patch(f"/v1/admission-types/{admission}", {"quota": 1}),
        await partner.delete(f"/v1/admission-types/{admission}"),
        await partner.post(f"/v1/events/{event}/online-audiences", {"source": "x", "viewers": 1}),
    ):
        assert reply.status_code == 403, reply.text
