"""Records hold values of custom fields, as their definitions say."""

from typing import Any
from uuid import uuid4

import pytest

from services.contracts.members.organisation import Organisation
from services.contracts.members.person import Person
from services.contracts.members.site import Site
from services.kit.errors import Contradiction, Forbidden, Invalid
from services.members.features.organisations.actions import OrganisationInUse
from tests.factories.members import a_person, a_site, an_organisation
from tests.members.contract import exactly
from tests.members.custom_fields.conftest import ORGANISATIONS, Define, a_field
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


async def read(api: Api, id: str) -> dict[str, Any]:
    reply = await api.get(f"{ORGANISATIONS}/{id}")
    assert reply.status_code == 200, reply.text
    custom: dict[str, Any] = reply.json()["custom"]
    return custom


async def test_every_type_reads_as_it_was_given(
    members: Api, define: Define, organisation: dict[str, Any], person: dict[str, Any]
) -> None:
    values: dict[str, Any] = {
        await define("text"): "海拔 \U0001f3d4 2,572 m\n第二行",
        await define("text", multiple=True): ["a", "b"],
        await define("number", minimum=-1, maximum=10.5): 10.5,
        await define("number"): 10**15,
        await define("date"): "2024-02-29",
        await define("choice"): "gold",
        await define("choice", multiple=True): ["silver", "gold"],
        await define("reference"): organisation["id"],
        await define("reference", reference_to="person", multiple=True): [person["id"]],
    }
    made = await members.made(ORGANISATIONS, an_organisation(custom=values))
    assert made["custom"] == values
    exactly(Organisation, (await members.get(f"{ORGANISATIONS}/{made['id']}")).content)
    bare = await members.made(ORGANISATIONS, an_organisation())
    assert bare["custom"] == {}


async def test_persons_have_fields_of_their_own(members: Api) -> None:
    key = (await members.made("/v1/person-custom-fields", a_field("date")))["key"]
    made = await members.made("/v1/persons", a_person(custom={key: "2026-05-29"}))
    path = f"/v1/persons/{made['id']}?expand=affiliations&expand=consents&purpose=record_keeping"
    exactly(Person, (await members.get(path)).content)
    assert made["custom"] == {key: "2026-05-29"}
    assert [row["id"] for row in await members.items("/v1/persons", **{f"custom.{key}": "2026-05-29"})] == [made["id"]]
    reply = await members.post(ORGANISATIONS, an_organisation(custom={key: "2026-05-29"}))
    assert_problem(reply, Invalid, pointer=f"/custom/{key}")


async def test_sites_have_fields_of_their_own(members: Api, organisation: dict[str, Any]) -> None:
    key = (await members.made("/v1/site-custom-fields", a_field("number")))["key"]
    made = await members.made("/v1/sites", a_site(organisation["id"], custom={key: 2572}))
    path = f"/v1/sites/{made['id']}"
    exactly(Site, (await members.get(path)).content, without=("organisation", "designations"))
    assert [row["id"] for row in await members.items("/v1/sites", **{f"custom.{key}.gte": "2572"})] == [made["id"]]
    assert (await members.patch(path, {"custom": {key: None}})).json()["custom"] == {}
    reply = await members.patch(path, {"custom": {key: "high"}})
    assert_problem(reply, Invalid, pointer=f"/custom/{key}")


@pytest.mark.parametrize(
    ("type", "given", "value"),
    [
        ("text", {}, 1),
        ("text", {}, ""),
        ("text", {}, "x\0"),
        ("text", {"max_length": 3}, "海拔高度"),
        ("text", {"multiple": True}, "a"),
        ("text", {"multiple": True}, []),
        ("text", {"multiple": True}, ["a", "a"]),
        ("number", {}, "1"),
        ("number", {}, True),
        ("number", {"minimum": 0}, -0.5),
        ("number", {"maximum": 9}, 10),
        ("number", {}, 10**15 + 1),
        ("date", {}, "2023-02-29"),
        ("date", {}, "29.05.2026"),
        ("choice", {}, "platinum"),
        ("choice", {}, ["gold"]),
        ("reference", {}, "nobody"),
        ("text", {}, {"a": 1}),
        ("text", {}, None),
    ],
)
async def test_refuses_what_breaks_the_definition(
    members: Api, define: Define, type: str, given: dict[str, Any], value: Any
) -> None:
    key = await define(type, **given)
    reply = await members.post(ORGANISATIONS, an_organisation(custom={key: value}))
    assert_problem(reply, Invalid, pointer=f"/custom/{key}")


