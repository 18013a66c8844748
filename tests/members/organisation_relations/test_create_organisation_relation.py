"""Relating organisations."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from pydantic import MISSING

from services.contracts.members.organisation_relation import OrganisationRelation
from services.kit.errors import Contradiction, Forbidden, Invalid, NotFound
from services.members.features.organisation_relations.actions import AlreadyRelated
from services.members.features.organisations.actions import MergedAway, OrganisationInUse
from tests.factories.members import a_merge, a_relation, an_organisation
from tests.members.contract import exactly
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

EXPANDED = ("from_organisation", "to_organisation")
PATH = "/v1/organisation-relations"


@pytest.fixture
async def other(members: Api) -> dict[str, Any]:
    """A second organisation of the test's own."""
    return await members.made("/v1/organisations", an_organisation())


async def test_creates_and_answers_with_the_record(
    members: Api, organisation: dict[str, Any], other: dict[str, Any]
) -> None:
    new = a_relation(organisation["id"], other["id"], ends_on="2030-12-31", note="依据合同")
    reply = await members.post(PATH, new)
    assert reply.status_code == 201, reply.text
    made = exactly(OrganisationRelation, reply.content, without=EXPANDED)
    assert made.model_dump(mode="json", include=set(new)) == new
    whole = await members.get(f"{PATH}/{made.id}?expand=from_organisation&expand=to_organisation")
    read = exactly(OrganisationRelation, whole.content)
    assert read.from_organisation is not MISSING
    assert read.from_organisation is not None
    assert read.from_organisation.names == organisation["names"]
    bare = {"from_id": other["id"], "kind": "member_of", "to_id": organisation["id"]}
    exactly(OrganisationRelation, (await members.post(PATH, bare)).content, without=EXPANDED)


async def test_a_relation_never_overlaps_with_itself(
    members: Api, organisation: dict[str, Any], other: dict[str, Any]
) -> None:
    await members.made(PATH, a_relation(organisation["id"], other["id"], ends_on="2020-12-31"))
    again = a_relation(organisation["id"], other["id"], starts_on="2020-12-31")
    assert_problem(await members.post(PATH, again), AlreadyRelated)
    await members.made(PATH, {**again, "starts_on": "2021-01-01"})
    await members.made(PATH, a_relation(other["id"], organisation["id"]))
    await members.made(PATH, a_relation(organisation["id"], other["id"], kind="partner_of"))
    turned = a_relation(other["id"], organisation["id"], kind="partner_of")
    assert_problem(await members.post(PATH, turned), AlreadyRelated)


async def test_one_of_many_at_once_is_made(members: Api, organisation: dict[str, Any], other: dict[str, Any]) -> None:
    both = [(organisation["id"], other["id"]), (other["id"], organisation["id"])]
    news = [a_relation(*both[n % 2], kind="partner_of") for n in range(8)]
    replies = await asyncio.gather(*[members.post(PATH, new) for new in news])
    assert sorted(reply.status_code for reply in replies) == [201] + [409] * 7


async def test_refuses_what_is_no_relation(members: Api, organisation: dict[str, Any], other: dict[str, Any]) -> None:
    itself = a_relation(organisation["id"], organisation["id"])
    assert_problem(await members.post(PATH, itself), Contradiction, pointer="/to_id")
    assert_problem(await members.post(PATH, a_relation(organisation["id"], str(uuid4()))), NotFound)
    early = a_relation(organisation["id"], other["id"], ends_on="2019-12-31")
    assert_problem(await members.post(PATH, early), Contradiction, pointer="/ends_on")
    owns = a_relation(organisation["id"], other["id"], kind="owns")
    assert_problem(await members.post(PATH, owns), Invalid, pointer="/kind")
    await members.post("/v1/merges", a_merge(organisation["id"], other["id"]))
    third = await members.made("/v1/organisations", an_organisation())
    assert_problem(await members.post(PATH, a_relation(third["id"], other["id"])), MergedAway)


