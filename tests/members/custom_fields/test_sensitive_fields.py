"""Sensitive custom fields are there for those who hold the scope and say what for, and for nobody else."""

import json
from typing import Any

import pytest

from services.kit.auth import Caller
from services.kit.errors import Contradiction, Forbidden, Invalid, PurposeRequired
from services.kit.listing import CustomAsked
from services.members.features.persons.queries import persons
from tests.factories.members import a_person, an_affiliation
from tests.members.custom_fields.conftest import a_field
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

PERSONS = "/v1/persons"
FIELDS = "/v1/person-custom-fields"
PURPOSE = {"Purpose": "visa_letter"}


async def a_sensitive(members: Api, type: str = "text", **given: Any) -> str:
    return str((await members.made(FIELDS, a_field(type, sensitive=True, **given)))["key"])


async def read(api: Api, person: dict[str, Any]) -> dict[str, Any]:
    """The custom fields of a person as a caller sees them who says what for."""
    custom: dict[str, Any] = (await api.get(f"{PERSONS}/{person['id']}", headers=PURPOSE)).json()["custom"]
    return custom


async def test_only_holders_of_the_scope_see_and_write_them(members: Api, signer: Signer) -> None:
    key = await a_sensitive(members)
    plain = (await members.made(FIELDS, a_field()))["key"]
    made = await members.made(PERSONS, a_person(custom={key: "blue folder", plain: "x"}))
    path = f"{PERSONS}/{made['id']}"
    assert await read(members, made) == {key: "blue folder", plain: "x"}
    clerk = members.as_(signer.staff("persons:read", "persons:write"))
    assert await read(clerk, made) == {plain: "x"}
    [listed] = (await clerk.get(PERSONS, params={"email": made["email"]}, headers=PURPOSE)).json()["items"]
    assert listed["custom"] == {plain: "x"}
    changed = await clerk.patch(path, {"custom": {plain: "y"}})
    assert changed.json()["custom"] == {plain: "y"}
    assert await read(members, made) == {key: "blue folder", plain: "y"}
    for value in ("z", None, 1):
        assert_problem(await clerk.patch(path, {"custom": {key: value}}), Forbidden)
    assert_problem(await clerk.post(PERSONS, a_person(custom={key: "z"})), Forbidden)


async def test_they_are_shown_for_a_purpose_and_that_is_on_record(members: Api) -> None:
    key = await a_sensitive(members)
    made = await members.made(PERSONS, a_person(custom={key: "blue folder"}))
    assert made["custom"] == {}
    assert (await members.get(f"{PERSONS}/{made['id']}")).json()["custom"] == {}
    assert await members.items("/v1/members/audit", about=made["id"]) == []
    assert await read(members, made) == {key: "blue folder"}
    [entry] = await members.items("/v1/members/audit", about=made["id"])
    assert "custom" in entry["fields"]
    assert "blue folder" not in str(entry)


@pytest.mark.parametrize("type", ["text", "number"])
async def test_they_cannot_be_asked_by_without_the_scope_and_a_purpose(members: Api, signer: Signer, type: str) -> None:
    key, value = await a_sensitive(members, type), "5"
    made = await members.made(PERSONS, a_person(custom={key: 5 if type == "number" else value}))
    clerk = members.as_(signer.staff("persons:read", "records:export"))
    asks: list[dict[str, str]] = [
        {f"custom.{key}": value},
        {"sort": f"custom.{key}"},
        {"sort": f"name,-custom.{key}"},
        *([{f"custom.{key}.{op}": value} for op in ("gte", "lt")] if type == "number" else []),
    ]
    for asked in asks:
        for path in (PERSONS, f"{PERSONS}/export"):
            assert_problem(await clerk.get(path, params=asked, headers=PURPOSE), Forbidden)
            assert_problem(await members.get(path, params=asked), PurposeRequired)
            assert (await members.get(path, params=asked, headers=PURPOSE)).status_code == 200
    counted = {f"custom.{key}": value, "count": "true", "limit": "1"}
    assert_problem(await clerk.get(PERSONS, params=counted, headers=PURPOSE), Forbidden)
    found = await members.items(PERSONS, purpose="visa_letter", **{f"custom.{key}": value})
    assert [row["id"] for row in found] == [made["id"]]
    assert (await members.items(PERSONS, purpose="visa_letter", sort=f"custom.{key}"))[0]["id"] == made["id"]


