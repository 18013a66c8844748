"""What members knows about an organisation decides what its people pay, also when members cannot be asked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx

from tests.factories.events import a_registration, open_event, registered, yuan
from tests.factories.members import an_organisation
from tests.journeys.alliance import EVENT_YEAR, an_organisation_of, frozen
from tests.journeys.callers import FAR_SIDE_IS_DOWN, Caller, eventually, percentile, timed
from tests.wire.stack import Stack

PRICE, MEMBER_PRICE = yuan(120000), yuan(80000)
ROUNDS, READS = 3, 40


def _terms(registration: dict[str, Any]) -> tuple[Any, str, str]:
    return registration["price"], registration["price_basis"], registration["price_status"]


async def test_who_is_a_member_on_the_day_of_the_event_pays_the_member_price(office: Caller) -> None:
    member = await an_organisation_of(office, terms=EVENT_YEAR)
    lapsed = await an_organisation_of(office, terms=[{"starts_on": "2026-01-01", "ends_on": "2026-12-31"}])
    never = await an_organisation_of(office)
    _, admission = await open_event(office, admission={"price": PRICE, "member_price": MEMBER_PRICE})
    for organisation, expected in (
        (member, (MEMBER_PRICE, "member", "confirmed")),
        (lapsed, (PRICE, "standard", "confirmed")),
        (never, (PRICE, "standard", "confirmed")),
        (None, (PRICE, "standard", "confirmed")),
    ):
        made = await registered(office, admission, organisation_id=organisation)
        assert _terms(made) == expected


async def test_while_members_is_frozen_registrations_are_taken_and_nothing_is_lost(
    stack: Stack, office: Caller
) -> None:
    member = await an_organisation_of(office, terms=EVENT_YEAR)
    never = await an_organisation_of(office)
    _, admission = await open_event(office, admission={"price": PRICE, "member_price": MEMBER_PRICE})
    quiet = await _reads(office)
    tag, key = f"frozen {uuid4().hex[:8]}", uuid4().hex
    new = an_organisation(tags=[tag])
    with frozen(stack, "members", "members-worker"):
        async with _asked_all_the_time(office) as refusals:
            registering = [timed(_register(office, admission, id)) for id in (member, never) * 3]
            taken, busy = await asyncio.gather(asyncio.gather(*registering), _reads(office))
            known_to_be_down = await timed(_register(office, admission, member))
            left_open = await office.post("/v1/organisations", new, headers={"Idempotency-Key": key})
    # What needs nobody shows how late everything is on this machine at this moment; a registration is several such.
    late = 3 * max(max(seconds) for seconds in busy)
    for reply, seconds in [*taken, known_to_be_down]:
        assert reply.status_code == 201, reply.text
        assert seconds < 2 + late
        assert _terms(reply.json()) == (PRICE, "standard", "to_be_confirmed")
    assert known_to_be_down[1] < 0.8 + late, "who was silent five times is not waited for again"
    assert len(refusals) > 3
    for reply, seconds in refusals:
        assert reply.status_code in (503, 504)
        assert seconds < 2 + late
        assert int(reply.headers["retry-after"]) >= 1
    assert _tail(busy) < 1.5 * _tail(quiet) + 0.1, "who does not need members is not to notice"
    assert left_open.status_code in FAR_SIDE_IS_DOWN

    registrations = {reply.json()["id"]: reply.json()["organisation_id"] for reply, _ in taken}

    async def confirmed() -> None:
        for id, organisation in registrations.items():
            price, basis = (MEMBER_PRICE, "member") if organisation == member else (PRICE, "standard")
            assert _terms((await office.get(f"/v1/registrations/{id}")).json()) == (price, basis, "confirmed")

    await eventually(confirmed, within=15)
    # What became of the write was left open; repeated with its key it is there, once.
    assert (await office.insist("/v1/organisations", new, key=key)).status_code == 201
    assert len(await office.items("/v1/organisations", tag=tag)) == 1


async def _register(office: Caller, admission: str, organisation: str) -> httpx.Response:
    return await office.post("/v1/registrations", a_registration(admission, organisation_id=organisation))


async def _reads(office: Caller) -> list[list[float]]:
    """Seconds of reads that do not need members, in rounds."""
    return [await _round(office) for _ in range(ROUNDS)]


async def _round(office: Caller) -> list[float]:
    seconds: list[float] = []

    async def read() -> None:
        for _ in range(READS // 2):
            reply, took = await timed(office.get("/v1/events", params={"limit": 5}))
            assert reply.status_code == 200
            seconds.append(took)

    await asyncio.gather(read(), read())
    return seconds


def _tail(rounds: list[list[float]]) -> float:
    """What few reads of the best round exceeded: what else the machine does comes and goes, a fault stays."""
    return min(percentile(seconds, 0.95) for seconds in rounds)


@asynccontextmanager
async def _asked_all_the_time(office: Caller) -> AsyncIterator[list[tuple[Any, float]]]:
    """Eight callers ask members over and over; what they were answered, and how soon."""
    answers: list[tuple[Any, float]] = []

    async def ask() -> None:
        while True:
            answers.append(await timed(office.get("/v1/organisations", params={"limit": 1})))

    asking = [asyncio.create_task(ask()) for _ in range(8)]
    try:
        yield answers
    finally:
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
