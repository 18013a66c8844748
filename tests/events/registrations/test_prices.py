"""Prices across services: members is asked on the way, or later when it cannot answer."""

import socket
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest

from services.events.features.registrations.pricing import confirm_waiting_prices
from services.events.features.registrations.refusals import MembersOnly, NoSuchOrganisation
from tests.events.conftest import Beside
from tests.factories.events import a_registration, open_event, yuan
from tests.kit.live import eventually
from tests.wire.api import assert_problem
from tests.wire.callers import Signer
from tests.wire.changes import work

PRICES = {"price": yuan(120000), "member_price": yuan(80000)}


def told(record: dict[str, Any]) -> tuple[int, str, str]:
    return record["price"]["amount"], record["price_basis"], record["price_status"]


async def test_a_member_on_the_day_of_the_event_pays_the_member_price(beside: Beside) -> None:
    member = await beside.organisation(member_on="2027-05-29")
    former = await beside.organisation(member_on="2025-05-29")
    _, admission = await open_event(beside.events, admission=PRICES)
    async with beside.serving_members():
        for sender, price in (
            (member, (80000, "member", "confirmed")),
            (former, (120000, "standard", "confirmed")),
            (None, (120000, "standard", "confirmed")),
        ):
            made = await beside.events.made("/v1/registrations", a_registration(admission, organisation_id=sender))
            assert told(made) == price


async def test_the_name_of_a_new_organisation_is_asked_for(beside: Beside) -> None:
    sender = await beside.organisation()
    _, admission = await open_event(beside.events)
    async with beside.serving_members():
        made = await beside.events.made("/v1/registrations", a_registration(admission, organisation_id=sender))
    read = (await beside.events.get(f"/v1/registrations/{made['id']}?expand=organisation")).json()
    told = (await beside.members.get(f"/v1/organisations/{sender}")).json()["names"]
    assert read["organisation"] == {"id": sender, "names": told}


async def test_an_organisation_that_members_does_not_know_is_refused(beside: Beside) -> None:
    _, admission = await open_event(beside.events, admission=PRICES)
    async with beside.serving_members():
        reply = await beside.events.post("/v1/registrations", a_registration(admission, organisation_id=str(uuid4())))
        assert_problem(reply, NoSuchOrganisation)


async def test_a_way_in_for_members_asks_who_is_one(beside: Beside) -> None:
    member, other = await beside.organisation(member_on="2027-01-01"), await beside.organisation()
    _, admission = await open_event(beside.events, admission={"eligibility": "members"})
    async with beside.serving_members():
        made = await beside.events.made("/v1/registrations", a_registration(admission, organisation_id=member))
        assert told(made) == (120000, "standard", "confirmed")
        reply = await beside.events.post("/v1/registrations", a_registration(admission, organisation_id=other))
        assert_problem(reply, MembersOnly)


async def test_members_down_the_registration_is_taken_and_confirmed_when_it_is_back(beside: Beside) -> None:
    member, other = await beside.organisation(member_on="2027-01-01"), await beside.organisation()
    event_id, admission = await open_event(beside.events, capacity=1, admission=PRICES)
    taken = [
        await beside.events.made("/v1/registrations", a_registration(admission, organisation_id=sender))
        for sender in (member, other)
    ]
    assert [told(record) for record in taken] == [(120000, "standard", "to_be_confirmed")] * 2
    assert [record["status"] for record in taken] == ["confirmed", "waitlisted"]
    await work(beside.events)
    waiting = await beside.events.items("/v1/registrations", event_id=event_id, price_status="to_be_confirmed")
    assert len(waiting) == 2

    async def settled() -> list[dict[str, Any]]:
        await work(beside.events)
        return await beside.events.items("/v1/registrations", event_id=event_id, price_status="confirmed")

    async with beside.serving_members():
        await eventually(lambda: _both(settled))
    records = [(await beside.events.get(f"/v1/registrations/{record['id']}")).json() for record in taken]
    assert [told(record) for record in records] == [(80000, "member", "confirmed"), (120000, "standard", "confirmed")]
    assert [record["status"] for record in records] == ["confirmed", "waitlisted"]
    changes = await beside.events.items("/v1/events/changes", resource_id=taken[0]["id"])
    assert (changes[-1]["type"], changes[-1]["actor"]) == ("events.registration.price_confirmed", "service:events")
    assert changes[-1]["organisation_ids"] == [member]


async def test_what_was_agreed_stays_when_prices_are_raised_before_it_is_confirmed(beside: Beside) -> None:
    member, other = await beside.organisation(member_on="2027-01-01"), await beside.organisation()
    event_id, admission = await open_event(beside.events, admission=PRICES)
    taken = [
        await beside.events.made("/v1/registrations", a_registration(admission, organisation_id=sender))
        for sender in (member, other)
    ]
    assert {record["price_status"] for record in taken} == {"to_be_confirmed"}
    raised = {"price": yuan(999000), "member_price": yuan(888000)}
    assert (await beside.events.patch(f"/v1/admission-types/{admission}", raised)).status_code == 200

    async def settled() -> list[dict[str, Any]]:
        await confirm_waiting_prices.run(beside.events.runtime)
        return await beside.events.items("/v1/registrations", event_id=event_id, price_status="confirmed")

    async with beside.serving_members():
        await eventually(lambda: _both(settled))
    records = [(await beside.events.get(f"/v1/registrations/{record['id']}")).json() for record in taken]
    assert [told(record) for record in records] == [(80000, "member", "confirmed"), (120000, "standard", "confirmed")]
    changes = await beside.events.items("/v1/events/changes", resource_id=taken[0]["id"])
    assert "member_price" not in str([*records, *changes])


