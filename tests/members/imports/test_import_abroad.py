"""Persons are imported at the office: callers abroad send no such file, and see none."""

from uuid import uuid4

import pytest_asyncio

from services.contracts.scopes import SCOPES
from services.kit.errors import Forbidden, NotFound
from services.members.features.imports.states import caller_of
from services.members.tables.imports import ImportRow
from tests.members.imports.sending import imported, post_file
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


@pytest_asyncio.fixture
async def office_abroad(members: Api, signer: Signer) -> Api:
    """A staff member in an office abroad, who holds every scope."""
    return members.as_(signer.token(f"user:{uuid4()}", "staff", list(SCOPES), abroad=True))


async def test_no_list_of_persons_is_taken_from_abroad(members: Api, office_abroad: Api) -> None:
    m = uuid4().hex[:10]
    await members.made("/v1/persons", {"names": {"en": "Ada Lin"}, "email": f"{m}@example.org"})
    content = f"name,email\nAda Lin,{m}@example.org\n".encode()
    for dry_run in ("true", "false"):
        reply = await post_file(office_abroad, content, resource="persons", dry_run=dry_run)
        assert_problem(reply, Forbidden)


async def test_imports_of_persons_are_not_there_for_callers_abroad(members: Api, office_abroad: Api) -> None:
    done = await imported(members, f"name,phone\nAda {uuid4().hex},1\n,2\n", resource="persons", dry_run="true")
    path = f"/v1/imports/{done['id']}"
    for below in ("", "/rows", "/rejected-rows", "/progress"):
        assert_problem(await office_abroad.get(path + below), NotFound)
    for below in ("runs", "cancellations", "undos"):
        assert_problem(await office_abroad.post(f"{path}/{below}", {}), NotFound)
    assert done["id"] not in [one["id"] for one in await office_abroad.items("/v1/imports")]
    exported = await office_abroad.get("/v1/imports/export", params={"format": "jsonl"})
    assert exported.status_code == 200
    assert done["id"] not in exported.text


async def test_other_imports_run_in_the_name_of_a_caller_abroad(members: Api, office_abroad: Api) -> None:
    done = await imported(office_abroad, f"name\nInn {uuid4().hex}\n")
    assert done["counts"]["created"] == 1
    async with members.runtime.database.transaction() as session:
        row = await session.get_one(ImportRow, done["id"])
        assert caller_of(row).abroad
        row.caller = {key: value for key, value in row.caller.items() if key != "abroad"}
        assert not caller_of(row).abroad
