"""An administrator defines custom fields."""

import asyncio
from typing import Any

import pytest

from services.contracts.custom_field import MOST_FIELDS, CustomField
from services.kit.custom.editing import CustomFieldInUse, CustomFieldKeyTaken, TooManyCustomFields
from services.kit.errors import Contradiction, Forbidden, Invalid, PreconditionFailed, PreconditionRequired
from tests.factories.members import an_organisation
from tests.members.contract import exactly
from tests.members.custom_fields.conftest import FIELDS, ORGANISATIONS, Define, a_field
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


async def the(members: Api, key: str) -> str:
    """Address of a field."""
    [field] = await members.items(FIELDS, key=key)
    return f"{FIELDS}/{field['id']}"


@pytest.mark.parametrize("type", ["text", "number", "date", "choice", "reference"])
async def test_a_field_reads_as_its_contract_says(members: Api, type: str) -> None:
    bounds: dict[str, dict[str, Any]] = {"text": {"max_length": 20}, "number": {"minimum": -1.5, "maximum": 10}}
    about = {"zh": "每年填写", "en": "Filled in each year"}
    given = a_field(type, help=about, position=7, **bounds.get(type, {}))
    made = await members.made(FIELDS, given)
    reply = await members.get(f"{FIELDS}/{made['id']}")
    read = exactly(CustomField, reply.content).model_dump(mode="json")
    assert {name: read[name] for name in given if name != "choices"} == {
        name: value for name, value in given.items() if name != "choices"
    }
    again = await members.get(f"{FIELDS}/{made['id']}", headers={"If-None-Match": reply.headers["etag"]})
    assert again.status_code == 304


async def test_a_key_is_taken_once_for_each_kind_of_record(members: Api) -> None:
    field = a_field()
    await members.made(FIELDS, field)
    assert_problem(await members.post(FIELDS, field), CustomFieldKeyTaken)
    await members.made("/v1/person-custom-fields", field)


@pytest.mark.parametrize("key", ["Tier", "2nd", "a__b", "a_", "a.b", "a-b", "ä", "", "k" * 41])
async def test_a_key_is_in_snake_case(members: Api, key: str) -> None:
    assert_problem(await members.post(FIELDS, {**a_field(), "key": key}), Invalid, pointer="/key")


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"type": "choice"}, "/choices"),
        ({"type": "text", "choices": [{"value": "a", "labels": {"en": "A"}}]}, "/choices"),
        ({"type": "choice", "choices": [{"value": "a", "labels": {"en": "A"}}] * 2}, "/choices"),
        ({"type": "choice", "choices": [{"value": "a", "labels": {"en": "A"}, "archived": True}]}, "/choices"),
        ({"type": "reference"}, "/reference_to"),
        ({"type": "text", "reference_to": "person"}, "/reference_to"),
        ({"type": "number", "multiple": True}, "/multiple"),
        ({"type": "date", "multiple": True}, "/multiple"),
        ({"type": "number", "max_length": 3}, "/max_length"),
        ({"type": "text", "minimum": 3}, "/minimum"),
        ({"type": "date", "maximum": 3}, "/maximum"),
        ({"type": "number", "minimum": 3, "maximum": 2}, "/maximum"),
    ],
)
async def test_refuses_what_does_not_fit_the_type(members: Api, given: dict[str, Any], pointer: str) -> None:
    assert_problem(await members.post(FIELDS, {**a_field(), **given}), Contradiction, pointer=pointer)


async def test_lists_in_the_order_of_their_positions(members: Api, define: Define) -> None:
    last, first = await define(position=9_999), await define("number", position=9_998)
    keys = [field["key"] for field in await members.items(FIELDS)]
    assert keys[-2:] == [first, last]
    found = await members.items(FIELDS, type="number", archived="false", required="false", sensitive="false")
    assert first in [field["key"] for field in found]
    assert last not in [field["key"] for field in found]


async def test_only_who_holds_the_scope_defines_fields_and_never_a_partner(
    members: Api, organisation: dict[str, Any], signer: Signer
) -> None:
    reader = members.as_(signer.staff("members:read", "members:write"))
    assert_problem(await reader.post(FIELDS, a_field()), Forbidden)
    assert (await reader.get(FIELDS)).status_code == 200
    assert_problem(await members.as_(signer.staff("persons:read")).get(FIELDS), Forbidden)
    assert_problem(await members.as_(signer.partner(organisation["id"])).post(FIELDS, a_field()), Forbidden)


