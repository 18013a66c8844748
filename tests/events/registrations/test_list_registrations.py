"""Listing, filtering and searching registrations, and who sees what of them."""

import pytest

from services.kit.errors import Forbidden
from tests.factories.events import a_registration, open_event, registered
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


@pytest.mark.parametrize("sort", ["name", "-name", "waitlist_number", "-waitlist_number", "created_at", "-id"])
async def test_pages_hold_every_row_once(events: Api, sort: str) -> None:
    event_id, admission = await open_event(events, capacity=2)
    for _ in range(6):
        await registered(events, admission)
    whole = [row["id"] for row in await events.items("/v1/registrations", event_id=event_id, sort=sort, limit=200)]
    paged = [row["id"] for row in await events.items("/v1/registrations", event_id=event_id, sort=sort, limit=2)]
    assert (paged, len(set(paged))) == (whole, 6)


async def test_filters(events: Api) -> None:
    event_id, admission = await open_event(events, capacity=1)
    came = await registered(events, admission, participant={"country": "NP"})
    waits = await registered(events, admission)
    await events.made("/v1/check-ins", {"code": came["code"]})
    for query, found in (
        ({"status": "waitlisted"}, waits),
        ({"country": ["NP", "FR"]}, came),
        ({"checked_in": "true"}, came),
        ({"checked_in": "false"}, waits),
        ({"email": waits["participant"]["email"].upper()}, waits),
    ):
        rows = await events.items("/v1/registrations", event_id=event_id, **query)
        assert [row["id"] for row in rows] == [found["id"]], query
    assert len(await events.items("/v1/registrations", admission_type_id=admission, price_status="confirmed")) == 2


async def test_finds_a_participant_in_either_script(events: Api) -> None:
    event_id, admission = await open_event(events)
    made = await registered(events, admission, participant={"names": {"zh": "何亚非"}})
    for q in ("何亞非", "He Yafei", "yafei he", "hyf"):
        rows = await events.items("/v1/registrations", event_id=event_id, q=q)
        assert [row["id"] for row in rows] == [made["id"]], q


async def test_codes_are_for_those_who_register(events: Api, signer: Signer) -> None:
    event_id, admission = await open_event(events)
    made = await registered(events, admission)
    viewer = events.as_(signer.staff("registrations:read", "events:read", "changes:read", "check-ins:write"))
    row = (await viewer.items("/v1/registrations", event_id=event_id))[0]
    assert "code" not in row
    assert "code" not in (await viewer.get(f"/v1/registrations/{made['id']}")).json()
    assert "code" not in (await viewer.get(f"/v1/registrations/{made['id']}?fields=code")).json()
    assert_problem(await viewer.get(f"/v1/registrations/{made['id']}/qr"), Forbidden)
    assert made["code"] not in (await viewer.get("/v1/events/changes?limit=200")).text


async def test_a_patched_or_cancelled_record_shows_no_code_to_a_reader(events: Api, signer: Signer) -> None:
    _, admission = await open_event(events)
    writer = events.as_(signer.staff("registrations:write"))
    reply = await writer.post("/v1/registrations", a_registration(admission))
    assert "code" in reply.json()
    assert_problem(await writer.get("/v1/registrations"), Forbidden)
