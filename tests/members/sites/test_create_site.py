"""Adding sites."""

from typing import Any
from uuid import uuid4

import pytest
from pydantic import MISSING

from services.contracts.members.site import Site
from services.kit.errors import Contradiction, Forbidden, Invalid, NotFound
from services.members.features.organisations.actions import MergedAway
from tests.factories.members import a_designation, a_merge, a_site, an_organisation
from tests.members.contract import exactly
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

EXPANDED = ("organisation", "designations")
WHOLE = {
    "kind": "trail",
    "country": "NP",
    "subdivision": "NP-P3",
    "city": "ཐམེལ་",
    "address": "North gate, 加德满都",
    "coordinates": {"lat": 27.9881, "lon": -86.925},
    "website": "https://trail.example.org",
    "description": {"zh": "环线", "en": "A loop\nof twelve days"},
    "tags": ["long-distance", "山"],
}


async def test_answers_with_every_field(members: Api, organisation: dict[str, Any]) -> None:
    reply = await members.post("/v1/sites", a_site(organisation["id"], **WHOLE))
    assert reply.status_code == 201, reply.text
    made = exactly(Site, reply.content, without=EXPANDED)
    assert {**WHOLE, **reply.json()} == reply.json()
    read = await members.get(f"/v1/sites/{made.id}?expand=organisation&expand=designations")
    whole = exactly(Site, read.content)
    assert whole.organisation is not MISSING
    assert (whole.designations, str(whole.organisation.id)) == ([], organisation["id"])


async def test_knows_only_what_must_be_known(members: Api, organisation: dict[str, Any]) -> None:
    new = {"organisation_id": organisation["id"], "names": {"zh": "无名山"}, "kind": "other"}
    reply = await members.post("/v1/sites", new)
    made = exactly(Site, reply.content, without=EXPANDED)
    assert (made.coordinates, made.description, made.tags, made.status) == (None, None, [], "active")


@pytest.mark.parametrize(
    "coordinates",
    [{"lat": 90, "lon": -180}, {"lat": -90.0, "lon": 180.0}, {"lat": 0, "lon": 0}, {"lat": 27.123456789, "lon": 1e-7}],
)
async def test_keeps_coordinates_as_they_are(
    members: Api, organisation: dict[str, Any], coordinates: dict[str, float]
) -> None:
    made = await members.made("/v1/sites", a_site(organisation["id"], coordinates=coordinates))
    assert made["coordinates"] == coordinates


@pytest.mark.parametrize(
    ("coordinates", "pointer"),
    [
        ({"lat": 90.1, "lon": 0}, "/coordinates/lat"),
        ({"lat": 0, "lon": -180.5}, "/coordinates/lon"),
        ({"lat": "27", "lon": 0}, "/coordinates/lat"),
        ({"lat": True, "lon": 0}, "/coordinates/lat"),
        ({"lat": 27}, "/coordinates/lon"),
        ({"lat": 27, "lon": 86, "alt": 5}, "/coordinates/alt"),
    ],
)
async def test_refuses_places_not_on_earth(
    members: Api, organisation: dict[str, Any], coordinates: dict[str, Any], pointer: str
) -> None:
    reply = await members.post("/v1/sites", a_site(organisation["id"], coordinates=coordinates))
    assert_problem(reply, Invalid, pointer=pointer)


async def test_refuses_a_subdivision_elsewhere(members: Api, organisation: dict[str, Any]) -> None:
    new = a_site(organisation["id"], country="NP", subdivision="CN-GZ")
    assert_problem(await members.post("/v1/sites", new), Contradiction, pointer="/subdivision")


async def test_needs_an_organisation_that_is_there(members: Api, organisation: dict[str, Any]) -> None:
    assert_problem(await members.post("/v1/sites", a_site(str(uuid4()))), NotFound)
    loser = await members.made("/v1/organisations", an_organisation())
    await members.post("/v1/merges", a_merge(organisation["id"], loser["id"]))
    assert_problem(await members.post("/v1/sites", a_site(loser["id"])), MergedAway)


async def test_bulk_adds_each_for_itself(members: Api, organisation: dict[str, Any]) -> None:
    items = [a_site(organisation["id"]), a_site(str(uuid4()))]
    body = (await members.post("/v1/sites/bulk", {"items": items})).json()
    assert [result["status"] for result in body["results"]] == [201, 404]


async def test_the_same_key_adds_one(members: Api, organisation: dict[str, Any]) -> None:
    new, key = a_site(organisation["id"]), {"Idempotency-Key": uuid4().hex}
    replies = [await members.post("/v1/sites", new, headers=key) for _ in range(2)]
    assert replies[0].content == replies[1].content
    assert len(await members.items("/v1/sites", organisation_id=organisation["id"])) == 1


async def test_a_partner_reads_its_own_and_adds_none(
    members: Api, organisation: dict[str, Any], signer: Signer
) -> None:
    mine = await members.made("/v1/sites", a_site(organisation["id"]))
    other = await members.made("/v1/organisations", an_organisation())
    theirs = await members.made("/v1/sites", a_site(other["id"], names={"en": "Hidden Valley"}))
    rating = await members.made("/v1/designations", a_designation(theirs["id"]))
    partner = members.as_(signer.partner(organisation["id"]))
    assert [site["id"] for site in await partner.items("/v1/sites")] == [mine["id"]]
    assert await partner.items("/v1/sites", q="Hidden") == []
    assert await partner.items("/v1/designations") == []
    for path in (f"/v1/sites/{theirs['id']}", f"/v1/designations/{rating['id']}"):
        assert_problem(await partner.get(path), NotFound)
    assert_problem(await partner.post("/v1/sites", a_site(organisation["id"])), Forbidden)
    assert_problem(await partner.patch(f"/v1/sites/{mine['id']}", {"city": "x"}), Forbidden)
    assert_problem(await partner.delete(f"/v1/sites/{mine['id']}"), Forbidden)
    assert_problem(await partner.post("/v1/designations", a_designation(mine["id"])), Forbidden)
