"""Listing memberships and terms on a date, and changing and deleting memberships."""

from typing import Any
from uuid import uuid4

import pytest

from services.kit.app import build_app
from services.kit.auth import TokenAuthenticator
from services.kit.errors import Invalid, InvalidCursor
from services.kit.settings import Settings
from services.members.app import SERVICE
from services.members.features.memberships.actions import MembershipHasHistory, NumberTaken
from tests.conftest import Migrated
from tests.factories.members import a_membership, a_membership_type, a_term, an_organisation
from tests.wire import api
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer
from tests.wire.facets import counted

PATH = "/v1/memberships"


async def one_of_each(members: Api) -> dict[str, str]:
    """Memberships of one type in every state on 29 May 2024: id → state."""
    type_ = await members.made("/v1/membership-types", a_membership_type())
    made: dict[str, str] = {}
    for status, term in (
        ("pending", a_term("2024-05-30")),
        ("active", a_term("2023-05-30", "2024-05-29")),
        ("grace", a_term("2023-05-29", "2024-04-29")),
        ("lapsed", a_term("2023-05-28", "2024-04-28")),
        ("resigned", a_term("2024-01-01")),
        ("expelled", a_term("2024-01-01")),
    ):
        organisation = await members.made("/v1/organisations", an_organisation())
        new = a_membership(organisation["id"], type_["id"], terms=[term], number=uuid4().hex)
        membership = await members.made(PATH, new)
        for kind, ended in (("resignations", "resigned"), ("expulsions", "expelled")):
            if status == ended:
                await members.made(f"{PATH}/{membership['id']}/{kind}", {"effective_on": "2024-05-29"})
        made[membership["id"]] = status
    return made


async def test_finds_each_state_on_a_day(members: Api) -> None:
    made = await one_of_each(members)
    type_id = (await members.get(f"{PATH}/{next(iter(made))}")).json()["type_id"]
    asked = {"type_id": type_id, "as_of": "2024-05-29"}
    found = await members.items(PATH, **asked, limit=2)
    assert {row["id"]: row["status"] for row in found} == made
    assert {row["as_of"] for row in found} == {"2024-05-29"}
    for status in made.values():
        rows = await members.items(PATH, **asked, status=status, count="true")
        assert [made[row["id"]] for row in rows] == [status]
    several = await members.get(PATH, params={**asked, "status": ["active", "grace"], "count": "true", "limit": "1"})
    assert several.json()["total"] == 2


@pytest.mark.parametrize("sort", ["term_ends_on", "-term_ends_on", "number", "-updated_at,-term_ends_on"])
async def test_pages_hold_every_row_once(members: Api, sort: str) -> None:
    made = await one_of_each(members)
    type_id = (await members.get(f"{PATH}/{next(iter(made))}")).json()["type_id"]
    asked = {"type_id": type_id, "as_of": "2024-05-29", "sort": sort}
    whole, paged = await members.items(PATH, **asked), await members.items(PATH, **asked, limit=1)
    assert [row["id"] for row in paged] == [row["id"] for row in whole]
    assert {row["id"] for row in whole} == made.keys()


async def test_lists_whose_term_ends_soon(members: Api) -> None:
    made = await one_of_each(members)
    type_id = (await members.get(f"{PATH}/{next(iter(made))}")).json()["type_id"]
    ending = {"term_ends_on.gte": "2024-05-01", "term_ends_on.lte": "2024-05-31"}
    rows = await members.items(PATH, type_id=type_id, as_of="2024-05-29", **ending)
    assert [made[row["id"]] for row in rows] == ["active"]


async def test_a_cursor_is_for_one_day(members: Api) -> None:
    await one_of_each(members)
    cursor = (await members.get(f"{PATH}?as_of=2024-05-29&limit=1")).json()["next_cursor"]
    assert_problem(await members.get(f"{PATH}?as_of=2024-05-30&limit=1&cursor={cursor}"), InvalidCursor)
    assert_problem(await members.get(f"{PATH}?as_of=0"), Invalid, pointer="as_of")
    assert_problem(await members.get(f"{PATH}?status=alive"), Invalid, pointer="status")


async def test_lists_terms_by_their_days(members: Api, membership: dict[str, Any]) -> None:
    for start in ("2023-01-01", "2024-01-01"):
        await members.made(f"{PATH}/{membership['id']}/terms", a_term(start))
    asked = {"organisation_id": membership["organisation_id"]}
    for filters, starts in (
        ({"current_on": "2023-12-31"}, ["2023-01-01"]),
        ({"starts_on.gte": "2024-01-01"}, ["2024-01-01"]),
        ({"ends_on.lt": "2024-01-01"}, ["2023-01-01"]),
        ({"sort": "-starts_on", "limit": "1"}, ["2024-01-01", "2023-01-01"]),
        ({"membership_id": str(uuid4())}, []),
    ):
        rows = await members.items("/v1/membership-terms", **asked, **filters)
        assert [row["starts_on"] for row in rows] == starts, filters


