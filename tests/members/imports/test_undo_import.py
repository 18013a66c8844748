"""Taking an import back."""

from uuid import uuid4

from services.members.features.imports.actions import ImportNotReady, NothingToUndo
from tests.members.imports.sending import held, imported, rows_of, worked_off
from tests.wire.api import Api, assert_problem


async def test_what_it_made_goes_and_what_it_changed_is_as_it_was(members: Api) -> None:
    m = uuid4().hex[:10]
    await imported(members, f"编号,单位名称,城市,电话\n{m}1,甲酒店,贵阳,0851-85550123\n")
    before = await held(members, f"external:{m}1")
    done = await imported(
        members, f"编号,单位名称,城市,电话,英文名称\n{m}1,甲酒店,安顺,0851-85550199,Inn A\n{m}2,乙酒店,,,\n"
    )
    assert (done["counts"]["created"], done["counts"]["updated"]) == (1, 1)
    reply = await members.post(f"/v1/imports/{done['id']}/undos")
    assert (reply.status_code, reply.json()["state"]) == (200, "undoing")
    undone = await worked_off(members, done["id"])
    assert (undone["state"], undone["counts"]["undone"], undone["counts"]["kept"]) == ("undone", 2, 0)
    after = await held(members, f"external:{m}1")
    told = {"version", "updated_at"}
    assert {k: v for k, v in after.items() if k not in told} == {k: v for k, v in before.items() if k not in told}
    assert await members.items("/v1/organisations", identifier=f"external:{m}2") == []
    assert_problem(await members.post(f"/v1/imports/{done['id']}/undos"), ImportNotReady)


async def test_refuses_records_changed_since_by_name(members: Api) -> None:
    m = uuid4().hex[:10]
    done = await imported(members, f"编号,英文名称\n{m}1,Changed Inn\n{m}2,Untouched Inn\n{m}3,Used Inn\n")
    changed, used = await held(members, f"external:{m}1"), await held(members, f"external:{m}3")
    assert (await members.patch(f"/v1/organisations/{changed['id']}", {"city": "Kaili"})).status_code == 200
    person = await members.made("/v1/persons", {"names": {"en": "Ada Lin"}})
    await members.made("/v1/affiliations", {"person_id": person["id"], "organisation_id": used["id"]})
    await members.post(f"/v1/imports/{done['id']}/undos")
    undone = await worked_off(members, done["id"])
    assert (undone["counts"]["undone"], undone["counts"]["kept"]) == (1, 2)
    (row,) = await rows_of(members, done["id"], undo="changed_since")
    assert (row["record_id"], row["name"]) == (changed["id"], "Changed Inn")
    (row,) = await rows_of(members, done["id"], undo="in_use")
    assert row["name"] == "Used Inn"


async def test_a_rehearsal_has_nothing_to_take_back(members: Api) -> None:
    checked = await imported(members, "name\nInn\n", dry_run="true")
    assert_problem(await members.post(f"/v1/imports/{checked['id']}/undos"), ImportNotReady)
    done = await imported(members, "编号,单位名称\nx,\n")
    assert_problem(await members.post(f"/v1/imports/{done['id']}/undos"), NothingToUndo)


async def test_persons_go_with_the_roles_they_got(members: Api) -> None:
    m = uuid4().hex[:10]
    name = f"Office {m}"
    await members.made("/v1/organisations", {"names": {"en": name}, "kind": "association"})
    content = f"full name,email,company,title\nLin {m},{m}@example.org,{name},Clerk\n"
    done = await imported(members, content, resource="persons")
    assert done["counts"]["created"] == 1
    await members.post(f"/v1/imports/{done['id']}/undos")
    undone = await worked_off(members, done["id"])
    assert (undone["counts"]["undone"], undone["counts"]["kept"]) == (1, 0)
    assert await members.items("/v1/persons", email=f"{m}@example.org") == []


async def test_languages_that_fell_behind_are_level_again(members: Api) -> None:
    m = uuid4().hex[:10]
    await imported(members, f"编号,中文名称,英文名称\n{m},甲酒店,Inn A\n")
    done = await imported(members, f"编号,英文名称\n{m},Inn B\n")
    assert (await held(members, f"external:{m}"))["stale_texts"] == {"names": ["zh"]}
    await members.post(f"/v1/imports/{done['id']}/undos")
    await worked_off(members, done["id"])
    after = await held(members, f"external:{m}")
    assert (after["names"], after["stale_texts"], after["version"]) == ({"zh": "甲酒店", "en": "Inn A"}, {}, 3)


async def test_what_several_rows_made_of_a_person_goes(members: Api) -> None:
    m = uuid4().hex[:10]
    lines = [f"Ada Lin,{m}@example.org,1380000000{n}\n" for n in range(3)]
    between = "".join(f"Bo {m} {n},,\n" for n in range(210))
    done = await imported(members, "name,email,phone\n" + between.join(lines), resource="persons")
    assert (done["counts"]["created"], done["counts"]["updated"]) == (421, 2)
    (made,) = await members.items("/v1/persons", email=f"{m}@example.org")
    assert (len(made["phones"]), made["version"]) == (3, 3)
    await members.post(f"/v1/imports/{done['id']}/undos")
    undone = await worked_off(members, done["id"])
    assert (undone["counts"]["undone"], undone["counts"]["kept"]) == (423, 0)
    assert await members.items("/v1/persons", email=f"{m}@example.org") == []


async def test_a_person_whom_somebody_changed_stays_as_the_last_row_left_them(members: Api) -> None:
    m = uuid4().hex[:10]
    lines = "".join(f"Ada Lin,{m}@example.org,1380000000{n}\n" for n in range(2))
    done = await imported(members, f"name,email,phone\n{lines}", resource="persons")
    (made,) = await members.items("/v1/persons", email=f"{m}@example.org")
    assert (await members.patch(f"/v1/persons/{made['id']}", {"address": "1 Road"})).status_code == 200
    await members.post(f"/v1/imports/{done['id']}/undos")
    assert (await worked_off(members, done["id"]))["counts"]["kept"] == 2
    (left,) = await members.items("/v1/persons", email=f"{m}@example.org")
    assert (len(left["phones"]), left["address"]) == (2, "1 Road")
