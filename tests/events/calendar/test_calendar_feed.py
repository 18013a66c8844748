"""The calendar that programs subscribe to."""

import asyncio
import re
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import icalendar
import pytest
from sqlalchemy import text

from services.events.features.calendar import feeds, writing
from services.events.features.calendar.queries import LONGEST, Entry
from services.kit.errors import Invalid, NotFound
from tests.factories.events import a_series, an_event, at, published
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

DAY = {"starts": at("2027-07-15T09:00", "Europe/Paris"), "ends": at("2027-07-16T17:30", "Europe/Paris")}


async def feed(events: Api, **params: str) -> icalendar.Calendar:
    """The feed, as a program without a credential reads it."""
    reply = await events.as_(None).get("/v1/calendar", params=params)
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"] == "text/calendar; charset=utf-8"
    found = icalendar.Calendar.from_ical(reply.content)
    assert isinstance(found, icalendar.Calendar)
    return found


def entries(calendar: icalendar.Calendar) -> dict[str, Any]:
    return {str(event["UID"]): event for event in calendar.walk("VEVENT")}


async def test_holds_what_was_published_for_everybody(events: Api) -> None:
    shown = await published(events)
    draft = await events.made("/v1/events", an_event())
    invited = await published(events, visibility="invited")
    long_ago = await published(events, starts=at("2020-05-29T09:00"), ends=at("2020-05-29T17:00"))
    found = entries(await feed(events))
    assert shown["id"] in found
    assert not {draft["id"], invited["id"], long_ago["id"]} & found.keys()