async def test_bulk_gives_each_its_own_result(
    members: Api, organisation: dict[str, Any], other: dict[str, Any]
) -> None:
    new = a_relation(organisation["id"], other["id"])
    body = (await members.post(f"{PATH}/bulk", {"items": [new, new, {**new, "to_id": str(uuid4())}]})).json()
    assert [result["status"] for result in body["results"]] == [201, 409, 404]


async def test_ends_and_deletes(members: Api, organisation: dict[str, Any], other: dict[str, Any]) -> None:
    made = await members.made(PATH, a_relation(organisation["id"], other["id"]))
    path = f"{PATH}/{made['id']}"
    ended = (await members.patch(path, {"ends_on": "2024-12-31", "note": "Sold"})).json()
    assert (ended["ends_on"], ended["note"], ended["version"]) == ("2024-12-31", "Sold", 2)
    assert_problem(await members.patch(path, {"starts_on": "2025-01-01"}), Contradiction, pointer="/ends_on")
    await members.made(PATH, a_relation(organisation["id"], other["id"], starts_on="2025-01-01"))
    assert_problem(await members.patch(path, {"ends_on": None}), AlreadyRelated)
    assert_problem(await members.delete(f"/v1/organisations/{other['id']}"), OrganisationInUse)
    assert (await members.delete(path)).status_code == 204
    assert (await members.get(path)).status_code == 404


async def test_the_change_is_about_both(members: Api, organisation: dict[str, Any], other: dict[str, Any]) -> None:
    made = await members.made(PATH, a_relation(organisation["id"], other["id"], note="Ours"))
    (change,) = await members.items("/v1/members/changes", resource_id=made["id"])
    assert change["organisation_ids"] == sorted([organisation["id"], other["id"]])
    assert change["after"]["note"] == "…"


async def test_a_merge_moves_them_and_keeps_none_twice(
    members: Api, organisation: dict[str, Any], other: dict[str, Any]
) -> None:
    loser = await members.made("/v1/organisations", an_organisation())
    await members.made(PATH, a_relation(organisation["id"], other["id"], kind="partner_of"))
    for new in (
        a_relation(loser["id"], organisation["id"]),
        a_relation(other["id"], loser["id"], kind="partner_of"),
        a_relation(loser["id"], other["id"], kind="supervises"),
    ):
        await members.made(PATH, new)
    merged = await members.post("/v1/merges", a_merge(organisation["id"], loser["id"]))
    assert merged.status_code == 201, merged.text
    assert await members.items(PATH, organisation_id=loser["id"]) == []
    kept = await members.items(PATH, organisation_id=organisation["id"])
    assert [(row["from_id"], row["kind"]) for row in kept] == [
        (organisation["id"], "partner_of"),
        (organisation["id"], "supervises"),
    ]


async def test_a_partner_sees_its_own_and_writes_none(
    members: Api, organisation: dict[str, Any], other: dict[str, Any], signer: Signer
) -> None:
    third = await members.made("/v1/organisations", an_organisation())
    mine = await members.made(PATH, a_relation(organisation["id"], other["id"], note="For colleagues"))
    theirs = await members.made(PATH, a_relation(other["id"], third["id"]))
    partner = members.as_(signer.partner(organisation["id"]))
    (seen,) = await partner.items(PATH, expand=["from_organisation", "to_organisation"])
    assert seen["id"] == mine["id"]
    assert "note" not in seen
    assert seen["from_organisation"]["id"] == organisation["id"]
    assert seen["to_organisation"] is None
    assert (await partner.get(f"{PATH}?organisation_id={third['id']}&count=true")).json()["total"] == 0
    assert (await partner.get(f"{PATH}/{theirs['id']}")).status_code == 404
    assert_problem(await partner.post(PATH, a_relation(organisation["id"], third["id"])), Forbidden)
    path = f"{PATH}/{mine['id']}"
    assert_problem(await partner.patch(path, {"ends_on": "2024-12-31"}), Forbidden)
    assert_problem(await partner.delete(path), Forbidden)
