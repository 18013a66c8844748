"""What is sensitive in an imported file is shown for a stated purpose, once the audit log has it; files are exports."""

import json
from typing import Any
from uuid import uuid4

import pytest

from services.kit.errors import Forbidden, NotFound, PurposeRequired
from tests.members.custom_fields.conftest import a_field
from tests.members.imports.sending import imported, rows_of
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

STATED = {"Purpose": "record_keeping"}
MADE_UP = {"Purpose": "curiosity"}
HEADER = "name,email,passport number,date of birth\n"


async def sent(members: Api, m: str) -> dict[str, Any]:
    """An import of one person with a passport and a birth date that is none, and of a row that is rejected."""
    content = f"{HEADER}Ada Lin,{m}@example.org,P{m},30/02/1980\n,,Q{m},31/01/1980\n"
    done = await imported(members, content, resource="persons")
    assert [column["field"] for column in done["columns"]] == ["names", "emails", "passport.number", "birth_date"]
    assert (done["counts"]["created"], done["counts"]["rejected"]) == (1, 1)
    return done


async def on_record(members: Api, about: str) -> list[tuple[Any, ...]]:
    """What the audit log says of an import or a person: action, fields, purpose."""
    async with members.runtime.database.reads.connection() as connection:
        found = await connection.execute(
            "SELECT action, fields, purpose FROM audit WHERE $1 = ANY (about) ORDER BY id", [about]
        )
        return await found.fetchall()


async def test_samples_are_shown_for_a_purpose_and_on_record(members: Api) -> None:
    m = uuid4().hex[:8]
    path = f"/v1/imports/{(await sent(members, m))['id']}"
    plain = (await members.get(path)).json()["columns"]
    assert [bool(column["samples"]) for column in plain] == [True, True, False, False]
    assert_problem(await members.get(path, headers=MADE_UP), PurposeRequired)
    assert await on_record(members, path.rsplit("/", 1)[1]) == []
    whole = (await members.get(path, headers=STATED)).json()["columns"]
    assert whole[2]["samples"] == [f"P{m}", f"Q{m}"]
    assert await on_record(members, path.rsplit("/", 1)[1]) == [("imports.read", ["columns"], "record_keeping")]


async def test_values_of_rows_are_shown_for_a_purpose_and_on_record(members: Api, signer: Signer) -> None:
    done = await sent(members, uuid4().hex[:8])
    path = f"/v1/imports/{done['id']}/rows"
    plain = (await rows_of(members, done["id"]))[0]["problems"]
    assert [one["code"] for one in plain] == ["impossible_date", "passport_incomplete"]
    assert [one["value"] for one in plain] == [None, None]
    assert "02" not in plain[0]["detail"]
    colleague = members.as_(signer.staff("members:read", "persons:read", "persons:sensitive"))
    for caller in (members, colleague):
        assert_problem(await caller.get(path, headers=MADE_UP), PurposeRequired)
    assert await on_record(members, done["id"]) == []
    row = (await colleague.get(path, headers=STATED)).json()["items"][0]
    assert row["problems"][0]["value"] == "30/02/1980"
    told = [("import-rows.listed", ["birth_date", "passport.number"], "record_keeping")]
    assert await on_record(members, done["id"]) == told
    assert told[0] in await on_record(members, row["record_id"])


async def test_rejected_rows_are_an_export(members: Api, signer: Signer) -> None:
    m = uuid4().hex[:8]
    done = await imported(members, f"编号,单位名称\n{m},\n")
    path = f"/v1/imports/{done['id']}/rejected-rows"
    without = members.as_(signer.staff("members:read", "members:write"))
    assert_problem(await without.get(path), Forbidden)
    assert await on_record(members, done["id"]) == []
    assert (await members.get(path)).status_code == 200
    told = ("rejected-rows.exported", ["identifiers.external", "names"], None)
    assert await on_record(members, done["id"]) == [told]


async def test_sensitive_rejected_rows_leave_for_a_purpose(members: Api, signer: Signer) -> None:
    m = uuid4().hex[:8]
    done = await sent(members, m)
    path = f"/v1/imports/{done['id']}/rejected-rows"
    assert_problem(await members.get(path), PurposeRequired)
    assert_problem(await members.get(path, headers=MADE_UP), PurposeRequired)
    assert await on_record(members, done["id"]) == []
    assert f"Q{m}" in (await members.get(path, headers=STATED)).text
    fields = ["birth_date", "emails", "names", "passport.number"]
    assert await on_record(members, done["id"]) == [("rejected-rows.exported", fields, "record_keeping")]


async def test_what_is_not_on_record_is_not_shown(members: Api) -> None:
    m = uuid4().hex[:8]
    done = await sent(members, m)
    path = f"/v1/imports/{done['id']}"
    async with members.runtime.database.transaction() as session:
        connection = await session.connection()
        await connection.exec_driver_sql("ALTER TABLE audit ADD CONSTRAINT full_disk CHECK (action = '') NOT VALID")
    try:
        for below in ("", "/rows", "/rejected-rows"):
            reply = await members.get(path + below, headers=STATED)
            assert reply.status_code == 500
            assert m not in reply.text
    finally:
        async with members.runtime.database.transaction() as session:
            connection = await session.connection()
            await connection.exec_driver_sql("ALTER TABLE audit DROP CONSTRAINT full_disk")


