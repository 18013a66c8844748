"""A person who came from a file is forgotten in what is kept of the file."""

from uuid import uuid4

from tests.members.erasures.test_erase_person import everything
from tests.members.imports.sending import imported, read, worked_off
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
