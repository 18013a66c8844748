"""Mappings that are kept for next time."""

from typing import Any
from uuid import uuid4

from services.contracts.members.import_mapping import ImportMapping
from services.kit.errors import Contradiction, Forbidden, NotFound
from services.members.features.import_mappings.actions import ImportMappingNameTaken
from tests.members.contract import exactly
from tests.members.imports.sending import imported, post_file
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


def a_mapping(**given: Any) -> dict[str, Any]:
    columns = [{"column": "Site", "field": "names.en"}, {"column": "Where", "field": None}]
    return {"name": f"Mapping {uuid4().hex}", "resource": "organisations", "columns": columns, **given}


async def test_is_kept_changed_and_deleted(members: Api) -> None:
    made = await members.made("/v1/import-mappings", a_mapping(defaults={"kind": "hotel", "tags": ["2026"]}))
    path = f"/v1/import-mappings/{made['id']}"
    exactly(ImportMapping, (await members.get(path)).content)
    changed = await members.patch(path, {"columns": [{"column": "Ort", "field": "city"}], "on_invalid": "reject"})
    assert (changed.json()["columns"][0]["column"], changed.json()["on_invalid"]) == ("Ort", "reject")
    assert (await members.delete(path)).status_code == 204
    changes = await members.items("/v1/members/changes", resource_id=made["id"])
    assert [change["type"].rpartition(".")[2] for change in changes] == ["created", "updated", "deleted"]


async def test_refuses_fields_that_there_are_not_and_fields_twice(members: Api) -> None:
    for columns, pointer in (
        ([{"column": "a", "field": "colour"}], "/columns/0/field"),
        ([{"column": "a", "field": "city"}, {"column": "b", "field": "city"}], "/columns/1/field"),
    ):
        reply = await members.post("/v1/import-mappings", a_mapping(columns=columns))
        assert_problem(reply, Contradiction, pointer=pointer)


async def test_refuses_a_name_that_another_has(members: Api) -> None:
    first = await members.made("/v1/import-mappings", a_mapping())
    again = await members.post("/v1/import-mappings", a_mapping(name=first["name"].upper()))
    assert_problem(again, ImportMappingNameTaken)


async def test_is_taken_when_named(members: Api) -> None:
    mapping = await members.made("/v1/import-mappings", a_mapping())
    content = f"Site,Where,More\nLake {uuid4().hex},Guiyang,x\n"
    done = await imported(members, content, mapping_id=mapping["id"])
    assert [column["field"] for column in done["columns"]] == ["names.en", None, None]
    reply = await post_file(members, content.encode(), mapping_id=str(uuid4()))
    assert_problem(reply, NotFound)
    reply = await post_file(members, content.encode(), mapping_id=mapping["id"], resource="persons")
    assert_problem(reply, NotFound)


async def test_fits_rejected_rows_that_come_back_with_their_reasons(members: Api) -> None:
    site = f"Site {uuid4().hex}"
    columns = [{"column": site, "field": "names.en"}, {"column": "Where", "field": "city"}]
    mapping = await members.made("/v1/import-mappings", a_mapping(columns=columns))
    done = await imported(members, f"{site},Where\n,Guiyang\n")
    assert (done["mapping_id"], done["counts"]["rejected"]) == (mapping["id"], 1)
    again = (await members.get(f"/v1/imports/{done['id']}/rejected-rows")).content.decode("utf-8-sig")
    corrected = await imported(members, again.replace("\n,", "\nLake,"))
    assert (corrected["mapping_id"], corrected["counts"]["created"]) == (mapping["id"], 1)
    assert [column["field"] for column in corrected["columns"]] == ["names.en", "city", None]


async def test_partners_see_none_and_make_none(members: Api, signer: Signer) -> None:
    made = await members.made("/v1/import-mappings", a_mapping())
    partner = members.as_(signer.partner(uuid4()))
    assert (await partner.get(f"/v1/import-mappings/{made['id']}")).status_code == 404
    assert await partner.items("/v1/import-mappings") == []
    assert_problem(await partner.post("/v1/import-mappings", a_mapping()), Forbidden)
