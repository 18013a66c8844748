"""Listing sites."""

from typing import Any

import pytest

from services.contracts.members.site import Site
from tests.factories.members import a_designation, a_site, an_organisation
from tests.members.contract import exactly
from tests.wire.api import Api
from tests.wire.facets import counted


@pytest.mark.parametrize("q", ["梵净山", "梵淨山", "fanjing", "FANJINGSHAN", "fjs", "scenic fanjingshan"])
async def test_finds_a_name_in_either_script(members: Api, organisation: dict[str, Any], q: str) -> None:
    names = {"zh": "梵净山景区", "en": "Fanjingshan Scenic Area"}
    made = await members.made("/v1/sites", a_site(organisation["id"], names=names))
    await members.made("/v1/sites", a_site(organisation["id"], names={"zh": "雷公山", "en": "Leigong Mountain"}))
    found = await members.items("/v1/sites", q=q, organisation_id=organisation["id"])
    assert [site["id"] for site in found] == [made["id"]]


async def test_filters(members: Api, organisation: dict[str, Any]) -> None:
    about = {"organisation_id": organisation["id"]}
    hotel = await members.made(
        "/v1/sites", a_site(organisation["id"], kind="hotel", country="NP", city="Pokhara", tags=["lake"])
    )
    park = await members.made("/v1/sites", a_site(organisation["id"], subdivision="CN-GZ"))
    for params, expected in (
        ({"kind": "hotel"}, [hotel]),
        ({"kind": ["hotel", "scenic_area"]}, [hotel, park]),
        ({"country": "NP"}, [hotel]),
        ({"city": "Pokhara"}, [hotel]),
        ({"subdivision": "CN-GZ"}, [park]),
        ({"tag": "lake"}, [hotel]),
        ({"status": "archived"}, []),
        ({"sort": "-country"}, [hotel, park]),
        ({"sort": "kind,name"}, [hotel, park]),
    ):
        found = await members.items("/v1/sites", **params, **about)
        assert [site["id"] for site in found] == [site["id"] for site in expected], params


async def test_embeds_what_a_site_holds_today_newest_first(members: Api, site: dict[str, Any]) -> None:
    kept = [
        await members.made("/v1/designations", a_designation(site["id"], **given))
        for given in (
            {"grade": "AAAAA", "awarded_on": "2018-10-29"},
            {"kind": "demonstration_observation_site", "grade": None, "awarded_on": "2024-05-29"},
            {"kind": "other", "grade": None, "awarded_on": None, "valid_until": "2999-12-31"},
        )
    ]
    for gone in (
        {"grade": "AAAA", "awarded_on": "2012-01-01", "valid_until": "2018-10-28"},
        {"grade": "gold", "awarded_on": "2020-01-01", "revoked_on": "2020-01-02"},
        {"grade": "platinum", "awarded_on": "2999-01-01"},
    ):
        await members.made("/v1/designations", a_designation(site["id"], **gone))
    read = exactly(Site, (await members.get(f"/v1/sites/{site['id']}?expand=designations&expand=organisation")).content)
    assert isinstance(read.designations, list)
    assert [str(one.id) for one in read.designations] == [kept[1]["id"], kept[0]["id"], kept[2]["id"]]


async def test_finds_those_that_hold_a_designation_today(members: Api, organisation: dict[str, Any]) -> None:
    about = {"organisation_id": organisation["id"]}
    chosen, ended, plain = [await members.made("/v1/sites", a_site(organisation["id"])) for _ in range(3)]
    kind = "demonstration_observation_site"
    await members.made("/v1/designations", a_designation(chosen["id"], kind=kind))
    await members.made("/v1/designations", a_designation(ended["id"], kind=kind, valid_until="2020-01-01"))
    await members.made("/v1/designations", a_designation(plain["id"], kind="heritage"))
    found = await members.items("/v1/sites", designation=kind, **about)
    assert [site["id"] for site in found] == [chosen["id"]]
    assert len(await members.items("/v1/sites", designation=[kind, "heritage"], **about)) == 2


async def test_facets_count_kinds(members: Api) -> None:
    organisation = await members.made("/v1/organisations", an_organisation())
    for kind in ("hotel", "hotel", "trail"):
        await members.made("/v1/sites", a_site(organisation["id"], kind=kind))
    params = {"facets": "kind", "organisation_id": organisation["id"]}
    body = (await members.get("/v1/sites", params=params)).json()
    assert body["facets"]["kind"]["values"] == [{"value": "hotel", "count": 2}, {"value": "trail", "count": 1}]


async def test_facets_count_a_site_once_for_each_kind_of_designation_it_holds_today(
    members: Api, organisation: dict[str, Any]
) -> None:
    rated, chosen, _ = [await members.made("/v1/sites", a_site(organisation["id"])) for _ in range(3)]
    for grade in ("AAAA", "AAAAA"):
        await members.made("/v1/designations", a_designation(rated["id"], grade=grade))
    for kind in ("rating", "heritage"):
        await members.made("/v1/designations", a_designation(chosen["id"], kind=kind))
    await members.made("/v1/designations", a_designation(chosen["id"], kind="other", valid_until="2020-01-01"))
    counts = await counted(members, "/v1/sites", ["designation"], organisation_id=organisation["id"])
    assert counts == {"designation": {"rating": 2, "heritage": 1}}
