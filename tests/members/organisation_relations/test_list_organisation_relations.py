"""Listing relations between organisations."""

from typing import Any

import pytest

from tests.factories.members import a_relation, an_organisation
from tests.wire.api import Api

PATH = "/v1/organisation-relations"


@pytest.mark.parametrize("sort", ["kind,-starts_on", "starts_on", "-ends_on", "created_at", "-updated_at"])
async def test_pages_hold_every_row_once(members: Api, organisation: dict[str, Any], sort: str) -> None:
    for starts, ends in ((None, None), ("2020-01-01", None), (None, "2030-01-01"), ("2020-01-01", "2020-01-01")):
        other = await members.made("/v1/organisations", an_organisation())
        await members.made(PATH, a_relation(other["id"], organisation["id"], starts_on=starts, ends_on=ends))
    asked = {"to_id": organisation["id"], "sort": sort}
    whole = await members.items(PATH, **asked)
    paged = await members.items(PATH, **asked, limit=1)
    assert [row["id"] for row in paged] == [row["id"] for row in whole]
    assert len({row["id"] for row in whole}) == 4


async def test_finds_both_directions_kinds_and_days(members: Api, organisation: dict[str, Any]) -> None:
    other = await members.made("/v1/organisations", an_organisation())
    there = await members.made(PATH, a_relation(organisation["id"], other["id"], ends_on="2020-12-31"))
    back = await members.made(PATH, a_relation(other["id"], organisation["id"], kind="member_of"))

    async def found(**filters: Any) -> list[str]:
        return [row["id"] for row in await members.items(PATH, **filters)]

    assert await found(organisation_id=organisation["id"]) == [there["id"], back["id"]]
    assert await found(from_id=organisation["id"]) == [there["id"]]
    assert await found(organisation_id=other["id"], kind=["member_of", "successor_of"]) == [back["id"]]
    assert await found(organisation_id=other["id"], current_on="2020-12-31") == [there["id"], back["id"]]
    assert await found(organisation_id=other["id"], current_on="2021-01-01") == [back["id"]]