async def test_a_wrong_value_tells_nothing_to_who_may_not_see_it(members: Api, signer: Signer) -> None:
    key = await a_sensitive(members, "choice")
    clerk = members.as_(signer.staff("persons:read"))
    for value in ("gold", "lead"):
        assert_problem(await clerk.get(PERSONS, params={f"custom.{key}": value}), Forbidden)
    assert_problem(await members.get(PERSONS, params={f"custom.{key}": "lead"}, headers=PURPOSE), Invalid)


async def test_a_partner_needs_the_scope_and_a_field_that_is_shown_to_partners(
    members: Api, organisation: dict[str, Any], signer: Signer
) -> None:
    shown, kept = await a_sensitive(members, shown_to_partners=True), await a_sensitive(members)
    made = await members.made(PERSONS, a_person(custom={shown: "a", kept: "b"}))
    await members.made("/v1/affiliations", an_affiliation(made["id"], organisation["id"]))
    path = f"{PERSONS}/{made['id']}"
    assert await read(members.as_(signer.partner(organisation["id"], "persons:read")), made) == {}
    trusted = members.as_(signer.partner(organisation["id"], "persons:read", "persons:write", "persons:sensitive"))
    assert await read(trusted, made) == {shown: "a"}
    assert_problem(await trusted.patch(path, {"custom": {kept: "c"}}), Forbidden)
    assert (await trusted.patch(path, {"custom": {shown: "c"}})).status_code == 200
    assert await read(trusted, made) == {shown: "c"}
    assert await read(members, made) == {shown: "c", kept: "b"}


async def test_a_required_one_is_asked_of_those_who_can_write_it(members: Api, signer: Signer) -> None:
    field = await members.made(FIELDS, a_field(sensitive=True, required=True))
    try:
        # The schema asks it of nobody: not everybody could fill it in.
        assert_problem(await members.post(PERSONS, a_person()), Contradiction, pointer=f"/custom/{field['key']}")
        clerk = members.as_(signer.staff("persons:read", "persons:write"))
        assert (await clerk.post(PERSONS, a_person())).status_code == 201
    finally:
        await members.patch(f"{FIELDS}/{field['id']}", {"required": False})


async def test_no_value_is_in_the_change_log(members: Api) -> None:
    key = await a_sensitive(members)
    made = await members.made(PERSONS, a_person(custom={key: "blue folder"}))
    await members.patch(f"{PERSONS}/{made['id']}", {"custom": {key: "red folder"}})
    changes = (await members.get("/v1/members/changes", params={"resource_id": made["id"]})).json()["items"]
    assert len(changes) == 2
    assert "folder" not in str(changes)


async def test_who_goes_by_an_old_definition_finds_nothing_by_a_sensitive_value(members: Api) -> None:
    """A process may take a field for a plain one for a second after it became sensitive."""
    text, number = await a_sensitive(members), await a_sensitive(members, "number")
    await members.made(PERSONS, a_person(custom={text: "x", number: 5}))
    caller = Caller("user:clerk", "staff", frozenset({"persons:read"}))
    for asked in (
        CustomAsked({"custom_text_any_0": [text, "x"]}),
        CustomAsked({"custom_number_gte_0": [number, "5"]}),
        CustomAsked(facets={"custom_text_any_0": "facet"}, bindings={"filter_custom_text_any_0": [text]}),
    ):
        query = persons.query()
        query.ask(asked)
        page = json.loads(await persons.page(members.runtime.read, caller, query, members.runtime.cursors))
        found = page["facets"]["facet"]["values"] if asked.facets else page["items"]
        assert found == []
    query = persons.query()
    query.ask(CustomAsked(sort="custom_number_0", bindings={"key_custom_number_0": number}))
    in_order = await persons.page(members.runtime.read, caller, query, members.runtime.cursors)
    plain = await persons.page(members.runtime.read, caller, persons.query(), members.runtime.cursors)
    assert [row["id"] for row in json.loads(in_order)["items"]] == [row["id"] for row in json.loads(plain)["items"]]
