"""Sensitive custom fields are there for those who hold the scope, and for nobody else."""

from typing import Any

from services.kit.errors import Forbidden, Invalid, PurposeRequired
from tests.factories.members import a_person, an_affiliation
from tests.members.custom_fields.conftest import a_field
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

PERSONS = "/v1/persons"
FIELDS = f"{PERSONS}/custom-fields"
FOR = {"purpose": "record_keeping"}


async def a_sensitive(members: Api, type: str = "text", **given: Any) -> str:
    return str((await members.made(FIELDS, a_field(type, sensitive=True, **given)))["key"])


async def test_only_holders_of_the_scope_see_and_write_them(members: Api, signer: Signer) -> None:
    key = await a_sensitive(members)
    plain = (await members.made(FIELDS, a_field()))["key"]
    made = await members.made(PERSONS, a_person(custom={key: "blue folder", plain: "x"}))
    path = f"{PERSONS}/{made['id']}"
    assert made["custom"] == {plain: "x"}
    assert (await members.get(path, params=FOR)).json()["custom"] == {key: "blue folder", plain: "x"}
    clerk = members.as_(signer.staff("persons:read", "persons:write"))
    assert (await clerk.get(path)).json()["custom"] == {plain: "x"}
    [listed] = (await clerk.get(PERSONS, params={"email": made["email"]})).json()["items"]
    assert listed["custom"] == {plain: "x"}
    changed = await clerk.patch(path, {"custom": {plain: "y"}})
    assert changed.json()["custom"] == {plain: "y"}
    assert (await members.get(path, params=FOR)).json()["custom"] == {key: "blue folder", plain: "y"}
    for value in ("z", None, 1):
        assert_problem(await clerk.patch(path, {"custom": {key: value}}), Forbidden)
    assert_problem(await clerk.post(PERSONS, a_person(custom={key: "z"})), Forbidden)


async def test_they_cannot_be_asked_by_without_the_scope(members: Api, signer: Signer) -> None:
    text, number = await a_sensitive(members), await a_sensitive(members, "number")
    made = await members.made(PERSONS, a_person(custom={text: "x", number: 5}))
    clerk = members.as_(signer.staff("persons:read"))
    asks: list[dict[str, str]] = [
        {f"custom.{text}": "x"},
        {f"custom.{number}": "5"},
        {f"custom.{number}.gte": "1"},
        {f"custom.{number}.lt": "1", "count": "true"},
        {"sort": f"custom.{number}"},
        {"sort": f"name,-custom.{text}"},
    ]
    for asked in asks:
        assert_problem(await clerk.get(PERSONS, params=asked), Forbidden)
        assert_problem(await clerk.get(f"{PERSONS}/export", params=asked), Forbidden)
        assert_problem(await members.get(PERSONS, params=asked), PurposeRequired)
        reply = await members.get(PERSONS, params={**asked, **FOR, "fields": "names"})
        assert reply.status_code == 200
        (entry,) = await members.items("/v1/members/audit", request_id=reply.headers["x-request-id"])
        assert entry["fields"] == ["custom"]
    assert [row["id"] for row in await members.items(PERSONS, **{f"custom.{number}.gte": "5"}, **FOR)] == [made["id"]]
    assert (await members.items(PERSONS, sort=f"custom.{number}", **FOR))[0]["id"] == made["id"]


async def test_a_wrong_value_tells_nothing_to_who_may_not_see_it(members: Api, signer: Signer) -> None:
    key = await a_sensitive(members, "choice")
    exporter = members.as_(signer.staff("persons:read"))
    right = await exporter.get(PERSONS, params={f"custom.{key}": "gold"})
    wrong = await exporter.get(PERSONS, params={f"custom.{key}": "lead"})
    assert right.status_code == wrong.status_code == 403
    assert_problem(await members.get(PERSONS, params={f"custom.{key}": "lead"}), Invalid)


async def test_a_partner_needs_the_scope_and_a_field_that_is_shown_to_partners(
    members: Api, organisation: dict[str, Any], signer: Signer
) -> None:
    shown, kept = await a_sensitive(members, shown_to_partners=True), await a_sensitive(members)
    made = await members.made(PERSONS, a_person(custom={shown: "a", kept: "b"}))
    await members.made("/v1/affiliations", an_affiliation(made["id"], organisation["id"]))
    path = f"{PERSONS}/{made['id']}"
    reader = members.as_(signer.partner(organisation["id"], "persons:read"))
    assert (await reader.get(path)).json()["custom"] == {}
    trusted = members.as_(signer.partner(organisation["id"], "persons:read", "persons:write", "persons:sensitive"))
    assert (await trusted.get(path)).json()["custom"] == {}
    assert (await trusted.get(path, params=FOR)).json()["custom"] == {shown: "a"}
    assert_problem(await trusted.patch(path, {"custom": {kept: "c"}}), Invalid, pointer=f"/custom/{kept}")
    assert (await trusted.patch(path, {"custom": {shown: "c"}})).status_code == 200
    assert (await members.get(path, params=FOR)).json()["custom"] == {shown: "c", kept: "b"}


async def test_a_required_one_is_asked_of_those_who_can_see_it(members: Api, signer: Signer) -> None:
    field = await members.made(FIELDS, a_field(sensitive=True, required=True))
    try:
        assert_problem(await members.post(PERSONS, a_person()), Invalid, pointer=f"/custom/{field['key']}")
        clerk = members.as_(signer.staff("persons:read", "persons:write"))
        assert (await clerk.post(PERSONS, a_person())).status_code == 201
    finally:
        await members.patch(f"{FIELDS}/{field['id']}", {"required": False})


async def test_neither_values_nor_lengths_are_in_the_change_log(members: Api) -> None:
    key = await a_sensitive(members)
    made = await members.made(PERSONS, a_person(custom={key: "blue folder"}))
    await members.patch(f"{PERSONS}/{made['id']}", {"custom": {key: "red folder"}})
    changes = (await members.get("/v1/members/changes", params={"resource_id": made["id"]})).json()["items"]
    assert len(changes) == 2
    assert "folder" not in str(changes)
