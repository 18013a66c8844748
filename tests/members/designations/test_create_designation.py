"""Telling what a site was designated as."""

from typing import Any
from uuid import uuid4

import pytest
from pydantic import MISSING

from services.contracts.members.designation import Designation
from services.kit.errors import Contradiction, NotFound
from tests.factories.members import a_designation
from tests.members.contract import exactly
from tests.wire.api import Api, assert_problem

WHOLE = {
    "kind": "demonstration_observation_site",
    "label": {"zh": "山地旅游示范观察点", "en": "Mountain Tourism Demonstration Observation Site"},
    "grade": "first",
    "awarded_by": {"zh": "国际山地旅游联盟", "en": "International Mountain Tourism Alliance"},
    "awarded_on": "2024-05-29",
    "valid_until": "2027-05-28",
    "revoked_on": "2026-01-01",
}


async def test_answers_with_every_field(members: Api, site: dict[str, Any], document: dict[str, Any]) -> None:
    source = {"title": "公告 12", "url": "https://gazette.example.org/12", "document_id": document["id"]}
    reply = await members.post("/v1/designations", {"site_id": site["id"], **WHOLE, "source": source})
    assert reply.status_code == 201, reply.text
    made = exactly(Designation, reply.content, without=("site",))
    assert {**reply.json(), **WHOLE, "source": source} == reply.json()
    read = exactly(Designation, (await members.get(f"/v1/designations/{made.id}?expand=site")).content)
    assert read.site is not MISSING
    assert read.site.names == site["names"]


async def test_knows_only_what_must_be_known(members: Api, site: dict[str, Any]) -> None:
    reply = await members.post("/v1/designations", {"site_id": site["id"], "kind": "other", "label": {"zh": "称号"}})
    made = exactly(Designation, reply.content, without=("site",))
    assert (made.grade, made.awarded_by, made.awarded_on, made.source) == (None, None, None, None)


async def test_an_empty_source_is_none(members: Api, site: dict[str, Any]) -> None:
    made = await members.made("/v1/designations", a_designation(site["id"], source={}))
    assert made["source"] is None


@pytest.mark.parametrize("field", ["valid_until", "revoked_on"])
async def test_refuses_an_end_before_the_start(members: Api, site: dict[str, Any], field: str) -> None:
    new = a_designation(site["id"], awarded_on="2024-05-29", **{field: "2024-05-28"})
    assert_problem(await members.post("/v1/designations", new), Contradiction, pointer=f"/{field}")
    made = await members.made("/v1/designations", {**new, field: "2024-05-29"})
    reply = await members.patch(f"/v1/designations/{made['id']}", {"awarded_on": "2024-05-30"})
    assert_problem(reply, Contradiction, pointer=f"/{field}")


async def test_refuses_sites_and_documents_that_are_not_there(members: Api, site: dict[str, Any]) -> None:
    assert_problem(await members.post("/v1/designations", a_designation(str(uuid4()))), NotFound)
    new = a_designation(site["id"], source={"document_id": str(uuid4())})
    assert_problem(await members.post("/v1/designations", new), NotFound)


async def test_the_change_is_about_the_organisation(
    members: Api, site: dict[str, Any], organisation: dict[str, Any]
) -> None:
    made = await members.made("/v1/designations", a_designation(site["id"]))
    await members.patch(f"/v1/designations/{made['id']}", {"revoked_on": "2025-01-01"})
    changes = await members.items("/v1/members/changes", resource_id=made["id"])
    assert [change["organisation_ids"] for change in changes] == [[organisation["id"]]] * 2
    assert changes[1]["after"] == {"revoked_on": "2025-01-01"}


async def test_bulk_adds_each_for_itself(members: Api, site: dict[str, Any]) -> None:
    items = [
        a_designation(site["id"]),
        a_designation(str(uuid4())),
        a_designation(site["id"], valid_until="2001-01-01"),
    ]
    body = (await members.post("/v1/designations/bulk", {"items": items})).json()
    assert [result["status"] for result in body["results"]] == [201, 404, 409]
