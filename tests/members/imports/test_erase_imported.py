"""A person who came from a file is forgotten in what is kept of the file."""

import json
from uuid import UUID, uuid4

from sqlalchemy import select

from services.members.features.erasures.keys import keys_of
from services.members.features.imports.forgetting import Sought, rows_naming
from services.members.tables.imports import ImportLineRow
from services.members.tables.person import PersonRow
from tests.factories.members import a_person
from tests.members.erasures.test_erase_person import everything
from tests.members.imports.sending import imported, problems, read, rows_of, worked_off
from tests.wire.api import Api
from tests.wire.changes import work


async def test_samples_of_a_file_go_with_a_person_it_named(members: Api) -> None:
    m = f"m{uuid4().hex}"
    other = await imported(members, f"name,email\nBo Wang,bo-{m[:8]}@example.org\n", resource="persons")
    content = f"name,email,phone\nAda {m},{m}@example.org,+86 138 0000 0000\n"
    checked = await imported(members, content, resource="persons", dry_run="true")
    path = f"/v1/imports/{checked['id']}"
    reply = await members.post(f"{path}/runs", {}, headers={"Idempotency-Key": uuid4().hex})
    assert (reply.status_code, m in reply.text) == (200, True)  # an answer that is kept, with the samples
    assert (await worked_off(members, checked["id"]))["counts"]["created"] == 1
    (person,) = await members.items("/v1/persons", email=f"{m}@example.org")
    await members.made("/v1/erasures", {"person_id": person["id"], "reason": "asked_for"})
    await work(members)
    assert [column["samples"] for column in (await read(members, checked["id"]))["columns"]] == [[], [], []]
    assert [line[:300] for line in (await everything(members)).splitlines() if m in line] == []
    assert all(column["samples"] for column in (await read(members, other["id"]))["columns"])


async def test_rows_that_became_no_record_go_with_whom_they_name(members: Api) -> None:
    """Found by an address, an id, or a name with a phone; a name or an office's phone alone may be somebody else's."""
    m, other = f"m{uuid4().hex}", f"o{uuid4().hex}"
    theirs = (
        f"Ada {m},{m}@example.org,,,",
        f",Home <home-{m}@example.org>; x@example.org,,,",
        f"A. Lin,,,X{m},",
        "林晓山 Lin Xiaoshan,,138 0000 0001,,CN",
    )
    others = (
        "林晓山 Lin Xiaoshan,,138 0000 0002,,CN",
        f"Bo {other},,138 0000 0001,,CN",
        f"林晓山,{other}@example.org,,,CN",
    )
    content = "name,email,phone,编号,country\n" + "\n".join((*theirs, *others)) + "\n"
    checked = await imported(members, content, resource="persons", dry_run="true")
    assert (checked["counts"]["created"], checked["counts"]["rejected"]) == (6, 1)
    person = await members.made(
        "/v1/persons",
        a_person(
            names={"en": f"Ada {m}", "zh": "林晓山"},
            email=f"{m}@example.org",
            other_emails=[f"home-{m}@example.org"],
            phones=[{"number": "+86 138 0000 0001"}],
            identifiers=[{"scheme": "external", "value": f"X{m}"}],
        ),
    )
    async with members.runtime.database.transaction() as session:
        keys = await keys_of(session, await session.get_one(PersonRow, UUID(person["id"])))
    told = await rows_naming(members.runtime, Sought.of(keys.emails, keys.names, keys.phones, keys.identifiers))
    assert [row["number"] for row in told if row["import_id"] == checked["id"]] == [2, 3, 4, 5]
    assert json.loads(json.dumps(told))[0]["cells"][:2] == [f"Ada {m}", f"{m}@example.org"]

    erasure = await members.made("/v1/erasures", {"person_id": person["id"], "reason": "asked_for"})
    await work(members)
    assert [line[:300] for line in (await everything(members)).splitlines() if m in line] == []
    receipt = (await members.get(f"/v1/erasures/{erasure['id']}")).json()["receipts"][0]
    assert (receipt["service"], receipt["done"]["imported_row"]) == ("members", 4)
    async with members.runtime.database.transaction() as session:
        lines = select(ImportLineRow).where(ImportLineRow.import_id == UUID(checked["id"]))
        left = {line.number: line.cells for line in await session.scalars(lines)}
    assert [number for number, cells in left.items() if not cells] == [2, 3, 4, 5]
    assert [",".join(left[number]) for number in (6, 7, 8)] == list(others)
    assert all(column["samples"] == [] for column in (await read(members, checked["id"]))["columns"])

    path = f"/v1/imports/{checked['id']}"
    assert (await members.post(f"{path}/runs", {})).status_code == 200
    done = await worked_off(members, checked["id"])
    assert (done["counts"]["created"], done["counts"]["rejected"]) == (3, 4)
    assert [problems(row) for row in (await rows_of(members, done["id"], outcome="rejected"))] == [{"forgotten"}] * 4
    assert (await members.get(f"{path}/rejected-rows")).text.strip().count("\n") == 0