async def test_changes_number_and_note_only(members: Api, membership: dict[str, Any]) -> None:
    path, number = f"{PATH}/{membership['id']}", uuid4().hex
    changed = (await members.patch(path, {"number": number, "note": "moved"})).json()
    assert (changed["number"], changed["note"], changed["version"]) == (number, "moved", 2)
    other = a_membership(membership["organisation_id"], membership["type_id"], number=uuid4().hex)
    taken = await members.made(PATH, other)
    assert_problem(await members.patch(path, {"number": taken["number"]}), NumberTaken)
    assert_problem(await members.patch(path, {"status": "active"}), Invalid, pointer="/status")


async def test_deletes_one_without_history(members: Api, membership: dict[str, Any]) -> None:
    path = f"{PATH}/{membership['id']}"
    await members.made(f"{path}/terms", {})
    assert_problem(await members.delete(path), MembershipHasHistory)
    other = await members.made(PATH, a_membership(membership["organisation_id"], membership["type_id"]))
    assert (await members.delete(f"{PATH}/{other['id']}")).status_code == 204


async def test_today_is_the_office_s(migrated: Migrated, signer: Signer) -> None:
    """At any moment it is two days apart, or one, in the zones furthest east and west."""
    url, statuses = migrated(SERVICE.package), {}

    async def keys() -> object:
        return signer.public

    term: dict[str, Any] | None = None
    for zone in ("Etc/GMT+12", "Pacific/Kiritimati"):
        settings = Settings(database_url=url, office_time_zone=zone)
        app = build_app(SERVICE, settings, authenticate=TokenAuthenticator(keys))  # type: ignore[arg-type]
        async with api.running(app):
            office = Api(app, signer.staff())
            if term is None:
                organisation = await office.made("/v1/organisations", an_organisation())
                type_ = await office.made("/v1/membership-types", a_membership_type(grace_days=0))
                made = await office.made(PATH, a_membership(organisation["id"], type_["id"]))
                today = made["as_of"]
                term = await office.made(f"{PATH}/{made['id']}/terms", a_term(today, today))
            statuses[zone] = (await office.items(PATH))[0]["status"]
            assert (await office.items(PATH, status=statuses[zone]))[0]["id"] == made["id"]
            standing = await office.get(f"/v1/organisations/{organisation['id']}/standing")
            assert standing.json()["status"] == statuses[zone]
    assert statuses == {"Etc/GMT+12": "active", "Pacific/Kiritimati": "lapsed"}


@pytest.mark.parametrize("path", ["/v1/membership-terms", "/v1/membership-decisions", "/v1/membership-types"])
async def test_lists_without_search_take_none(members: Api, membership: dict[str, Any], path: str) -> None:
    assert_problem(await members.get(f"{path}?q=a"), Invalid, pointer="q")
    assert_problem(await members.get(f"{path}?expand=organisation"), Invalid, pointer="expand")
    assert_problem(await members.get(f"{path}?sort=relevance"), Invalid, pointer="sort")


async def test_a_cursor_does_not_outlive_the_office_s_day(migrated: Migrated, signer: Signer) -> None:
    """Where no day is asked for it is today's: a page asked for after midnight would be another day's."""
    url = migrated(SERVICE.package)

    async def keys() -> object:
        return signer.public

    cursors: dict[str, str] = {}
    for zone in ("Etc/GMT+12", "Pacific/Kiritimati"):
        settings = Settings(database_url=url, office_time_zone=zone)
        app = build_app(SERVICE, settings, authenticate=TokenAuthenticator(keys))  # type: ignore[arg-type]
        async with api.running(app):
            office = Api(app, signer.staff())
            if not cursors:
                await one_of_each(office)
            first = (await office.get(f"{PATH}?limit=1")).json()
            day, cursors[zone] = first["items"][0]["as_of"], first["next_cursor"]
            for page in (f"{PATH}?limit=1", f"{PATH}?limit=1&as_of={day}"):
                assert (await office.get(f"{page}&cursor={cursors[zone]}")).status_code == 200
            if zone != "Etc/GMT+12":
                reply = await office.get(f"{PATH}?limit=1&cursor={cursors['Etc/GMT+12']}")
                assert_problem(reply, InvalidCursor)


async def test_facets_count_what_their_organisations_are(members: Api) -> None:
    type_ = await members.made("/v1/membership-types", a_membership_type())
    for kind, country in (("hotel", "NP"), ("hotel", None), ("university", None)):
        organisation = await members.made("/v1/organisations", an_organisation(kind=kind, country=country))
        await members.made(PATH, a_membership(organisation["id"], type_["id"]))
    names = ["organisation_kind", "organisation_country"]
    assert await counted(members, PATH, names, type_id=type_["id"]) == {
        "organisation_kind": {"hotel": 2, "university": 1},
        "organisation_country": {"none": 2, "NP": 1},
    }
    chosen = await counted(members, PATH, names, type_id=type_["id"], organisation_country="none")
    assert chosen["organisation_kind"] == {"hotel": 1, "university": 1}
