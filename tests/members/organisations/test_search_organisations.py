"""Finding organisations and persons by what is no name of theirs."""

from typing import Any

import pytest

from tests.factories.members import a_person, an_affiliation, an_organisation
from tests.wire.api import Api
from tests.wire.callers import Signer


async def found(api: Api, path: str, q: str) -> list[str]:
    return [row["id"] for row in await api.items(path, q=q)]


@pytest.mark.parametrize(
    "q", ["desk@huguosi.example", "huguosi.example", "isni:0000-7", "0000-7", "0851-85550199", "Wudang Road", "guiyang"]
)
async def test_finds_an_organisation_by_channel_identifier_and_place(members: Api, q: str) -> None:
    made = await members.made(
        "/v1/organisations",
        an_organisation(
            emails=["desk@huguosi.example"],
            website="https://www.huguosi.example/zh",
            phones=[{"number": "0851 8555 0199"}],
            identifiers=[{"scheme": "isni", "value": "0000-7"}],
            address="12 Wudang Road",
            city="贵阳",
        ),
    )
    try:
        assert made["id"] in await found(members, "/v1/organisations", q)
    finally:
        await members.delete(f"/v1/organisations/{made['id']}")


async def test_what_is_changed_is_no_longer_found(members: Api) -> None:
    made = await members.made("/v1/organisations", an_organisation(emails=["old@before.example"]))
    await members.patch(f"/v1/organisations/{made['id']}", {"emails": ["new@after.example"]})
    assert await found(members, "/v1/organisations", "old@before.example") == []
    assert await found(members, "/v1/organisations", "new@after.example") == [made["id"]]


async def test_a_name_comes_before_the_rest(members: Api) -> None:
    elsewhere = await members.made("/v1/organisations", an_organisation(city="Kathmandu"))
    named = await members.made("/v1/organisations", an_organisation(names={"en": "Kathmandu Trails"}))
    later = await members.made("/v1/organisations", an_organisation(address="Ring Road, Kathmandu"))
    assert await found(members, "/v1/organisations", "kathmandu") == [named["id"], later["id"], elsewhere["id"]]
    ranks = (await members.get("/v1/organisations", params={"q": "kathmandu", "ranks": "true"})).json()["ranks"]
    assert ranks == [4, -1, -1]


async def test_finds_by_a_former_name(members: Api) -> None:
    former = {"names": {"zh": "乌江渡旅游局", "en": "Wujiangdu Tourism Bureau"}, "until": "2018-11-06"}
    made = await members.made("/v1/organisations", an_organisation(former_names=[former]))
    for q in ("烏江渡", "wujiangdu", "wjd"):
        assert await found(members, "/v1/organisations", q) == [made["id"]], q


@pytest.mark.parametrize(
    "q",
    [
        "finder@people.example",
        "13800138123",
        "+86 138 0013 8123",
        "wx_finder",
        "pa@people.example",
        "0851 8555 0177",
        "orcid:0009-1",
        "Lane Nine",
    ],
)
async def test_finds_a_person_by_channel(members: Api, q: str) -> None:
    new = a_person(
        email="finder@people.example",
        phones=[{"number": "+86 138 0013 8123"}],
        wechat="wx_finder",
        channels=[
            {"kind": "email", "value": "pa@people.example", "purpose": "assistant"},
            {"kind": "phone", "value": "+86 851 8555 0177", "purpose": "work"},
        ],
        identifiers=[{"scheme": "orcid", "value": "0009-1"}],
        address="9 Lane Nine",
    )
    made = await members.made("/v1/persons", new)
    try:
        assert await found(members, "/v1/persons", q) == [made["id"]]
    finally:
        await members.delete(f"/v1/persons/{made['id']}")


async def test_a_partner_finds_by_channel_only_what_it_may_see(
    members: Api, signer: Signer, organisation: dict[str, Any]
) -> None:
    mine = await members.made("/v1/persons", a_person(wechat="same_prefix_1"))
    await members.made("/v1/persons", a_person(wechat="same_prefix_2"))
    await members.made("/v1/affiliations", an_affiliation(mine["id"], organisation["id"]))
    partner = members.as_(signer.partner(organisation["id"]))
    assert await found(partner, "/v1/persons", "same_prefix") == [mine["id"]]
    reply = await partner.get("/v1/persons", params={"q": "same_prefix", "count": "true"})
    assert reply.json()["total"] == 1


@pytest.mark.parametrize("q", ["hidden@people.example", "13900139000", "P7654321", "1980-02-29"])
async def test_nobody_finds_a_person_by_what_is_sensitive(members: Api, q: str) -> None:
    await members.made(
        "/v1/persons",
        a_person(
            private_channels=[
                {"kind": "email", "value": "hidden@people.example", "purpose": "other"},
                {"kind": "phone", "value": "+8613900139000", "purpose": "other"},
            ],
            passport={"number": "P7654321", "country": "CN", "expires_on": "2030-01-01"},
            birth_date="1980-02-29",
        ),
    )
    assert await found(members, "/v1/persons", q) == []