async def test_points_at_the_item_of_a_list(members: Api, define: Define) -> None:
    key = await define("choice", multiple=True)
    reply = await members.post(ORGANISATIONS, an_organisation(custom={key: ["gold", "lead"]}))
    assert_problem(reply, Invalid, pointer=f"/custom/{key}/1")


async def test_refuses_a_key_that_nobody_defined(members: Api, organisation: dict[str, Any]) -> None:
    reply = await members.patch(f"{ORGANISATIONS}/{organisation['id']}", {"custom": {"nobody_knows": "x"}})
    assert_problem(reply, Invalid, pointer="/custom/nobody_knows")


async def test_a_change_merges_and_null_removes(members: Api, define: Define) -> None:
    one, other = await define(), await define("number")
    made = await members.made(ORGANISATIONS, an_organisation(custom={one: "x", other: 1}))
    path = f"{ORGANISATIONS}/{made['id']}"
    changed = (await members.patch(path, {"custom": {other: 2}})).json()
    assert changed["custom"] == {one: "x", other: 2}
    changed = (await members.patch(path, {"custom": {one: None, other: None}})).json()
    assert (changed["custom"], changed["version"]) == ({}, 3)
    again = (await members.patch(path, {"custom": {one: None}})).json()
    assert again["version"] == 3


async def test_a_bulk_call_checks_each_item(members: Api, define: Define) -> None:
    key = await define("number")
    items = [an_organisation(custom={key: 1}), an_organisation(custom={key: "x"}), an_organisation(custom={key: 3})]
    reply = await members.post(f"{ORGANISATIONS}/bulk", {"items": items})
    assert [result["status"] for result in reply.json()["results"]] == [201, 422, 201]
    assert reply.json()["results"][1]["problem"]["errors"][0]["pointer"] == f"/custom/{key}"


async def test_a_dry_run_stores_no_value(members: Api, define: Define) -> None:
    key = await define()
    reply = await members.post(f"{ORGANISATIONS}?dry_run=true", an_organisation(custom={key: "x"}))
    assert (reply.status_code, reply.json()["custom"]) == (201, {key: "x"})
    assert await members.items(ORGANISATIONS, **{f"custom.{key}": "x"}) == []


async def test_a_required_field_is_asked_of_new_records_and_of_old_ones_that_are_filled_in(
    members: Api, define: Define
) -> None:
    other = await define()
    old = await members.made(ORGANISATIONS, an_organisation())
    required = await members.made("/v1/organisation-custom-fields", a_field(required=True))
    key, path = required["key"], f"{ORGANISATIONS}/{old['id']}"
    try:
        assert_problem(await members.post(ORGANISATIONS, an_organisation()), Invalid, pointer=f"/custom/{key}")
        assert (await members.patch(path, {"city": "Guiyang"})).status_code == 200
        reply = await members.patch(path, {"custom": {other: "x"}})
        assert_problem(reply, Contradiction, pointer=f"/custom/{key}")
        assert (await members.patch(path, {"custom": {other: "x", key: "y"}})).status_code == 200
        assert_problem(await members.patch(path, {"custom": {key: None}}), Invalid, pointer=f"/custom/{key}")
    finally:
        await members.patch(f"/v1/organisation-custom-fields/{required['id']}", {"required": False})


async def test_what_is_required_is_asked_with_a_key_as_without(members: Api, define: Define) -> None:
    await define()
    required = await members.made("/v1/organisation-custom-fields", a_field(required=True))
    definition = f"/v1/organisation-custom-fields/{required['id']}"

    async def post(path: str, body: Any) -> Any:
        return await members.post(path, body, headers={"Idempotency-Key": uuid4().hex})

    try:
        pointer = f"/custom/{required['key']}"
        assert_problem(await post(ORGANISATIONS, an_organisation()), Invalid, pointer=pointer)
        bulk = (await post(f"{ORGANISATIONS}/bulk", {"items": [an_organisation()]})).json()
        assert bulk["results"][0]["problem"]["status"] == 422
        assert (await post(ORGANISATIONS, an_organisation(custom={required["key"]: "x"}))).status_code == 201
    finally:
        await members.patch(definition, {"required": False})
    assert (await post(ORGANISATIONS, an_organisation())).json()["custom"] == {}
    await members.patch(definition, {"required": True, "archived": True})
    assert (await post(ORGANISATIONS, an_organisation())).status_code == 201


