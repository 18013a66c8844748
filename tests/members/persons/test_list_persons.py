"""Listing, filtering, sorting and searching persons, and who sees whom."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.kit.errors import Forbidden, Invalid
from tests.factories.members import a_person, an_affiliation
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer
from tests.wire.office import office_today


@pytest.mark.parametrize("sort", ["name", "-country", "birth_date", "-birth_date", "created_at", "-updated_at,name"])
async def test_pages_hold_every_row_once(members: Api, sort: str) -> None:
    tag = f"paging {sort}".replace(",", " ")
    for country, born in (("NP", None), (None, "1980-02-29"), ("FR", "1980-02-29"), (None, None), ("CN", "2001-01-01")):
        await members.made("/v1/persons", a_person(tags=[tag], country=country, birth_date=born))
    asked = {"tag": tag, "sort": sort, "purpose": "record_keeping"}
    whole = await members.items("/v1/persons", **asked, limit=200)
    paged = await members.items("/v1/persons", **asked, limit=2)
    assert [row["id"] for row in paged] == [row["id"] for row in whole]
    assert len({row["id"] for row in whole}) == 5


async def test_finds_a_person_in_either_script_and_order(members: Api) -> None:
    new = a_person(names={"zh": "何亚非", "en": "He Yafei"}, family_name="He", given_name="Yafei")
    made = await members.made("/v1/persons", new)
    for q in ("何亚非", "何亞非", "He Yafei", "Yafei He", "heyafei", "hyf"):
        assert made["id"] in [row["id"] for row in await members.items("/v1/persons", q=q)], q


async def test_finds_a_name_by_its_parts_in_both_orders(members: Api) -> None:
    parts = {
        "es": {"family": "García de la Sierra", "given": "María del Mar"},
        "zh": {"family": "欧阳", "given": "晓月"},
    }
    made = await members.made("/v1/persons", {"name_parts": parts})
    assert made["names"] == {"es": "María del Mar García de la Sierra", "zh": "欧阳晓月"}
    for q in (
        "garcia de la sierra maria del mar",
        "Maria del Mar Garcia",
        "晓月 欧阳",
        "ouyang xiaoyue",
        "xiaoyue ouyang",
    ):
        assert made["id"] in [row["id"] for row in await members.items("/v1/persons", q=q)], q


async def test_finds_by_address_whatever_its_capitals(members: Api) -> None:
    address = f"{uuid4().hex}@example.org"
    made = await members.made("/v1/persons", a_person(email=address))
    assert [row["id"] for row in await members.items("/v1/persons", email=address.upper())] == [made["id"]]
    assert_problem(await members.get("/v1/persons?email=nobody"), Invalid, pointer="email")


async def test_filters_by_language_country_and_birth(members: Api) -> None:
    tag = uuid4().hex
    made = await members.made(
        "/v1/persons", a_person(tags=[tag], languages=["ne", "en"], country="NP", birth_date="1980-02-29")
    )
    await members.made("/v1/persons", a_person(tags=[tag], languages=["zh"]))
    for filters in (
        {"language": ["ne", "fr"]},
        {"country": ["NP", "FR"]},
        {"birth_date.gte": "1980-02-29", "birth_date.lt": "1980-03-01", "purpose": "record_keeping"},
    ):
        assert [row["id"] for row in await members.items("/v1/persons", tag=tag, **filters)] == [made["id"]], filters


async def test_who_may_not_see_birth_dates_learns_nothing_of_them(members: Api, signer: Signer) -> None:
    made = await members.made("/v1/persons", a_person(birth_date="1980-02-29"))
    clerk = members.as_(signer.staff("persons:read"))
    assert "birth_date" not in (await clerk.get(f"/v1/persons/{made['id']}?fields=birth_date")).json()
    for asking in (
        "sort=birth_date",
        "sort=-birth_date,name",
        "birth_date.gte=1980-01-01",
        "count=true&birth_date.lt=1999-01-01",
    ):
        assert_problem(await clerk.get(f"/v1/persons?{asking}"), Forbidden)


async def test_finds_who_works_for_an_organisation_today(members: Api, organisation: dict[str, Any]) -> None:
    today, here = office_today(), await members.made("/v1/persons", a_person())
    left, coming = [await members.made("/v1/persons", a_person()) for _ in range(2)]
    yesterday, tomorrow = today - timedelta(days=1), today + timedelta(days=1)
    for person, dates in (
        (here, {"starts_on": None, "ends_on": str(today)}),
        (left, {"ends_on": str(yesterday)}),
        (coming, {"starts_on": str(tomorrow)}),
    ):
        await members.made("/v1/affiliations", an_affiliation(person["id"], organisation["id"], **dates))
    found = await members.items("/v1/persons", organisation_id=organisation["id"])
    assert [row["id"] for row in found] == [here["id"]]


async def test_a_partner_sees_who_works_for_it_today(
    members: Api, organisation: dict[str, Any], signer: Signer
) -> None:
    yesterday = office_today() - timedelta(days=1)
    mine, left, other = [await members.made("/v1/persons", a_person()) for _ in range(3)]
    await members.made("/v1/affiliations", an_affiliation(mine["id"], organisation["id"]))
    await members.made("/v1/affiliations", an_affiliation(left["id"], organisation["id"], ends_on=str(yesterday)))
    partner = members.as_(signer.partner(organisation["id"]))
    assert [row["id"] for row in await partner.items("/v1/persons")] == [mine["id"]]
    assert (await partner.get("/v1/persons?count=true&q=lin")).json()["total"] == 1
    for hidden in (left, other):
        path = f"/v1/persons/{hidden['id']}"
        assert (await partner.get(path)).status_code == 404
        assert (await partner.patch(path, {"country": "NP"}, if_match="*")).status_code == 404
        assert (await partner.delete(path, if_match="*")).status_code == 404
    assert (await partner.patch(f"/v1/persons/{mine['id']}", {"country": "NP"})).status_code == 200