@pytest.mark.parametrize("mapped", [True, False])
async def test_columns_that_are_left_out_stay_sensitive(members: Api, signer: Signer, mapped: bool) -> None:
    """For want of the scope, or by a mapping: the file holds them still."""
    m = uuid4().hex[:8]
    clerk = members.as_(
        signer.staff("members:read", "members:write", "persons:read", "persons:write", "records:export")
    )
    sender = members if mapped else clerk
    done = await imported(sender, f"{HEADER}Ada,,P{m},\n,,Q{m},\n", resource="persons", dry_run="true")
    if mapped:
        reply = await members.post(
            f"/v1/imports/{done['id']}/runs", {"mapping": [{"column": "name", "field": "names"}], "rehearse": True}
        )
        assert reply.status_code == 200
    found = (await sender.get(f"/v1/imports/{done['id']}")).json()
    assert [column["field"] for column in found["columns"]][2:] == [None, None]
    assert f"P{m}" not in json.dumps(found)
    reader = members.as_(signer.staff("members:read", "persons:read", "records:export"))
    assert (await reader.get(f"/v1/imports/{done['id']}")).status_code == 404
    assert_problem(await members.get(f"/v1/imports/{done['id']}/rejected-rows"), PurposeRequired)
    assert_problem(await clerk.get(f"/v1/imports/{done['id']}/rejected-rows"), NotFound if mapped else Forbidden)


async def test_columns_that_become_a_sensitive_custom_field_are_sensitive(members: Api, signer: Signer) -> None:
    m, fields = uuid4().hex[:8], "/v1/person-custom-fields"
    private = (await members.made(fields, a_field("date", key=f"seen_{m}", sensitive=True)))["key"]
    plain = (await members.made(fields, a_field(key=f"desk_{m}")))["key"]
    header = f"name,email,custom.{private},custom.{plain}\n"
    content = f"{header}Ada Lin,{m}@example.org,never {m},Desk {m}\n,,later {m},Desk {m}\n"
    done = await imported(members, content, resource="persons")
    path = f"/v1/imports/{done['id']}"
    assert [column["field"] for column in done["columns"]][2:] == [f"custom.{private}", f"custom.{plain}"]
    assert [bool(column["samples"]) for column in done["columns"]] == [True, True, False, True]
    assert f"never {m}" not in (await members.get(f"{path}/rows")).text
    reader = members.as_(signer.staff("members:read", "persons:read", "records:export"))
    assert_problem(await reader.get(path), NotFound)
    assert_problem(await members.get(f"{path}/rejected-rows"), PurposeRequired)
    assert await on_record(members, done["id"]) == []

    whole = (await members.get(path, headers=STATED)).json()["columns"]
    assert f"never {m}" in whole[2]["samples"]
    assert (await members.get(f"{path}/rows", headers=STATED)).status_code == 200
    assert f"later {m}" in (await members.get(f"{path}/rejected-rows", headers=STATED)).text
    told = await on_record(members, done["id"])
    assert [action for action, _, _ in told] == ["imports.read", "import-rows.listed", "rejected-rows.exported"]
    assert all(f"custom.{private}" in fields for _, fields, _ in told[1:])

    clerk = members.as_(signer.staff("members:read", "members:write", "persons:read", "persons:write"))
    left_out = await imported(clerk, header + f"Bo Lin,bo-{m}@example.org,2024-05-29,Desk {m}\n", resource="persons")
    assert [column["field"] for column in left_out["columns"]][2:] == [None, f"custom.{plain}"]
    assert [note["code"] for note in left_out["notes"]] == ["needs_scope"]
    assert left_out["counts"]["created"] == 1


async def test_a_field_that_became_sensitive_since_hides_what_was_read_before(members: Api) -> None:
    m, fields = uuid4().hex[:8], "/v1/person-custom-fields"
    made = await members.made(fields, a_field(key=f"seen_{m}"))
    content = f"name,custom.seen_{m}\nAda Lin,quiet {m}\n"
    done = await imported(members, content, resource="persons", dry_run="true")
    assert done["columns"][1]["samples"] == [f"quiet {m}"]
    assert (await members.patch(f"{fields}/{made['id']}", {"sensitive": True})).status_code == 200
    path = f"/v1/imports/{done['id']}"
    assert (await members.get(path)).json()["columns"][1]["samples"] == []
    assert_problem(await members.get(f"{path}/rejected-rows"), PurposeRequired)
    (await members.post(f"{path}/runs", {"rehearse": True})).raise_for_status()
    assert (await members.get(path)).json()["columns"][1]["samples"] == []