async def _both(settled: Any) -> bool:
    return len(await settled()) == 2


async def test_what_waited_long_is_settled_as_soon_as_members_is_back(beside: Beside) -> None:
    member = await beside.organisation(member_on="2027-01-01")
    _, admission = await open_event(beside.events, admission=PRICES)
    new = a_registration(admission, organisation_id=member)
    taken = await beside.events.made("/v1/registrations", new)
    await confirm_waiting_prices.run(beside.events.runtime)

    async def settled() -> bool:
        await confirm_waiting_prices.run(beside.events.runtime)
        found = (await beside.events.get(f"/v1/registrations/{taken['id']}")).json()
        return told(found) == (80000, "member", "confirmed")

    async with beside.serving_members():
        await eventually(settled)


async def test_members_that_never_answers_holds_nobody_up(beside: Beside) -> None:
    sender = await beside.organisation(member_on="2027-01-01")
    _, admission = await open_event(beside.events, admission=PRICES)
    with socket.create_server(("127.0.0.1", beside.port)):  # takes connections, and nobody reads them
        for _ in range(3):
            started = monotonic()
            made = await beside.events.made("/v1/registrations", a_registration(admission, organisation_id=sender))
            assert (monotonic() - started < 1.9, made["price_status"]) == (True, "to_be_confirmed")


async def test_who_turns_out_to_be_no_member_gives_a_members_place_back(beside: Beside) -> None:
    other, member = await beside.organisation(), await beside.organisation(member_on="2027-01-01")
    event_id, admission = await open_event(beside.events, capacity=1, admission={"eligibility": "members"})
    first, second = [
        await beside.events.made("/v1/registrations", a_registration(admission, organisation_id=sender))
        for sender in (other, member)
    ]
    assert (first["status"], second["status"]) == ("confirmed", "waitlisted")

    async def settled() -> list[dict[str, Any]]:
        await work(beside.events)
        return await beside.events.items("/v1/registrations", event_id=event_id, price_status="confirmed")

    async with beside.serving_members():
        await eventually(lambda: _both(settled))
    ended = (await beside.events.get(f"/v1/registrations/{first['id']}")).json()
    assert (ended["status"], ended["cancel_reason"]) == ("cancelled", "not_eligible")
    assert (await beside.events.get(f"/v1/registrations/{second['id']}")).json()["status"] == "confirmed"


async def test_what_members_need_not_be_asked_is_not(beside: Beside) -> None:
    sender = await beside.organisation(member_on="2027-01-01")
    _, admission = await open_event(beside.events)
    made = await beside.events.made("/v1/registrations", a_registration(admission, organisation_id=sender))
    assert told(made) == (120000, "standard", "confirmed")
    read = (await beside.events.get(f"/v1/registrations/{made['id']}?expand=organisation")).json()
    assert read["organisation"] == {"id": sender, "names": None}


@pytest.mark.parametrize("up", [True, False])
async def test_many_at_once_are_priced_each_for_itself(beside: Beside, up: bool) -> None:
    member, other = await beside.organisation(member_on="2027-01-01"), await beside.organisation()
    event_id, admission = await open_event(beside.events, admission=PRICES)
    items = [a_registration(admission, organisation_id=sender) for sender in (member, other, member, None)]
    if up:
        # After a time without members its circuit is closed again.
        async with beside.serving_members():
            await eventually(lambda: _answers(beside, member))
            reply = await beside.events.post("/v1/registrations/bulk", {"items": items})
    else:
        reply = await beside.events.post("/v1/registrations/bulk", {"items": items})
    assert (reply.status_code, reply.json()["created"]) == (200, 4), reply.text
    rows = {row["id"]: row for row in await beside.events.items("/v1/registrations", event_id=event_id)}
    found = [told(rows[result["id"]]) for result in reply.json()["results"]]
    standard, reduced = (120000, "standard", "confirmed"), (80000, "member", "confirmed")
    open_ = (120000, "standard", "to_be_confirmed")
    assert found == ([reduced, standard, reduced, standard] if up else [open_, open_, open_, standard])


async def _answers(beside: Beside, member: str) -> bool:
    _, admission = await open_event(beside.events, admission=PRICES)
    made = await beside.events.made("/v1/registrations", a_registration(admission, organisation_id=member))
    return bool(made["price_status"] == "confirmed")


async def test_a_partner_is_priced_by_its_own_organisation(beside: Beside, signer: Signer) -> None:
    member = await beside.organisation(member_on="2027-01-01")
    _, admission = await open_event(beside.events, admission=PRICES)
    partner = beside.events.as_(signer.partner(member))  # type: ignore[arg-type]
    async with beside.serving_members():
        await eventually(lambda: _answers(beside, member))
        made = await partner.made("/v1/registrations", a_registration(admission))
    assert (made["organisation_id"], told(made)) == (member, (80000, "member", "confirmed"))
