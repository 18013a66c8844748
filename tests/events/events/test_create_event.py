"""Creating events, one and many."""

from uuid import uuid4

import pytest

from services.contracts.events.event import Event
from services.events.features.events.actions import EditionTaken, NoSuchSeries
from services.kit.bulk import NothingCreated
from services.kit.errors import Contradiction, Forbidden, Invalid, Unauthenticated
from tests.factories.events import a_series, an_event, at
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


async def test_begins_as_a_draft_and_answers_with_the_record(events: Api) -> None:
    reply = await events.post("/v1/events", an_event(capacity=300))
    assert reply.status_code == 201, reply.text
    made = Event.model_validate(reply.json())
    assert (made.status, made.capacity, made.published_at, made.visibility) == ("draft", 300, None, "public")
    read = await events.get(reply.headers["location"])
    assert (read.content, read.headers["etag"]) == (reply.content, reply.headers["etag"])


@pytest.mark.parametrize(
    ("zone", "local", "instant"),
    [
        ("Asia/Kathmandu", "2027-05-29T09:00", "2027-05-29T03:15:00+00:00"),
        ("Europe/Paris", "2027-01-15T09:00", "2027-01-15T08:00:00+00:00"),
        ("Europe/Paris", "2027-07-15T09:00", "2027-07-15T07:00:00+00:00"),
        # Twice on the clock: the first. Skipped by the clock: as if it had not been.
        ("Europe/Paris", "2026-10-25T02:30", "2026-10-25T00:30:00+00:00"),
        ("Europe/Paris", "2026-03-29T02:30", "2026-03-29T01:30:00+00:00"),
        ("UTC", "1900-01-01T00:00", "1900-01-01T00:00:00+00:00"),
        ("Pacific/Apia", "2199-12-31T23:59", "2199-12-31T10:59:00+00:00"),
    ],
)
async def test_derives_the_instant_from_the_clock_at_the_venue(
    events: Api, zone: str, local: str, instant: str
) -> None:
    made = await events.made("/v1/events", an_event(starts=at(local, zone), ends=at(local, zone)))
    assert (made["starts"], made["starts_at"]) == (at(local, zone), instant)


async def test_refuses_times_that_cannot_be(events: Api) -> None:
    for given, pointer in (
        ({"starts": at("2027-02-30T09:00")}, "/starts/local"),
        ({"starts": at("2027-05-29T09:00", "Asia/Atlantis")}, "/starts/time_zone"),
        ({"capacity": 0}, "/capacity"),
        ({"status": "published"}, "/status"),
    ):
        assert_problem(await events.post("/v1/events", an_event(**given)), Invalid, pointer=pointer)


async def test_refuses_times_that_contradict_each_other(events: Api) -> None:
    window = {"registration_opens_at": "2027-05-02T00:00:00Z", "registration_closes_at": "2027-05-01T00:00:00Z"}
    for given, pointer in (({"ends": at("2027-05-29T08:59")}, "/ends"), (window, "/registration_closes_at")):
        assert_problem(await events.post("/v1/events", an_event(**given)), Contradiction, pointer=pointer)


async def test_a_series_has_one_edition_a_year(events: Api) -> None:
    series = await events.made("/v1/series", a_series())
    new = an_event(series_id=series["id"], edition_year=2027)
    await events.made("/v1/events", new)
    assert_problem(await events.post("/v1/events", new), EditionTaken)
    for _ in range(2):
        await events.made("/v1/events", an_event(series_id=series["id"]))
    assert_problem(await events.post("/v1/events", an_event(series_id=str(uuid4()))), NoSuchSeries)


async def test_creates_many_at_once(events: Api) -> None:
    series = await events.made("/v1/series", a_series())
    items = [an_event(series_id=series["id"], edition_year=year) for year in (2027, 2028, 2028)]
    reply = await events.post("/v1/events/bulk", {"items": items})
    assert [result["status"] for result in reply.json()["results"]] == [201, 201, 409]
    items = [an_event(series_id=series["id"], edition_year=year) for year in (2029, 2029)]
    assert_problem(await events.post("/v1/events/bulk", {"items": items, "atomic": True}), NothingCreated)
    assert len(await events.items("/v1/events", series_id=series["id"])) == 2


async def test_a_dry_run_stores_nothing(events: Api) -> None:
    reply = await events.post("/v1/events?dry_run=true", an_event())
    assert (reply.status_code, reply.headers["dry-run"]) == (201, "true")
    assert (await events.get(f"/v1/events/{reply.json()['id']}")).status_code == 404


async def test_needs_a_credential_and_the_scope(events: Api, signer: Signer) -> None:
    assert_problem(await events.as_(None).post("/v1/events", an_event()), Unauthenticated)
    assert_problem(await events.as_(signer.staff("events:read")).post("/v1/events", an_event()), Forbidden)
