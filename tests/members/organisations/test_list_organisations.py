"""Listing, filtering, sorting, searching and paging organisations."""

from datetime import UTC, datetime

import pytest

from services.kit.errors import Invalid, InvalidCursor
from tests.factories.members import an_organisation
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


@pytest.mark.parametrize(
    "sort", ["name", "-name", "country", "-country", "created_at", "-updated_at", "kind,-name", "id", "-id"]
)
async def test_pages_hold_every_row_once(members: Api, sort: str) -> None:
    tag = f"paging {sort}".replace(",", " ")
    for country in ("NP", "FR", None, "CN", None, "NP", "IT"):
        await members.made("/v1/organisations", an_organisation(country=country, tags=[tag]))
    whole = await members.items("/v1/organisations", tag=tag, sort=sort, limit=200)
    paged = await members.items("/v1/organisations", tag=tag, sort=sort, limit=2)
    assert [row["id"] for row in paged] == [row["id"] for row in whole]
    assert len({row["id"] for row in whole}) == 7


async def test_filters_by_any_of_several_values(members: Api) -> None:
    for country in ("NP", "FR", "CN"):
        await members.made("/v1/organisations", an_organisation(country=country, tags=["any of"]))
    found = await members.items("/v1/organisations", tag="any of", country=["NP", "FR"])
    assert sorted(row["country"] for row in found) == ["FR", "NP"]


async def test_counts_what_matches(members: Api) -> None:
    for _ in range(3):
        await members.made("/v1/organisations", an_organisation(tags=["counted"]))
    reply = await members.get("/v1/organisations", params={"tag": "counted", "limit": 1, "count": "true"})
    assert (reply.json()["total"], len(reply.json()["items"])) == (3, 1)


async def test_shows_only_the_fields_asked_for(members: Api) -> None:
    await members.made("/v1/organisations", an_organisation(tags=["narrow"]))
    reply = await members.get("/v1/organisations", params={"tag": "narrow", "fields": ["names"]})
    assert list(reply.json()["items"][0]) == ["id", "names"]


async def test_finds_a_name_in_either_script(members: Api) -> None:
    made = await members.made(
        "/v1/organisations", an_organisation(names={"zh": "贵州旅游集团", "en": "Guizhou Tourism Group"})
    )
    for q in ("貴州", "guizhou", "gz", "旅游集团"):
        assert made["id"] in [row["id"] for row in await members.items("/v1/organisations", q=q)], q


async def test_finds_the_holder_of_an_identifier(members: Api) -> None:
    made = await members.made("/v1/organisations", an_organisation(identifiers=[{"scheme": "isni", "value": "1:2"}]))
    assert [row["id"] for row in await members.items("/v1/organisations", identifier="isni:1:2")] == [made["id"]]


async def test_names_an_unknown_parameter(members: Api) -> None:
    assert_problem(await members.get("/v1/organisations?colour=red"), Invalid, pointer="colour")
    assert_problem(await members.get("/v1/organisations?limit=201"), Invalid, pointer="limit")
    assert_problem(await members.get("/v1/organisations?sort=colour"), Invalid, pointer="sort")
    assert_problem(await members.get("/v1/organisations?country=XX"), Invalid, pointer="country")


async def test_refuses_a_cursor_of_another_list(members: Api) -> None:
    for _ in range(2):
        await members.made("/v1/organisations", an_organisation())
    cursor = (await members.get("/v1/organisations?limit=1")).json()["next_cursor"]
    for other in (f"sort=name&cursor={cursor}", f"cursor={cursor}x", f"cursor={cursor[:-2]}", f"q=a&cursor={cursor}"):
        assert_problem(await members.get(f"/v1/organisations?{other}"), InvalidCursor)


async def test_a_partner_sees_its_own_organisation_only(members: Api, signer: Signer) -> None:
    mine = await members.made("/v1/organisations", an_organisation(tags=["partner"]))
    theirs = await members.made("/v1/organisations", an_organisation(tags=["partner"]))
    partner = members.as_(signer.partner(mine["id"]))
    assert [row["id"] for row in await partner.items("/v1/organisations")] == [mine["id"]]
    assert (await partner.get("/v1/organisations?count=true")).json()["total"] == 1
    assert (await partner.get(f"/v1/organisations/{theirs['id']}")).status_code == 404
    assert (await partner.delete(f"/v1/organisations/{theirs['id']}", if_match="*")).status_code == 403


async def test_ranges_take_instants(members: Api) -> None:
    before = datetime.now(UTC).isoformat()
    made = await members.made("/v1/organisations", an_organisation())
    found = await members.items("/v1/organisations", **{"created_at.gte": before})
    assert [row["id"] for row in found] == [made["id"]]
