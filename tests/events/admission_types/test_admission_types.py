"""Admission types: the ways into an event."""

from uuid import uuid4

from services.events.features.admission_types.actions import AdmissionTypeInUse, NoSuchEvent
from services.kit.errors import Contradiction
from tests.factories.events import an_admission_type, an_event, open_event, registered, yuan
from tests.wire.api import Api, assert_problem


async def test_creates_one_with_its_prices(events: Api) -> None:
    event = await events.made("/v1/events", an_event())
    terms = {"quota": 5, "price": yuan(9000), "member_price": yuan(0), "eligibility": "members", "presence": "online"}
    made = await events.made("/v1/admission-types", an_admission_type(event["id"], **terms))
    assert {name: made[name] for name in terms} == terms
    assert [row["id"] for row in await events.items("/v1/admission-types", event_id=event["id"])] == [made["id"]]


async def test_refuses_two_currencies_and_no_event(events: Api) -> None:
    event = await events.made("/v1/events", an_event())
    euros = {"amount": 100, "currency": "EUR"}
    reply = await events.post("/v1/admission-types", an_admission_type(event["id"], member_price=euros))
    assert_problem(reply, Contradiction, pointer="/member_price/currency")
    made = await events.made("/v1/admission-types", an_admission_type(event["id"], member_price=yuan(1)))
    reply = await events.patch(f"/v1/admission-types/{made['id']}", {"price": euros})
    assert_problem(reply, Contradiction, pointer="/member_price/currency")
    assert_problem(await events.post("/v1/admission-types", an_admission_type(str(uuid4()))), NoSuchEvent)


async def test_registrations_keep_the_price_they_were_made_at(events: Api) -> None:
    _, admission = await open_event(events)
    made = await registered(events, admission)
    changed = await events.patch(f"/v1/admission-types/{admission}", {"price": yuan(1), "names": {"en": "Guest"}})
    assert (changed.json()["price"], changed.json()["names"]) == (yuan(1), {"zh": "普通票", "en": "Guest"})
    assert (await events.get(f"/v1/registrations/{made['id']}")).json()["price"] == yuan(120000)
    assert (await registered(events, admission))["price"] == yuan(1)


async def test_deletes_one_that_nobody_used(events: Api) -> None:
    event_id, used = await open_event(events)
    await registered(events, used)
    assert_problem(await events.delete(f"/v1/admission-types/{used}"), AdmissionTypeInUse)
    free = await events.made("/v1/admission-types", an_admission_type(event_id))
    assert (await events.delete(f"/v1/admission-types/{free['id']}")).status_code == 204
    assert (await events.delete(f"/v1/admission-types/{uuid4()}")).status_code == 404


async def test_pages_filters_and_creates_many(events: Api) -> None:
    event = await events.made("/v1/events", an_event())
    items = [an_admission_type(event["id"], presence=p) for p in ("on_site", "online", "on_site")]
    reply = await events.post("/v1/admission-types/bulk", {"items": items})
    assert (reply.status_code, reply.json()["created"]) == (200, 3), reply.text
    online = await events.items("/v1/admission-types", event_id=event["id"], presence="online")
    assert [row["presence"] for row in online] == ["online"]
    rows = await events.items("/v1/admission-types", event_id=event["id"], sort="-created_at", limit=1)
    assert len({row["id"] for row in rows}) == 3
