"""Rows of files that are over go in portions, as a file may have 200,000 and a statement has five seconds."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from services.kit.db import now
from services.members.features.imports.work import SWEEP
from tests.members.imports.sending import imported, read
from tests.wire.api import Api
from tests.wire.changes import work

_REFUSE = (
    """CREATE FUNCTION refuse_many() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF (SELECT count(*) FROM gone) > 5000 THEN RAISE EXCEPTION 'too many rows in one statement'; END IF;
        RETURN NULL;
    END $$""",
    """CREATE TRIGGER refuse_many AFTER DELETE ON import_line REFERENCING OLD TABLE AS gone
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_many()""",
)


async def run(members: Api, *statements: str) -> None:
    """Statements in a transaction."""
    async with members.runtime.database.transaction() as session:
        for statement in statements:
            await (await session.connection()).exec_driver_sql(statement)


@pytest_asyncio.fixture
async def in_portions(members: Api) -> AsyncIterator[None]:
    """A table that loses no more than 5,000 rows by one statement."""
    await run(members, *_REFUSE)
    yield
    await run(members, "DROP FUNCTION refuse_many() CASCADE")


async def many(members: Api, **query: Any) -> str:
    """An import with 12,000 rows more than its file had."""
    id: str = (await imported(members, f"name\nInn {uuid4().hex}\n", **query))["id"]
    await run(
        members,
        "INSERT INTO import_line (import_id, number, cells, extra) "
        f"SELECT '{id}', number, '{{x}}', '{{}}' FROM generate_series(10, 12009) number",
    )
    return id


async def lines(members: Api, id: str) -> int:
    """How many rows are kept of an import."""
    async with members.runtime.database.reads.connection() as connection:
        found = await connection.execute("SELECT count(*) FROM import_line WHERE import_id = $1", [id])
        row = await found.fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.usefixtures("in_portions")
async def test_of_a_cancelled_import(members: Api) -> None:
    id = await many(members, dry_run="true")
    assert (await members.post(f"/v1/imports/{id}/cancellations")).status_code == 200
    await work(members)
    assert await lines(members, id) == 0
    assert (await read(members, id))["columns"][0]["samples"] == []


@pytest.mark.usefixtures("in_portions")
@pytest.mark.parametrize("dry_run", ["true", "false"])
async def test_of_one_that_nobody_went_on_with_and_of_one_that_cannot_be_undone(members: Api, dry_run: str) -> None:
    id = await many(members, dry_run=dry_run)
    long_ago = (now() - timedelta(days=8)).isoformat()
    column = "updated_at" if dry_run == "true" else "undo_until"
    await run(members, f"UPDATE import SET {column} = '{long_ago}' WHERE id = '{id}'")
    await SWEEP.run(members.runtime)
    await work(members)
    assert await lines(members, id) == 0
    found = await read(members, id)
    assert (found["undo_until"], found["columns"][0]["samples"]) == (None, [])
    assert found["state"] == ("cancelled" if dry_run == "true" else "done")
