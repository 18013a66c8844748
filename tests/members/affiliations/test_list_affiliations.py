"""Listing affiliations."""

from datetime import timedelta
from typing import Any

import pytest

from tests.factories.members import a_person, an_affiliation, an_organisation
from tests.wire.api import Api
from tests.wire.callers import Signer
from tests.wire.office import office_today


@pytest.mark.parametrize("sort", ["starts_on", "-starts_on", "ends_on", "-ends_on,starts_on", "-created_at"])
async def test_pages_hold_every_row_once(members: Api, organisation: dict[str, Any], sort: str) -> None:
    for starts, ends in ((None, None), ("2020-01-01", None), (None, "2030-01-01"), ("2020-01-01", "2020-01-01")):
        someone = await members.made("/v1/persons", a_person())
        new = an_affiliation(someone["id"], organisation["id"], starts_on=starts, ends_on=ends)
        await members.made("/v1/affiliations", new)
    asked = {"organisation_id": organisation["id"], "sort": sort}
    whole = await members.items("/v1/affiliations", **asked)
    paged = await members.items("/v1/affiliations", **asked, limit=1)
    assert [row["id"] for row in paged] == [row["id"] for row in whole]
    assert len({row["id"] for row in whole}) == 4


async def test_finds_who_held_a_role_on_a_day(
    members: Api, person: dict[str, Any], organisation: dict[str, Any]
) -> None:
    new = an_affiliation(person["id"], organisation["id"], starts_on="2020-02-29", ends_on="2020-12-31")
    made = await members.made("/v1/affiliations", new)
    for day, found in (
        ("2020-02-28", []),
        ("2020-02-29", [made["id"]]),
        ("2020-12-31", [made["id"]]),
        ("2021-01-01", []),
    ):
        rows = await members.items("/v1/affiliations", person_id=person["id"], current_on=day)
        assert [row["id"] for row in rows] == found, day


async def test_a_partner_sees_its_own_of_today_and_nothing_of_others(
    members: Api, person: dict[str, Any], organisation: dict[str, Any], signer: Signer
) -> None:
    yesterday = str(office_today() - timedelta(days=1))
    other = await members.made("/v1/organisations", an_organisation())
    mine = await members.made("/v1/affiliations", an_affiliation(person["id"], organisation["id"]))
    theirs = await members.made("/v1/affiliations", an_affiliation(person["id"], other["id"]))
    over = await members.made(
        "/v1/affiliations", an_affiliation(person["id"], organisation["id"], role=None, ends_on=yesterday)
    )
    partner = members.as_(signer.partner(organisation["id"]))
    assert [row["id"] for row in await partner.items("/v1/affiliations", expand="person")] == [mine["id"]]
    for hidden in (theirs, over):
        path = f"/v1/affiliations/{hidden['id']}"
        assert (await partner.get(path)).status_code == 404
        assert (await partner.patch(path, {"ends_on": None}, if_match="*")).status_code == 404
        assert (await partner.delete(path, if_match="*")).status_code == 404


async def test_one_is_the_main_role_on_any_day(members: Api, person: dict[str, Any]) -> None:
    roles = {}
    for name, starts_on, ends_on, primary in (
        ("marked", "2020-01-01", "2022-12-31", True),
        ("later", "2022-01-01", None, False),
        ("earlier", "2021-01-01", None, False),
        ("unknown", None, "2019-06-30", False),
        ("second", None, "2019-12-31", False),
    ):
        employer = await members.made("/v1/organisations", an_organisation())
        given = {"starts_on": starts_on, "ends_on": ends_on, "primary": primary}
        made = await members.made("/v1/affiliations", an_affiliation(person["id"], employer["id"], **given))
        roles[made["id"]] = name
    for day, main in (
        ("2019-01-01", "unknown"),
        ("2019-07-01", "second"),
        ("2021-06-01", "marked"),
        ("2022-12-31", "marked"),
        ("2023-01-01", "earlier"),
    ):
        found = await members.items("/v1/affiliations", person_id=person["id"], primary_on=day)
        assert [roles[row["id"]] for row in found] == [main], day
