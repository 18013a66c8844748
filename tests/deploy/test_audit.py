"""The audit log in databases as they are deployed: the service's own role adds to it and can do nothing else."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest

from deploy.audit import verify
from deploy.databases import migrate
from deploy.local.postgres import Postgres
from deploy.local.scratch import scratch_postgres
from deploy.local.settings import GROUPS
from deploy.refusal import Refusal
from services.kit.audit import audited
from services.kit.auth import Caller


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[Postgres]:
    """Every group's database, migrated as `alliance migrate` does it."""
    with pytest.MonkeyPatch.context() as environment:
        async with scratch_postgres() as server:
            for group in GROUPS:
                environment.setenv(f"DATABASE_URL_{group.upper()}", server.url(group))
                environment.setenv(f"DATABASE_OWNER_URL_{group.upper()}", server.owner_url(group))
            migrate(GROUPS)
            migrate(GROUPS)
            yield server


async def tell(server: Postgres, group: str, action: str) -> None:
    async with await psycopg.AsyncConnection.connect(server.url(group), autocommit=True) as connection:
        await audited(connection, Caller("user:clerk", "staff"), action=action, resource="person")


@pytest.mark.parametrize(
    "meddling",
    [
        "UPDATE audit SET actor = 'x'",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "INSERT INTO audit_link VALUES (99, gen_random_uuid(), '')",
        "DELETE FROM audit_link",
        "ALTER TABLE audit DISABLE TRIGGER ALL",
        "DROP TRIGGER audit_kept ON audit",
        "DROP TABLE audit_link",
        "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "SET session_replication_role = replica",
    ],
)
@pytest.mark.parametrize("group", GROUPS)
async def test_the_service_s_role_only_adds_to_it(server: Postgres, group: str, meddling: str) -> None:
    await tell(server, group, "persons.read")
    with psycopg.connect(server.url(group)) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(meddling.encode())


async def test_what_the_owner_changes_is_named(server: Postgres, tmp_path: Path) -> None:
    heads = tmp_path / "heads.json"
    await tell(server, "events", "persons.read")
    lines = list(verify(heads))
    assert [line.split(":")[0] for line in lines] == ["members", "events", "liaison", "gateway"]
    with psycopg.connect(server.owner_url("events")) as connection:
        before = connection.execute("SELECT max(sequence) FROM audit_link").fetchone()
        connection.execute("ALTER TABLE audit_link DISABLE TRIGGER USER")
        connection.execute("DELETE FROM audit_link WHERE sequence = %s", before)
        connection.execute("ALTER TABLE audit_link ENABLE TRIGGER USER")
    assert before is not None
    kept = json.loads(heads.read_text())
    with pytest.raises(Refusal, match=f"events: rows {before[0]} to {before[0]} were cut off"):
        list(verify(heads))
    assert json.loads(heads.read_text()) == kept