async def test_changes_what_is_given_from_the_state_that_was_read(members: Api, define: Define) -> None:
    path = await the(members, await define(max_length=5))
    changed = (await members.patch(path, {"labels": {"fr": "Champ"}, "max_length": None, "required": True})).json()
    assert (sorted(changed["labels"]), changed["max_length"], changed["required"]) == (["en", "fr", "zh"], None, True)
    assert (await members.patch(path, {"required": False})).json()["version"] == 3
    assert_problem(await members.patch(path, {"position": 2}, if_match='"1"'), PreconditionFailed)
    assert_problem(await members._client.patch(path, json={"position": 2}), PreconditionRequired)
    assert_problem(await members.patch(path, {"type": "number"}), Invalid, pointer="/type")
    assert_problem(await members.patch(path, {"key": "other"}), Invalid, pointer="/key")
    assert_problem(await members.patch(path, {"minimum": 1}), Contradiction, pointer="/minimum")


async def test_an_archived_field_takes_no_value_and_keeps_those_it_has(members: Api, define: Define) -> None:
    key = await define()
    made = await members.made(ORGANISATIONS, an_organisation(custom={key: "x"}))
    path, record = await the(members, key), f"{ORGANISATIONS}/{made['id']}"
    for _ in range(2):
        assert (await members.patch(path, {"archived": True})).json()["archived"] is True
    assert (await members.get(record)).json()["custom"] == {key: "x"}
    assert [row["id"] for row in await members.items(ORGANISATIONS, **{f"custom.{key}": "x"})] == [made["id"]]
    reply = await members.post(ORGANISATIONS, an_organisation(custom={key: "y"}))
    assert_problem(reply, Invalid, pointer=f"/custom/{key}")
    assert (await members.patch(record, {"custom": {key: None}})).json()["custom"] == {}
    await members.patch(path, {"archived": False})
    assert (await members.patch(record, {"custom": {key: "z"}})).json()["custom"] == {key: "z"}
    types = [change["type"] for change in await members.items("/v1/members/changes", resource_id=path[-36:])]
    assert types == [f"members.custom_field.{verb}" for verb in ("created", "archived", "restored")]


async def test_one_that_records_hold_is_not_deleted(members: Api, define: Define) -> None:
    key = await define("number")
    made = await members.made(ORGANISATIONS, an_organisation(custom={key: 1}))
    path = await the(members, key)
    assert_problem(await members.delete(path), CustomFieldInUse)
    await members.patch(f"{ORGANISATIONS}/{made['id']}", {"custom": {key: None}})
    assert (await members.delete(path)).status_code == 204
    assert_problem(await members.post(ORGANISATIONS, an_organisation(custom={key: 1})), Invalid)


async def test_a_choice_that_records_hold_is_archived_and_not_left_out(members: Api, define: Define) -> None:
    key = await define("choice")
    gold = await members.made(ORGANISATIONS, an_organisation(custom={key: "gold"}))
    path = await the(members, key)
    silver = {"value": "silver", "labels": {"en": "Silver"}}
    assert_problem(await members.patch(path, {"choices": [silver]}), CustomFieldInUse)
    old = {"value": "gold", "labels": {"en": "Gold"}, "archived": True}
    assert (await members.patch(path, {"choices": [silver, old]})).status_code == 200
    assert_problem(await members.post(ORGANISATIONS, an_organisation(custom={key: "gold"})), Invalid)
    assert (await members.get(f"{ORGANISATIONS}/{gold['id']}")).json()["custom"] == {key: "gold"}
    assert [row["id"] for row in await members.items(ORGANISATIONS, **{f"custom.{key}": "gold"})] == [gold["id"]]


async def test_a_field_becomes_sensitive_only_while_no_record_holds_a_value(members: Api, define: Define) -> None:
    free, used = await define(), await define()
    await members.made(ORGANISATIONS, an_organisation(custom={used: "x"}))
    assert (await members.patch(await the(members, free), {"sensitive": True})).json()["sensitive"] is True
    assert_problem(await members.patch(await the(members, used), {"sensitive": True}), CustomFieldInUse)


async def test_values_and_edits_of_their_field_wait_for_each_other(members: Api, define: Define) -> None:
    """However the two fall, no value is left of a field that is gone."""
    for _ in range(6):
        key = await define()
        path = await the(members, key)
        written, deleted = await asyncio.gather(
            members.post(ORGANISATIONS, an_organisation(custom={key: "x"})), members.delete(path)
        )
        assert (written.status_code, deleted.status_code) in ((201, 409), (422, 204))


async def test_there_are_as_many_as_there_can_be(members: Api) -> None:
    path = "/v1/person-custom-fields"
    there = len(await members.items(path))
    items = [a_field() for _ in range(MOST_FIELDS - there + 1)]
    reply = await members.post(f"{path}/bulk", {"items": items})
    assert (reply.json()["created"], reply.json()["refused"]) == (MOST_FIELDS - there, 1)
    assert_problem(await members.post(path, a_field()), TooManyCustomFields)