async def test_what_is_referred_to_is_there_and_stays(members: Api, define: Define) -> None:
    key = await define("reference", reference_to="person")
    reply = await members.post(ORGANISATIONS, an_organisation(custom={key: str(uuid4())}))
    assert_problem(reply, Contradiction, pointer=f"/custom/{key}")
    to_organisation = await define("reference")
    target = await members.made(ORGANISATIONS, an_organisation())
    holder = await members.made(ORGANISATIONS, an_organisation(custom={to_organisation: target["id"]}))
    assert_problem(await members.delete(f"{ORGANISATIONS}/{target['id']}"), OrganisationInUse)
    await members.patch(f"{ORGANISATIONS}/{holder['id']}", {"custom": {to_organisation: None}})
    assert (await members.delete(f"{ORGANISATIONS}/{target['id']}")).status_code == 204
    itself = await members.patch(f"{ORGANISATIONS}/{holder['id']}", {"custom": {to_organisation: holder["id"]}})
    assert itself.status_code == 200
    assert (await members.delete(f"{ORGANISATIONS}/{holder['id']}")).status_code == 204


async def test_the_change_log_names_the_fields_and_keeps_no_value(members: Api, define: Define) -> None:
    key = await define()
    made = await members.made(ORGANISATIONS, an_organisation(custom={key: "secret words"}))
    changes = (await members.get("/v1/members/changes", params={"resource_id": made["id"]})).json()["items"]
    assert "custom" in changes[0]["after"]
    assert "secret words" not in str(changes)


async def test_a_partner_sees_what_is_shown_to_partners_and_writes_nothing(
    members: Api, define: Define, signer: Signer
) -> None:
    shown, kept = await define(shown_to_partners=True), await define()
    made = await members.made(ORGANISATIONS, an_organisation(custom={shown: "a", kept: "b"}))
    partner = members.as_(signer.partner(made["id"]))
    assert await read(partner, made["id"]) == {shown: "a"}
    [row] = (await partner.get(ORGANISATIONS)).json()["items"]
    assert row["custom"] == {shown: "a"}
    assert_problem(await partner.patch(f"{ORGANISATIONS}/{made['id']}", {"custom": {shown: "c"}}), Forbidden)
    fields = await partner.items("/v1/organisation-custom-fields")
    assert shown in [field["key"] for field in fields]
    assert kept not in [field["key"] for field in fields]
    assert len(await partner.items(ORGANISATIONS, **{f"custom.{shown}": "a"})) == 1
    # The document names the field, so asking by it is well-formed (docs/adr/0011).
    assert_problem(await partner.get(ORGANISATIONS, params={f"custom.{kept}": "b"}), Forbidden)
    assert_problem(await partner.get(ORGANISATIONS, params={"sort": f"custom.{kept}"}), Forbidden)


async def test_what_breaks_a_definition_is_told_before_what_is_looked_up(members: Api, define: Define) -> None:
    site = (await members.made("/v1/site-custom-fields", a_field(type="number")))["key"]
    person = (await members.made("/v1/person-custom-fields", a_field(type="number")))["key"]
    organisation = await define("number")
    wrong = {ORGANISATIONS: organisation, "/v1/persons": person, "/v1/sites": site}
    for path, key in wrong.items():
        reply = await members.patch(f"{path}/{uuid4()}", {"custom": {key: "high"}}, if_match="*")
        assert_problem(reply, Invalid, pointer=f"/custom/{key}")
    new = a_site(str(uuid4()), custom={site: "high"})
    assert_problem(await members.post("/v1/sites", new), Invalid, pointer=f"/custom/{site}")
    nowhere = an_organisation(country="CN", subdivision="FR-75", custom={organisation: "high"})
    assert_problem(await members.post(ORGANISATIONS, nowhere), Invalid, pointer=f"/custom/{organisation}")
