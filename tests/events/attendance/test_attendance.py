"""Who came: on site and online kept apart."""

from uuid import uuid4

from services.contracts.events.attendance import Attendance
from services.events.features.attendance.actions import NotPublished
from services.kit.errors import NotFound
from tests.factories.events import a_registration, an_admission_type, an_event, open_event, registered
from tests.members.contract import exactly
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer
from tests.wire.changes import deliver
from tests.wire.members import told


async def attendance(events: Api, event_id: str) -> Attendance:
    reply = await events.get(f"/v1/events/{event_id}/attendance")
    assert reply.status_code == 200, reply.text
    return exactly(Attendance, reply.content)


async def test_counts_persons_countries_and_audiences_apart(events: Api) -> None:
    event_id, hall = await open_event(events, capacity=6)
    stream = (await events.made("/v1/admission-types", an_admission_type(event_id, presence="online")))["id"]
    for country in ("CN", "NP", "CN", None):
        person = await registered(events, hall, participant={"country": country})
        await events.made("/v1/check-ins", {"code": person["code"]})
    viewer = await registered(events, stream, participant={"country": "FR"})
    await events.made("/v1/check-ins", {"code": viewer["code"]})
    await registered(events, hall)
    await registered(events, hall)
    gone = await registered(events, hall)
    await events.post(f"/v1/registrations/{gone['id']}/cancellations", {})
    for source, viewers in (("Stream A", 100), ("Stream B", 40), ("Stream A", 9400)):
        reply = await events.post(f"/v1/events/{event_id}/online-audiences", {"source": source, "viewers": viewers})
        assert (reply.status_code, reply.json()["viewers"]) == (201, viewers)
    found = await attendance(events, event_id)
    counts = found.registrations
    assert (counts.confirmed, counts.waitlisted, counts.cancelled) == (6, 1, 1)
    assert (found.on_site.persons, found.on_site.country_count, found.on_site.country_unknown) == (4, 2, 1)
    assert [(row.country, row.persons) for row in found.on_site.countries] == [("CN", 2), ("NP", 1)]
    assert (found.online.checked_in, found.online.viewers) == (1, 9440)
    assert [(row.source, row.viewers) for row in found.online.audiences] == [("Stream A", 9400), ("Stream B", 40)]


async def test_an_event_without_anybody(events: Api) -> None:
    event = await events.made("/v1/events", an_event())
    found = await attendance(events, event["id"])
    assert (found.on_site.persons, found.on_site.countries, found.online.viewers) == (0, [], 0)
    reply = await events.post(f"/v1/events/{event['id']}/online-audiences", {"source": "x", "viewers": 1})
    assert_problem(reply, NotPublished)
    assert_problem(await events.get(f"/v1/events/{uuid4()}/attendance"), NotFound)


async def test_a_partner_counts_its_own_organisation(events: Api, signer: Signer) -> None:
    mine, theirs = uuid4(), uuid4()
    for id in (mine, theirs):
        await deliver(events, signer, told("created", id, names={"en": "Sender"}, status="active"))
    event_id, admission = await open_event(events)
    for sender in (mine, theirs, theirs, None):
        made = await events.made("/v1/registrations", a_registration(admission, organisation_id=sender and str(sender)))
        await events.made("/v1/check-ins", {"code": made["code"]})
    await events.post(f"/v1/events/{event_id}/online-audiences", {"source": "x", "viewers": 7})
    seen = await attendance(events.as_(signer.partner(mine)), event_id)
    assert (seen.registrations.confirmed, seen.on_site.persons) == (1, 1)
    assert (seen.online.viewers, seen.online.audiences) == (None, [])
    unbound = signer.token(f"key:{uuid4()}", "partner", ["events:read"])
    assert (await attendance(events.as_(unbound), event_id)).registrations.confirmed == 0
