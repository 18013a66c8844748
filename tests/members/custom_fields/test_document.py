"""The document describes the fields that there are."""

import asyncio
import re
from typing import Any

from services.kit.custom.definitions import KEPT_SECONDS, _Known
from tests.factories.members import an_organisation
from tests.members.custom_fields.conftest import FIELDS, ORGANISATIONS, Define, a_field
from tests.wire.api import Api


async def document(members: Api) -> dict[str, Any]:
    """The document as a process writes it that knows nothing of the fields yet."""
    members.runtime.parts.pop(_Known, None)
    reply = await members.as_(None).get("/openapi.json")
    assert reply.status_code == 200
    read: dict[str, Any] = reply.json()
    return read


def custom(document: dict[str, Any], form: str) -> dict[str, Any]:
    """The schema of `custom` in a form of organisations."""
    reference = document["components"]["schemas"][form]["properties"]["custom"]["$ref"]
    schema: dict[str, Any] = document["components"]["schemas"][reference.rsplit("/", 1)[1]]
    return schema


def parameters(document: dict[str, Any], path: str) -> dict[str, Any]:
    return {one["name"]: one["schema"] for one in document["paths"][path]["get"]["parameters"]}


async def test_without_fields_nothing_is_taken(members: Api) -> None:
    schema = custom(await document(members), "OrganisationCreate")
    # Other tests of the module come later.
    assert (schema["properties"], schema["additionalProperties"]) == ({}, False)


async def test_values_are_described_by_key_with_labels(members: Api, define: Define) -> None:
    choice = await define("choice", multiple=True, labels={"zh": "合作等级", "en": "Partner tier"})
    number = await define("number", minimum=0, maximum=5)
    text = await define(max_length=9)
    written = await document(members)
    new, changed, held = (custom(written, f"Organisation{form}") for form in ("Create", "Update", ""))
    assert new["properties"][choice]["items"]["enum"] == ["gold", "silver", "bronze"]
    assert new["properties"][choice]["uniqueItems"] is True
    assert new["properties"][choice]["x-labels"] == {"zh": "合作等级", "en": "Partner tier"}
    assert "合作等级" in new["properties"][choice]["description"]
    assert (new["properties"][number]["minimum"], new["properties"][number]["maximum"]) == (0, 5)
    assert new["properties"][text]["maxLength"] == 9
    assert changed["properties"][text]["type"] == ["string", "null"]
    assert held["properties"][text]["maxLength"] > 9, "it may hold what was given before it was narrowed"
    assert written["components"]["schemas"]["OrganisationSelection"]["properties"]["custom"]["$ref"].endswith(
        "/OrganisationCustom"
    )


async def test_what_is_required_is_asked_of_new_records_only(members: Api) -> None:
    field = await members.made(FIELDS, a_field(required=True))
    written = await document(members)
    assert custom(written, "OrganisationCreate")["required"] == [field["key"]]
    assert "custom" in written["components"]["schemas"]["OrganisationCreate"]["required"]
    assert "required" not in custom(written, "OrganisationUpdate")
    assert custom(written, "OrganisationUpdate")["properties"][field["key"]]["type"] == "string"
    await members.patch(f"{FIELDS}/{field['id']}", {"required": False, "archived": True})
    written = await document(members)
    assert field["key"] not in custom(written, "OrganisationCreate")["properties"]
    assert custom(written, "OrganisationUpdate")["properties"][field["key"]]["type"] == "null"
    assert custom(written, "Organisation")["properties"][field["key"]]["deprecated"] is True


async def test_lists_and_exports_say_what_they_can_be_asked_by(members: Api, define: Define) -> None:
    number, several = await define("number"), await define(multiple=True)
    written = await document(members)
    for path in (ORGANISATIONS, f"{ORGANISATIONS}/export"):
        asked = parameters(written, path)
        assert {f"custom.{number}", f"custom.{number}.gte", f"custom.{number}.lt", f"custom.{several}"} <= asked.keys()
        assert f"custom.{several}.gte" not in asked
        assert asked[f"custom.{number}"]["type"] == "array"
        sort = re.compile(asked["sort"]["pattern"])
        assert sort.match(f"-custom.{number},name")
        assert not sort.match(f"custom.{several}")
        assert not sort.match("custom.nobody")
    assert f"custom.{number}" not in parameters(written, "/v1/persons")


async def test_it_has_a_tag_that_changes_with_the_fields(members: Api, define: Define) -> None:
    await document(members)
    before = (await members.get("/openapi.json")).headers["etag"]
    again = await members.get("/openapi.json", headers={"If-None-Match": before})
    assert (again.status_code, again.content) == (304, b"")
    await define()
    await asyncio.sleep(KEPT_SECONDS)
    assert (await members.get("/openapi.json", headers={"If-None-Match": before})).status_code == 200


async def test_each_field_it_offers_is_taken_as_it_says(members: Api, define: Define) -> None:
    key = await define("number", minimum=1, maximum=2)
    schema = custom(await document(members), "OrganisationCreate")["properties"][key]
    for value in (schema["minimum"], schema["maximum"]):
        await members.made(ORGANISATIONS, an_organisation(custom={key: value}))