async def test_tells_the_time_on_the_venues_clock(events: Api) -> None:
    made = await published(events, **DAY, venue={"en": "Demo; Hall, 1", "zh": "演示厅"}, city="Grenoble", country="FR")
    calendar = await feed(events)
    entry = entries(calendar)[made["id"]]
    assert entry["DTSTART"].params["TZID"] == "Europe/Paris"
    assert entry["DTSTART"].dt.isoformat() == "2027-07-15T09:00:00+02:00"
    assert entry["DTEND"].dt.astimezone(UTC) == datetime(2027, 7, 16, 15, 30, tzinfo=UTC)
    assert entry["LOCATION"] == "Demo; Hall, 1, Grenoble, France"
    zones = [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")]
    assert "Europe/Paris" in zones
    assert len(zones) == len(set(zones))


async def test_its_zones_give_the_right_offsets_without_knowing_the_names(events: Api) -> None:
    await published(events, **DAY)
    zone = next(zone for zone in (await feed(events)).walk("VTIMEZONE") if zone["TZID"] == "Europe/Paris")
    assert isinstance(zone, icalendar.Timezone)
    by_rules = zone.to_tz(lookup_tzid=False)
    for month, hours in ((1, 1), (3, 1), (4, 2), (7, 2), (10, 2), (11, 1)):
        moment = datetime(2027, month, 15, 9, tzinfo=by_rules)
        assert moment.utcoffset() == timedelta(hours=hours), moment


async def test_universal_time_needs_no_zone(events: Api) -> None:
    made = await published(events, starts=at("2027-07-15T09:00", "UTC"), ends=at("2027-07-15T10:00", "UTC"))
    calendar = (await events.get(f"/v1/events/{made['id']}/calendar")).text
    assert "DTSTART:20270715T090000Z\r\n" in calendar
    assert "VTIMEZONE" not in calendar


async def test_a_change_raises_the_sequence_and_a_cancellation_stays(events: Api) -> None:
    made = await published(events)
    before = entries(await feed(events))[made["id"]]
    await events.patch(f"/v1/events/{made['id']}", {"starts": at("2027-05-29T08:00")})
    moved = entries(await feed(events))[made["id"]]
    assert moved["SEQUENCE"] > before["SEQUENCE"]
    assert moved["LAST-MODIFIED"].dt >= before["LAST-MODIFIED"].dt
    assert (before["STATUS"], moved["UID"]) == ("CONFIRMED", before["UID"])
    await events.patch(f"/v1/events/{made['id']}", {"status": "cancelled"})
    gone = entries(await feed(events))[made["id"]]
    assert (gone["STATUS"], gone["SEQUENCE"] > moved["SEQUENCE"]) == ("CANCELLED", True)


async def test_stays_the_same_byte_for_byte_until_something_changes(events: Api) -> None:
    made = await published(events)
    caller = events.as_(None)
    first, second = await caller.get("/v1/calendar"), await caller.get("/v1/calendar")
    assert (first.content, first.headers["etag"]) == (second.content, second.headers["etag"])
    assert first.headers["cache-control"] == "public, max-age=900"
    kept = await caller.get("/v1/calendar", headers={"If-None-Match": first.headers["etag"]})
    assert (kept.status_code, kept.content) == (304, b"")
    await events.patch(f"/v1/events/{made['id']}", {"city": "Ubud"})
    changed = await caller.get("/v1/calendar", headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200


async def test_lines_are_folded_and_text_is_escaped(events: Api) -> None:
    long = "国际山地旅游日,山地；共同的家园; \\ and a line\nmore " * 12
    made = await published(events, names={"en": 'A; "very", long \\ name ' + "长" * 100}, texts={"en": long})
    body = (await events.get(f"/v1/events/{made['id']}/calendar")).content
    assert body.endswith(b"\r\n")
    assert not re.search(rb"(?<!\r)\n", body)
    assert max(len(line) for line in body.split(b"\r\n")) <= 75
    for line in body.split(b"\r\n"):
        line.decode()
    entry = next(iter(entries(icalendar.Calendar.from_ical(body)).values()))
    assert (entry["SUMMARY"], entry["DESCRIPTION"]) == (made["names"]["en"], long)


async def test_is_told_in_the_language_asked_for_and_by_series(events: Api) -> None:
    series = await events.made("/v1/series", a_series())
    made = await published(events, series_id=series["id"], names={"en": "Tea", "zh": "茶叙"}, country="ID")
    for language, told in (("en", ("Tea", "Indonesia")), ("zh", ("茶叙", "印度尼西亚"))):
        found = entries(await feed(events, series_id=series["id"], language=language))
        assert list(found) == [made["id"]]
        assert (found[made["id"]]["SUMMARY"], found[made["id"]]["LOCATION"]) == told
    assert_problem(await events.get("/v1/calendar?language=English"), Invalid, pointer="language")
    assert (await events.get("/v1/calendar?language=qqq")).status_code == 200


async def test_one_event_is_for_whoever_may_read_it(events: Api, signer: Signer) -> None:
    invited = await published(events, visibility="invited")
    path = f"/v1/events/{invited['id']}/calendar"
    assert_problem(await events.as_(None).get(path), NotFound)
    assert_problem(await events.as_(signer.staff("members:read")).get(path), NotFound)
    reply = await events.get(path)
    assert (reply.status_code, reply.headers["cache-control"]) == (200, "private, max-age=900")
    draft = await events.made("/v1/events", an_event())
    assert_problem(await events.get(f"/v1/events/{draft['id']}/calendar"), NotFound)


async def test_holds_hundreds_of_events(events: Api) -> None:
    series = await events.made("/v1/series", a_series())
    items = [an_event(series_id=series["id"], **DAY) for _ in range(300)]
    assert (await events.post("/v1/events/bulk", {"items": items})).json()["created"] == 300
    async with events.runtime.database.transaction() as session:
        await session.execute(text("UPDATE event SET status = 'published', published_at = now()"))
    assert len(entries(await feed(events, series_id=series["id"]))) == 300


async def test_a_full_feed_keeps_the_nearest_that_come_and_then_the_latest_that_were(events: Api) -> None:
    series = await events.made("/v1/series", a_series())
    today = datetime.now(UTC).replace(hour=12)

    async def of_day(days: int) -> str:
        on = f"{today + timedelta(days=days):%Y-%m-%d}"
        given = {"starts": at(f"{on}T09:00"), "ends": at(f"{on}T17:30")}
        return str((await published(events, series_id=series["id"], **given))["id"])

    next_week = await of_day(7)
    last_week, last_month = await of_day(-7), await of_day(-40)
    items = [an_event(series_id=series["id"], **DAY) for _ in range(LONGEST - 2)]
    assert (await events.post("/v1/events/bulk", {"items": items})).json()["created"] == LONGEST - 2
    async with events.runtime.database.transaction() as session:
        await session.execute(text("UPDATE event SET status = 'published', published_at = now()"))
    found = entries(await feed(events, series_id=series["id"]))
    assert len(found) == LONGEST
    assert {next_week, last_week} <= found.keys()
    assert last_month not in found
    far, near = await of_day(800), await of_day(8)
    found = entries(await feed(events, series_id=series["id"]))
    assert len(found) == LONGEST
    assert {next_week, near} <= found.keys()
    assert not {last_week, far} & found.keys()


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, str]]:
    """How many events were written into a calendar in which language, each time one is written."""
    seen: list[tuple[int, str]] = []

    def calendar_of(found: Sequence[Entry], language: str) -> bytes:
        seen.append((len(found), language))
        return writing.calendar_of(found, language)

    monkeypatch.setattr(feeds, "calendar_of", calendar_of)
    return seen


