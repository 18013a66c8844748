"""Listing designations."""

from typing import Any

import pytest

from tests.factories.members import a_designation, a_site, an_organisation
from tests.wire.api import Api


@pytest.fixture
async def history(members: Api, site: dict[str, Any]) -> dict[str, str]:
    """A site's three grades, one after the other, and one that was taken away."""
    held: dict[str, dict[str, Any]] = {
        "AAA": {"awarded_on": None, "valid_until": "2011-12-31"},
        "AAAA": {"awarded_on": "2012-01-01", "valid_until": "2018-10-28"},
        "AAAAA": {"awarded_on": "2018-10-29"},
        "green": {"awarded_on": "2019-01-01", "revoked_on": "2021-07-01", "kind": "other"},
    }
    return {
        grade: (await members.made("/v1/designations", a_designation(site["id"], grade=grade, **dates)))["id"]
        for grade, dates in held.items()
    }


@pytest.mark.parametrize(
    ("on", "grades"),
    [
        ("1999-01-01", ["AAA"]),
        ("2011-12-31", ["AAA"]),
        ("2012-01-01", ["AAAA"]),
        ("2018-10-28", ["AAAA"]),
        ("2018-10-29", ["AAAAA"]),
        ("2021-06-30", ["AAAAA", "green"]),
        ("2021-07-01", ["AAAAA"]),
    ],
)
async def test_those_that_counted_on_a_day(
    members: Api, site: dict[str, Any], history: dict[str, str], on: str, grades: list[str]
) -> None:
    found = await members.items("/v1/designations", site_id=site["id"], on=on)
    assert [one["grade"] for one in found] == grades


async def test_filters(
    members: Api, site: dict[str, Any], organisation: dict[str, Any], history: dict[str, str]
) -> None:
    other = await members.made("/v1/organisations", an_organisation())
    elsewhere = await members.made("/v1/sites", a_site(other["id"]))
    await members.made("/v1/designations", a_designation(elsewhere["id"]))
    about = {"organisation_id": organisation["id"]}
    assert len(await members.items("/v1/designations", **about)) == 4
    for params, grades in (
        ({"kind": "other"}, ["green"]),
        ({"grade": ["AAA", "AAAAA"]}, ["AAA", "AAAAA"]),
        ({"awarded_on.gte": "2018-10-29"}, ["AAAAA", "green"]),
        ({"valid_until.lt": "2012-01-01"}, ["AAA"]),
        ({"sort": "-awarded_on"}, ["green", "AAAAA", "AAAA", "AAA"]),
        ({"sort": "valid_until,kind"}, ["AAA", "AAAA", "green", "AAAAA"]),
    ):
        found = await members.items("/v1/designations", limit=3, **params, **about)
        assert [one["grade"] for one in found] == grades, params
