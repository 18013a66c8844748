"""The membership in figures: each is the number of records that its query lists, and says what it says it does."""

from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from random import Random
from typing import Any
from urllib.parse import parse_qs

import pytest
import pytest_asyncio

from services.contracts.members.statistics import MembershipStatistics
from services.kit.errors import Contradiction, Forbidden, Invalid
from tests.factories.members import a_membership, a_membership_type, a_term, an_organisation
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

PATH = "/v1/statistics/membership"
FIRST, LAST = date(2023, 1, 1), date(2025, 12, 31)
COUNTING = {"active", "grace"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def alliance(members: Api) -> AsyncIterator[list[str]]:
    """Memberships with every kind of course, the same each time."""
    chance, made = Random(7), []
    types = [
        (await members.made("/v1/membership-types", a_membership_type(grace_days=days)))["id"] for days in (0, 30, 90)
    ]
    for _ in range(40):
        country, kind = chance.choice(["NP", "FR", "CN", None]), chance.choice(["hotel", "scenic_area"])
        organisation = await members.made("/v1/organisations", an_organisation(country=country, kind=kind))
        for type_id in chance.sample(types, chance.choice([1, 1, 2])):
            day, terms = date(2021, 6, 1) + timedelta(days=chance.randrange(900)), []
            for _ in range(chance.randrange(5)):
                end = day + timedelta(days=chance.choice([20, 150, 364]))
                terms.append(a_term(day.isoformat(), end.isoformat()))
                day = end + timedelta(days=chance.choice([1, 1, 1, 15, 60, 200]))
            new = a_membership(organisation["id"], type_id, terms=terms)
            membership = await members.made("/v1/memberships", new)
            made.append(membership["id"])
            when = date(2022, 1, 1) + timedelta(days=chance.randrange(700))
            for kind in chance.choice([[], [], ["resignations"], ["resignations", "reinstatements"], ["expulsions"]]):
                path = f"/v1/memberships/{membership['id']}/{kind}"
                await members.made(path, {"effective_on": when.isoformat()})
                when += timedelta(days=chance.choice([0, 1, 40, 300]))
    yield made


async def statistics(api: Api, **params: Any) -> MembershipStatistics:
    given = {name.rstrip("_"): str(value) for name, value in params.items()}
    reply = await api.get(PATH, params=given)
    assert reply.status_code == 200, reply.text
    return MembershipStatistics.model_validate_json(reply.content, strict=True)


def figures(value: Any) -> Iterator[tuple[int, str]]:
    """Every figure of an answer: its count and its query."""
    if isinstance(value, dict):
        if "records" in value:
            yield value["count"], value["records"]
        for one in value.values():
            yield from figures(one)
    elif isinstance(value, list):
        for one in value:
            yield from figures(one)


async def listed(api: Api, records: str) -> list[str]:
    """The ids of the records that a figure's query lists."""
    path, _, query = records.partition("?")
    return [row["id"] for row in await api.items(path, limit=200, **parse_qs(query))]


async def ids(api: Api, records: str) -> set[str]:
    return set(await listed(api, records))


@pytest.mark.parametrize("interval", ["month", "quarter", "year"])
async def test_each_figure_is_what_its_query_lists(members: Api, alliance: list[str], interval: str) -> None:
    found = await statistics(members, on="2024-05-29", from_="2024-01-15", to="2024-06-20", interval=interval)
    every = list(figures(found.model_dump()))
    assert len(every) > 20
    assert sum(count for count, _ in every) > 100
    for count, records in every:
        assert len(await listed(members, records)) == count, records
        assert (await members.get(f"{records}&count=true&limit=1")).json()["total"] == count, records


async def test_the_course_is_that_of_the_status_from_day_to_day(members: Api, alliance: list[str]) -> None:
    """Compared with what the list of memberships says of each single day."""
    first, last = date(2023, 3, 1), date(2023, 8, 31)
    counting: dict[date, set[str]] = {}
    status: dict[date, dict[str, str]] = {}
    day = first - timedelta(days=1)
    while day <= last:
        rows = await members.items("/v1/memberships", as_of=day.isoformat(), limit=200, fields="status")
        status[day] = {row["id"]: row["status"] for row in rows}
        counting[day] = {id for id, one in status[day].items() if one in COUNTING}
        day += timedelta(days=1)
    terms = await members.items("/v1/membership-terms", limit=200)
    [period] = (await statistics(members, from_=first, to=last, interval="year")).periods
    expected: dict[str, set[str]] = {what: set() for what in ("began", "lapsed", "resigned", "expelled", "renewed")}
    for today in (first + timedelta(days=n) for n in range((last - first).days + 1)):
        before = today - timedelta(days=1)
        expected["began"] |= counting[today] - counting[before]
        for id in counting[before] - counting[today]:
            expected[status[today][id]].add(id)
        both = counting[before] & counting[today]
        expected["renewed"] |= {
            term["membership_id"] for term in terms if term["starts_on"] == today.isoformat()
        } & both
    for what in ("lapsed", "resigned", "expelled", "renewed"):
        assert await ids(members, getattr(period, what).records) == expected[what], what
        assert expected[what] or what == "expelled", what
    joined, rejoined = await ids(members, period.joined.records), await ids(members, period.rejoined.records)
    assert joined | rejoined == expected["began"]
    starts: dict[str, str] = {}
    for term in terms:
        starts[term["membership_id"]] = min(term["starts_on"], starts.get(term["membership_id"], "9999"))
    assert {id for id in joined if starts[id] < first.isoformat()} == set()
    assert await ids(members, period.retention.at_start.records) == counting[first - timedelta(days=1)]
    kept = counting[first - timedelta(days=1)] & counting[last]
    assert await ids(members, period.retention.kept.records) == kept
    assert period.retention.kept.count == len(kept)
    assert period.retention.rate == round(len(kept) / len(counting[first - timedelta(days=1)]), 4)


async def test_the_composition_adds_up(members: Api, alliance: list[str]) -> None:
    made_of = (await statistics(members, on="2024-05-29")).composition
    counted = sum(one.count for one in made_of.by_status if one.status in COUNTING)
    assert sum(one.count for one in made_of.by_status) == len(alliance)
    for parts in (made_of.by_type, made_of.by_kind, made_of.by_country):
        assert parts
        assert sum(one.count for one in parts) == made_of.memberships.count == counted
        assert [one.count for one in parts] == sorted((one.count for one in parts), reverse=True)
    only = (await statistics(members, on="2024-05-29", by="kind")).composition
    assert (only.by_kind, only.by_type, only.by_country) == (made_of.by_kind, None, None)


async def test_a_partner_s_key_counts_its_own(members: Api, alliance: list[str], signer: Signer) -> None:
    mine = (await members.get(f"/v1/memberships/{alliance[0]}")).json()["organisation_id"]
    own = await members.items("/v1/memberships", organisation_id=mine)
    partner = members.as_(signer.partner(mine))
    found = await statistics(partner, from_=FIRST, to=LAST)
    assert sum(one.count for one in found.composition.by_status) == len(own)
    for count, records in figures(found.model_dump()):
        assert len(await listed(partner, records)) == count, records


async def test_periods_are_of_the_calendar_and_cut_off_at_the_ends(members: Api) -> None:
    found = await statistics(members, from_="2023-11-15", to="2024-05-10", interval="quarter")
    assert [(str(one.starts_on), str(one.ends_on)) for one in found.periods] == [
        ("2023-11-15", "2023-12-31"),
        ("2024-01-01", "2024-03-31"),
        ("2024-04-01", "2024-05-10"),
    ]
    default = await statistics(members, on="2024-05-29")
    assert [str(one.starts_on) for one in default.periods] == [f"{year}-01-01" for year in range(2020, 2025)]
    assert str(default.periods[-1].ends_on) == "2024-05-29"


async def test_refuses_what_it_cannot_count(members: Api, signer: Signer) -> None:
    too_many = await members.get(PATH, params={"from": "2000-01-01", "to": "2024-01-01", "interval": "month"})
    assert_problem(too_many, Contradiction, pointer="from")
    turned = await members.get(PATH, params={"from": "2024-01-02", "to": "2024-01-01"})
    assert_problem(turned, Contradiction, pointer="from")
    for query in ("by=colour", "interval=week", "on=2024-02-30", "joined_in=2024-01-01"):
        assert_problem(await members.get(f"{PATH}?{query}"), Invalid)
    for query in ("joined_in=2024-01-01", "lapsed_in=2023-02-29/2023-03-01", "organisation_country=XX"):
        assert_problem(await members.get(f"/v1/memberships?{query}"), Invalid)
    without = members.as_(signer.staff("members:read"))
    assert_problem(await without.get(PATH), Forbidden)