async def test_is_written_once_whatever_languages_are_asked_for(events: Api, written: list[tuple[int, str]]) -> None:
    await published(events, names={"en": "Tea", "zh": "茶叙"}, texts={"fr": "Du thé"})
    caller = events.as_(None)
    strange = [f"q{first}{second}-XY" for first in "abc" for second in "abcd"]
    for language in ("en", *strange, "en"):
        assert (await caller.get("/v1/calendar", params={"language": language})).status_code == 200
    assert [language for _, language in written] == ["en"]
    for language in ("zh", "fr", *strange, "zh", "fr"):
        await caller.get("/v1/calendar", params={"language": language})
    assert [language for _, language in written] == ["en", "zh", "fr"]


async def test_series_without_events_push_out_no_feed_that_is_read(events: Api, written: list[tuple[int, str]]) -> None:
    await published(events)
    caller = events.as_(None)
    await caller.get("/v1/calendar")
    for _ in range(40):
        assert (await caller.get("/v1/calendar", params={"series_id": str(uuid4())})).status_code == 200
    await caller.get("/v1/calendar")
    assert len([count for count, _ in written if count]) == 1


async def test_many_at_once_wait_for_one_that_writes_it(events: Api, written: list[tuple[int, str]]) -> None:
    await published(events)
    replies = await asyncio.gather(*[events.as_(None).get("/v1/calendar") for _ in range(20)])
    assert {reply.status_code for reply in replies} == {200}
    assert len(written) == 1


async def test_a_feed_that_takes_long_holds_up_no_other(events: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    series = await events.made("/v1/series", a_series())
    await published(events)
    await published(events, series_id=series["id"], names={"en": "Tea", "zh": "茶叙"})
    begun, may_end = threading.Event(), threading.Event()

    def calendar_of(found: Sequence[Entry], language: str) -> bytes:
        if len(found) > 1:
            begun.set()
            assert may_end.wait(20)
        return writing.calendar_of(found, language)

    monkeypatch.setattr(feeds, "calendar_of", calendar_of)
    caller = events.as_(None)
    whole = asyncio.create_task(caller.get("/v1/calendar"))
    try:
        assert await asyncio.to_thread(begun.wait, 10)
        async with asyncio.timeout(10):
            reply = await caller.get("/v1/calendar", params={"series_id": series["id"]})
        assert (reply.status_code, whole.done()) == (200, False)
    finally:
        may_end.set()
    assert (await whole).status_code == 200


async def test_what_is_kept_is_bounded_and_the_process_s_own(
    events: Api, monkeypatch: pytest.MonkeyPatch, written: list[tuple[int, str]]
) -> None:
    monkeypatch.setattr(feeds, "_AT_MOST", 2)
    caller = events.as_(None)
    for _ in range(4):
        series = await events.made("/v1/series", a_series())
        await published(events, series_id=series["id"])
        await caller.get("/v1/calendar", params={"series_id": series["id"]})
    assert len(events.runtime.part(feeds.Feeds)._kept) == 2
