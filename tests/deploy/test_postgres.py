"""PostgreSQL as the stack runs it: roles kept apart, data kept, and back by itself whatever ends it."""

import os
import signal
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from subprocess import Popen

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from deploy.local.postgres import Postgres
from deploy.local.processes import Process
from deploy.local.scratch import scratch_postgres
from deploy.local.secret_files import SecretFiles
from deploy.local.settings import GROUPS, Var
from deploy.refusal import Refusal
from tests.deploy.conftest import Eventually


@pytest.fixture
def server(var: Var) -> Postgres:
    return Postgres(var, SecretFiles(var.secrets))


@pytest.fixture
async def process(server: Postgres) -> AsyncIterator[Process]:
    """The server, up and with every group's database."""
    await server.make()
    made = Process(server.program())
    made.start()
    await made.until_ready(server.ready, 60)
    await server.provide(GROUPS)
    yield made
    await made.stop(6)


def value(url: str, query: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(query.encode())
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


@pytest.fixture(scope="module")
async def shared() -> AsyncIterator[Postgres]:
    """A server for the tests that only look."""
    async with scratch_postgres() as server:
        yield server


async def test_keeps_each_role_to_its_own_database(shared: Postgres) -> None:
    for role in GROUPS:
        assert value(shared.url(role), "SELECT current_user") == role
        for other in {*GROUPS, "postgres", "template1"} - {role}:
            with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                psycopg.connect(make_conninfo(shared.url(role), dbname=other))


async def test_asks_every_role_for_its_password(shared: Postgres) -> None:
    for role in (*GROUPS, "postgres"):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(make_conninfo(shared.url("members"), user=role, password="guess"))


async def test_gives_no_role_more_than_it_needs(shared: Postgres) -> None:
    more = (
        "SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls"
        " FROM pg_roles WHERE rolname = current_user"
    )
    assert [value(shared.url(role), more) for role in GROUPS] == [False] * len(GROUPS)


async def test_comes_back_after_kill_and_keeps_what_was_committed(server: Postgres, process: Process) -> None:
    url = server.owner_url("members")
    value(url, "CREATE TABLE kept AS SELECT 29 AS day")
    for ending in (signal.SIGKILL, signal.SIGQUIT):
        assert process.pid
        before = process.restarts
        os.kill(process.pid, ending)
        while process.restarts == before:
            await process.until_ready(server.ready, 30)
        await process.until_ready(server.ready, 30)
        assert value(url, "SELECT day FROM kept") == 29


async def test_hands_tables_that_a_group_s_role_owned_to_their_owner(server: Postgres, process: Process) -> None:
    value(server.owner_url("members"), "CREATE TABLE old AS SELECT 29 AS day")
    async with await server.connect("members") as superuser:  # as it was left by an earlier release
        await superuser.execute("ALTER TABLE old OWNER TO members")
        await superuser.execute("ALTER DATABASE members OWNER TO members")
    await server.provide(GROUPS)
    owners = "SELECT tableowner FROM pg_tables WHERE tablename = 'old'"
    assert value(server.url("members"), owners) == "members_owner"
    assert value(server.owner_url("members"), "ALTER TABLE old ADD month int") is None


async def test_starts_over_the_lock_of_a_dead_server_whose_pid_was_given_away(
    server: Postgres, process: Process, var: Var
) -> None:
    lock = (var.data / "postmaster.pid").read_text().split("\n", 1)[1]
    await process.stop(6)
    with Popen(["/bin/sleep", "60"], user=var.data.stat().st_uid) as stranger:
        (var.data / "postmaster.pid").write_text(f"{stranger.pid}\n{lock}")
        again = Process(server.program())
        again.start()
        await again.until_ready(server.ready, 30)
        assert stranger.poll() is None
        await again.stop(6)
        stranger.kill()


async def test_stops_a_server_left_running_and_starts_its_own(
    server: Postgres, process: Process, var: Var, eventually: Eventually
) -> None:
    left = process.pid
    process._stopping.set()  # as if the supervisor had gone: nobody restarts it
    await Postgres(var, SecretFiles(var.secrets)).make()
    await eventually(lambda: process.pid is None)
    again = Process(server.program())
    again.start()
    await again.until_ready(server.ready, 30)
    assert again.pid != left
    await again.stop(6)


async def test_works_where_the_path_is_too_long_for_a_socket(tmp_path: Path) -> None:
    var = Var(tmp_path / ("long" * 20) / "a,b")
    var.make()
    assert not var.socket.is_relative_to(var.root)
    server = Postgres(var, SecretFiles(var.secrets))
    assert await server.make()
    process = Process(server.program())
    process.start()
    await process.until_ready(server.ready, 60)
    assert stat.S_IMODE(var.socket.stat().st_mode) == 0o700
    await process.stop(6)


async def test_begins_anew_after_a_first_start_that_was_cut_short(server: Postgres, var: Var) -> None:
    half_made = var.root / "postgres.new"
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")
    assert await server.make()
    assert (var.data / "global").is_dir()


async def test_refuses_data_of_another_version(server: Postgres, var: Var) -> None:
    var.data.mkdir()
    (var.data / "PG_VERSION").write_text("16\n")
    with pytest.raises(Refusal, match="was made by PostgreSQL 16, and this is 18"):
        await server.make()


async def test_refuses_a_directory_that_is_someone_elses_work(server: Postgres, var: Var) -> None:
    var.data.mkdir()
    (var.data / "thesis.txt").write_text("…")
    with pytest.raises(Refusal, match="is not empty and not PostgreSQL's"):
        await server.make()
