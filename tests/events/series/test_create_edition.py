"""Making the edition of a year from the last one."""

import asyncio
from collections import Counter
from typing import Any

from services.events.features.events.actions import EditionTaken
from services.events.features.series.editions import NoEarlierEdition
from services.kit.errors import Contradiction, NotFound
from tests.factories.events import a_series, an_admission_type, an_event, at, registered, yuan
from tests.wire.api import Api, assert_problem


async def a_first_edition(events: Api, rule: dict[str, Any] | None, **given: Any) -> dict[str, Any]:
    series = await events.made("/v1/series", a_series(yearly_rule=rule))
    return await events.made("/v1/events", an_event(series_id=series["id"], **given))


async def next_edition(events: Api, event: dict[str, Any], year: int) -> dict[str, Any]:
    return await events.made(f"/v1/series/{event['series_id']}/editions", {"year": year})


async def test_moves_the_days_by_the_rule_and_keeps_the_clock(events: Api) -> None:
    first = await a_first_edition(
        events,
        {"kind": "nth_weekday", "month": 10, "occurrence": "second", "weekday": "saturday"},
        names={"zh": "2026年山地论坛", "en": "Mountain Forum 2026"},
        theme={"en": "This year's"},
        edition_year=2026,
        starts=at("2026-10-10T09:00", "Europe/Paris"),
        ends=at("2026-10-12T16:15", "Europe/Paris"),
        registration_opens_at="2026-06-01T22:00:00Z",
        registration_closes_at="2026-10-26T09:00:00Z",
        capacity=300,
    )
    made = await next_edition(events, first, 2027)
    assert made["starts"] == at("2027-10-09T09:00", "Europe/Paris")
    assert made["ends"] == at("2027-10-11T16:15", "Europe/Paris")
    assert made["names"] == {"zh": "2027年山地论坛", "en": "Mountain Forum 2027"}
    assert (made["status"], made["edition_year"], made["capacity"], made["theme"]) == ("draft", 2027, 300, None)
    # 00:00 in Paris stays 00:00; 10:00 on the day after summer time ended in 2026 is summer time still in 2027.
    assert made["registration_opens_at"] == "2027-05-31T22:00:00+00:00"
    assert made["registration_closes_at"] == "2027-10-25T08:00:00+00:00"


async def test_goes_from_leap_day_to_the_28th_and_back(events: Api) -> None:
    first = await a_first_edition(
        events,
        {"kind": "fixed_date", "date": "02-29"},
        edition_year=2028,
        starts=at("2028-02-29T09:00", "Asia/Shanghai"),
        ends=at("2028-03-01T12:00", "Asia/Shanghai"),
    )
    plain = await next_edition(events, first, 2029)
    assert (plain["starts"]["local"], plain["ends"]["local"]) == ("2029-02-28T09:00", "2029-03-01T12:00")
    leap = await next_edition(events, first, 2032)
    assert (leap["starts"]["local"], leap["ends"]["local"]) == ("2032-02-29T09:00", "2032-03-01T12:00")


async def test_the_clock_stays_when_summer_time_begins_between(events: Api) -> None:
    first = await a_first_edition(
        events,
        {"kind": "nth_weekday", "month": 3, "occurrence": "last", "weekday": "sunday"},
        starts=at("2026-03-29T01:30", "Europe/Paris"),
        ends=at("2026-03-29T04:00", "Europe/Paris"),
    )
    assert (first["starts_at"], first["ends_at"]) == ("2026-03-29T00:30:00+00:00", "2026-03-29T02:00:00+00:00")
    made = await next_edition(events, first, 2027)
    assert (made["starts"]["local"], made["ends"]["local"]) == ("2027-03-28T01:30", "2027-03-28T04:00")
    assert (made["starts_at"], made["ends_at"]) == ("2027-03-28T00:30:00+00:00", "2027-03-28T02:00:00+00:00")


async def test_without_a_rule_the_date_stays(events: Api) -> None:
    first = await a_first_edition(events, None, starts=at("2024-12-07T09:00"), ends=at("2024-12-07T12:00"))
    assert (await next_edition(events, first, 2025))["starts"]["local"] == "2025-12-07T09:00"


async def test_copies_admission_types_and_no_registrations(events: Api) -> None:
    first = await a_first_edition(events, None, edition_year=2027)
    await events.patch(f"/v1/events/{first['id']}", {"status": "published"})
    terms = {"quota": 20, "price": yuan(9000), "member_price": yuan(6000), "eligibility": "members"}
    await events.made("/v1/admission-types", an_admission_type(first["id"], **terms))
    free = await events.made("/v1/admission-types", an_admission_type(first["id"], presence="online"))
    await registered(events, free["id"])
    made = await next_edition(events, first, 2028)
    copied = await events.items("/v1/admission-types", event_id=made["id"])
    assert {name: copied[0][name] for name in terms} == terms
    assert [row["presence"] for row in copied] == ["on_site", "online"]
    assert await events.items("/v1/registrations", event_id=made["id"]) == []


async def test_is_made_from_the_last_one_before(events: Api) -> None:
    first = await a_first_edition(events, None, edition_year=2020, city="Guiyang")
    later = await next_edition(events, first, 2022)
    await events.patch(f"/v1/events/{later['id']}", {"city": "Zunyi"})
    assert (await next_edition(events, first, 2021))["city"] == "Guiyang"
    assert (await next_edition(events, first, 2023))["city"] == "Zunyi"
    assert_problem(await events.post(f"/v1/series/{first['series_id']}/editions", {"year": 2020}), NoEarlierEdition)


async def test_there_is_one_edition_a_year_however_often_it_is_asked_for(events: Api) -> None:
    first = await a_first_edition(events, None, edition_year=2027)
    path = f"/v1/series/{first['series_id']}/editions"
    replies = await asyncio.gather(*(events.post(path, {"year": 2028}) for _ in range(8)))
    assert Counter(reply.status_code for reply in replies) == {201: 1, 409: 7}
    assert_problem(await events.post(path, {"year": 2028}), EditionTaken)
    assert len(await events.items("/v1/events", series_id=first["series_id"], edition_year=2028)) == 1


async def test_a_series_that_is_not_there_has_none(events: Api) -> None:
    reply = await events.post("/v1/series/01976b1e-7c3a-7000-8000-000000000001/editions", {"year": 2028})
    assert_problem(reply, NotFound)


async def test_ends_within_the_calendar_of_venues(events: Api) -> None:
    first = await a_first_edition(
        events,
        {"kind": "fixed_date", "date": "05-29"},
        edition_year=2027,
        starts=at("2027-05-29T09:00", "Asia/Shanghai"),
        ends=at("2190-05-29T12:00", "Asia/Shanghai"),
        registration_closes_at="2999-05-01T00:00:00Z",
    )
    path = f"/v1/series/{first['series_id']}/editions"
    assert_problem(await events.post(path, {"year": 2037}), Contradiction, pointer="/year")
    made = await next_edition(events, first, 2036)
    assert (made["ends"]["local"], made["registration_closes_at"]) == ("2199-05-30T12:00", None)
