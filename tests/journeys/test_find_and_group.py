"""Finding across the services, and grouping by what all of them know, through the gateway."""

from typing import Any
from uuid import uuid4

from services.kit.errors import Forbidden
from tests.factories.events import open_event, registered
from tests.factories.liaison import a_counterpart, an_interaction
from tests.factories.members import a_person, a_segment
from tests.journeys.alliance import EVENT_YEAR, a_key, an_organisation_of
from tests.journeys.callers import Caller, eventually
from tests.wire.api import assert_problem
from tests.wire.office import office_today

SECONDS_TO_FOLLOW = 30
"""Liaison tells of last contacts every ten seconds."""


async def test_one_search_finds_in_all_services_what_the_caller_may_read(office: Caller) -> None:
    word = f"Zhenyuan{uuid4().hex[:6]}"
    id = await an_organisation_of(office, names={"en": f"{word} Scenic Area"})
    other = await an_organisation_of(office, names={"en": "Elsewhere"}, city=word)
    _, admission = await open_event(office, names={"en": f"{word} Forum"})
    await registered(office, admission, participant={"names": {"en": f"Ana {word}"}})
    await office.made("/v1/counterparts", a_counterpart(names={"en": f"Consulate in {word}"}))
    reply = await office.get("/v1/search", params={"q": word})
    assert reply.status_code == 200, reply.text
    assert [hit["kind"] for hit in reply.json()["items"]] == [
        "organisation",
        "counterpart",
        "event",
        "registration",
        "organisation",
    ]
    assert [hit["rank"] > 0 for hit in reply.json()["items"]] == [True] * 4 + [False]
    assert (reply.json()["unavailable"], reply.json()["forbidden"]) == ([], [])
    first = reply.json()["items"][0]
    assert (await office.get(first["url"])).json()["id"] == first["id"] == id
    partner = office.as_((await a_key(office, "members:read", organisation=other))["key"])
    seen = (await partner.get("/v1/search", params={"q": word})).json()
    assert [hit["id"] for hit in seen["items"]] == [other]
    assert {"person", "counterpart", "registration"} <= set(seen["forbidden"])
    assert seen["unavailable"] == []


async def test_a_segment_goes_by_what_events_and_liaison_know(office: Caller) -> None:
    came, stayed = await an_organisation_of(office, terms=EVENT_YEAR), await an_organisation_of(office)
    event, admission = await open_event(office)
    guest = (await office.made("/v1/persons", a_person()))["id"]
    registration = await registered(office, admission, organisation_id=came, person_id=guest)
    await registered(office, admission, organisation_id=stayed)
    await office.made("/v1/check-ins", {"code": registration["code"]})
    counterpart = await office.made("/v1/counterparts", a_counterpart(organisation_id=stayed))
    today = office_today().isoformat()
    await office.made("/v1/interactions", an_interaction(counterpart["id"], occurred_on=today))

    async def segment(definition: dict[str, Any]) -> str:
        both = {"all": [{"list": [came, stayed]}, definition]}
        return str((await office.made("/v1/segments", a_segment(both)))["id"])

    attended = await segment({"attendance": {"event_id": event, "year": 2027}})
    spoken_to = await segment({"last_interaction": {"op": "newer_than", "days": 3}})
    members = await segment({"membership": {"on": "2027-05-29"}})

    async def all_told() -> None:
        for id, expected in ((attended, came), (spoken_to, stayed), (members, came)):
            assert [one["id"] for one in await office.items(f"/v1/segments/{id}/members")] == [expected]

    await eventually(all_told, within=SECONDS_TO_FOLLOW)
    own = a_segment({"attendance": {"of": "person", "event_id": event}}, resource="persons")
    guests = (await office.made("/v1/segments", own))["id"]
    assert [one["id"] for one in await office.items(f"/v1/segments/{guests}/members")] == [guest]
    exported = await office.get("/v1/organisations/export", params={"segment": attended, "format": "jsonl"})
    assert [came in line for line in exported.text.splitlines()] == [True]
    without = office.as_((await a_key(office, "members:read"))["key"])
    refused = assert_problem(await without.get(f"/v1/segments/{attended}/members"), Forbidden)
    assert "events:read" in refused["detail"]


async def test_statistics_lead_to_their_records(office: Caller) -> None:
    await an_organisation_of(office, terms=EVENT_YEAR)
    reply = await office.get("/v1/statistics/membership", params={"on": "2027-05-29", "from": "2027-01-01"})
    assert reply.status_code == 200, reply.text
    figures = [reply.json()["composition"]["memberships"], reply.json()["periods"][0]["joined"]]
    for figure in figures:
        assert figure["count"] > 0
        listed = await office.get(f"{figure['records']}&count=true&limit=1")
        assert listed.json()["total"] == figure["count"]
