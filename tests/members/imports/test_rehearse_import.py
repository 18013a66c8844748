"""Rehearsing an import, and then storing it."""

from uuid import uuid4

from services.kit.errors import Contradiction
from services.members.features.imports.actions import ImportNotReady
from tests.members.imports.sending import held, imported, post_file, problems, read, rows_of, worked_off
from tests.wire.api import Api, assert_problem


async def test_a_rehearsal_reports_the_same_and_stores_nothing(members: Api) -> None:
    m = uuid4().hex[:10]
    content = f"编号,单位名称,城市\n{m}1,甲酒店,贵阳\n{m}2,,遵义\n{m}3,乙酒店,安顺\n{m}3,丙酒店,安顺\n"
    checked = await imported(members, content, dry_run="true")
    assert (checked["state"], checked["rehearsal"], checked["undo_until"]) == ("checked", True, None)
    assert await members.items("/v1/organisations", identifier=f"external:{m}1") == []
    rehearsed = await rows_of(members, checked["id"])
    assert [row["outcome"] for row in rehearsed] == ["created", "rejected", "rejected", "rejected"]
    assert {row["record_id"] for row in rehearsed} == {None}

    reply = await members.post(f"/v1/imports/{checked['id']}/runs", {})
    assert (reply.status_code, reply.json()["state"]) == (200, "running")
    done = await worked_off(members, checked["id"])
    assert done["state"] == "done"
    assert {**done["counts"]} == {**checked["counts"]}
    stored = await rows_of(members, done["id"])
    assert [(row["outcome"], problems(row)) for row in stored] == [(row["outcome"], problems(row)) for row in rehearsed]
    assert (await held(members, f"external:{m}1"))["city"] == "贵阳"


async def test_the_caller_says_what_columns_become(members: Api) -> None:
    m = uuid4().hex[:10]
    checked = await imported(members, f"编号,单位名称,简称\n{m},甲酒店,甲\n", dry_run="true")
    path = f"/v1/imports/{checked['id']}/runs"
    wrong = await members.post(path, {"mapping": [{"column": "全名", "field": "names"}]})
    assert_problem(wrong, Contradiction, pointer="/mapping/0/column")
    wrong = await members.post(path, {"mapping": [{"column": "单位名称", "field": "colour"}]})
    assert_problem(wrong, Contradiction, pointer="/mapping/0/field")
    mapping = [{"column": "编号", "field": "identifiers.guizhou-office"}, {"column": "简称", "field": "names.zh"}]
    reply = await members.post(path, {"mapping": mapping, "defaults": {"kind": "hotel", "country": "CN"}})
    assert reply.status_code == 200, reply.text
    await worked_off(members, checked["id"])
    made = await held(members, f"guizhou-office:{m}")
    assert (made["names"], made["kind"], made["country"]) == ({"zh": "甲"}, "hotel", "CN")


async def test_waits_when_no_column_holds_names(members: Api) -> None:
    waiting = await imported(members, "电话,邮箱\n0851-85550123,a@b.example.org\n")
    assert (waiting["state"], waiting["problem"]["code"]) == ("proposed", "no_names")
    reply = await members.post(f"/v1/imports/{waiting['id']}/runs", {})
    assert_problem(reply, ImportNotReady)


async def test_cannot_be_run_twice(members: Api) -> None:
    done = await imported(members, f"name\nInn {uuid4().hex}\n")
    assert_problem(await members.post(f"/v1/imports/{done['id']}/runs", {}), ImportNotReady)


async def test_a_cancelled_import_keeps_nothing_of_its_file(members: Api) -> None:
    reply = await post_file(members, f"name\nInn {uuid4().hex}\n".encode())
    id = reply.json()["id"]
    reply = await members.post(f"/v1/imports/{id}/cancellations")
    assert (reply.status_code, reply.json()["state"]) == (200, "cancelled")
    await worked_off(members, id)
    assert (await read(members, id))["state"] == "cancelled"
    assert await rows_of(members, id) == []
    assert [found async for found in members.runtime.files.list(f"imports/{id}")] == []
    assert_problem(await members.post(f"/v1/imports/{id}/cancellations"), ImportNotReady)


async def test_a_saved_mapping_is_proposed_for_files_with_the_same_columns(members: Api) -> None:
    tag = uuid4().hex[:8]
    columns = [{"column": f"Site {tag}", "field": "names.en"}, {"column": f"Where {tag}", "field": "city"}]
    mapping = await members.made(
        "/v1/import-mappings",
        {"name": f"Sites {tag}", "resource": "organisations", "columns": columns, "defaults": {"kind": "scenic_area"}},
    )
    done = await imported(members, f"Where {tag},Site {tag}\nGuiyang,Lake {tag}\n")
    assert (done["mapping_id"], done["counts"]["created"]) == (mapping["id"], 1)
    assert {column["because"] for column in done["columns"]} == {"saved"}
    (row,) = await rows_of(members, done["id"])
    made = (await members.get(f"/v1/organisations/{row['record_id']}")).json()
    assert (made["names"], made["city"], made["kind"]) == ({"en": f"Lake {tag}"}, "Guiyang", "scenic_area")
