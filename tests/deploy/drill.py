"""A rehearsal of the worst day: `make drill`.

A whole stack is backed up while clients write to all services. At a moment its processes are held still, and a hash of
every table's rows is kept. Writing goes on; then the stack is killed, and its data and files are destroyed. It is
restored to that moment, and must be what it was: every table, every reference from one service to another, every file.
Exits with 1 when anything differs. That the hashes would tell is shown in the end, by changing one row.
"""

import asyncio
import hashlib
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from itertools import count
from typing import Any

import psycopg
from psycopg import sql

from deploy.backup.shelf import Shelf
from deploy.local.postgres import Postgres
from deploy.local.processes import Process
from deploy.local.secret_files import SecretFiles
from deploy.local.settings import GROUPS, Var
from deploy.terminal import say
from tests.deploy.conftest import wait_until
from tests.factories.events import a_registration, open_event
from tests.factories.liaison import a_counterpart, a_follow_up
from tests.factories.members import a_document, an_organisation
from tests.journeys.alliance import frozen
from tests.journeys.callers import Caller
from tests.members.documents.sending import PDF, sent
from tests.wire.stack import Stack, running

Table = tuple[str, str]
Hashes = dict[Table, tuple[int, str]]

WRITES = 40  # rounds of four writes, before and after the backup and after the moment
WITHIN = 120.0  # seconds

REFERENCES = (
    ("events", "SELECT DISTINCT organisation_id FROM registration WHERE organisation_id IS NOT NULL"),
    ("liaison", "SELECT DISTINCT organisation_id FROM counterpart WHERE organisation_id IS NOT NULL"),
)
"""Where organisations of members are named elsewhere."""


async def main() -> bool:
    with running() as stack:
        var = Var(stack.var)
        moment, then, wrote = await _live_and_die(stack, var)
        began = time.perf_counter()
        say(await asyncio.to_thread(stack.alliance, "restore", "--to", moment.isoformat()))
        say(f"restored in {time.perf_counter() - began:.1f} s, to {moment.isoformat()}, after {wrote} writes")
        async with _bare(var) as server:
            now = await _hashes(server)
            differ = sorted(table for table in then.keys() | now.keys() if then.get(table) != now.get(table))
            dangling = await _dangling(server)
            missing = await _missing_files(server, var)
            await _change_a_row(server)
            seen = await _hashes(server) != now
    rows = sum(n for n, _ in then.values())
    say(f"tables {len(then)}, rows {rows}: {len(differ)} tables differ {differ or ''}")
    say(f"organisations named by other services that members does not have: {len(dangling)}")
    say(f"files of documents that are missing: {len(missing)}")
    say(f"a changed row is seen: {'yes' if seen else 'NO'}")
    return not differ and not dangling and not missing and seen


async def _live_and_die(stack: Stack, var: Var) -> tuple[datetime, Hashes, int]:
    """Back up under writes, keep a moment, write on, and lose everything but the backups."""
    server = Postgres(var, SecretFiles(var.secrets))
    async with _writing(Caller(stack.url, stack.key())) as done:
        await wait_until(lambda: done[0] >= WRITES, WITHIN)
        began = done[0]
        say(await asyncio.to_thread(stack.alliance, "backup"))
        say(f"rounds of writes during the backup: {done[0] - began}")
        after = done[0] + WRITES
        await wait_until(lambda: done[0] >= after, WITHIN)
        with frozen(stack, *(name for name in stack.pids() if name != "postgres")):
            await asyncio.sleep(0.2)  # what was on its way to PostgreSQL
            then = await _hashes(server)
            say(await asyncio.to_thread(stack.alliance, "backup", "--files-only"))  # as it does itself once a minute
            moment = datetime.now(UTC)
        after = done[0] + WRITES
        await wait_until(lambda: done[0] >= after, WITHIN)
        await _archived(server, var)
        wrote = done[0] * 4
    stack.process.send_signal(signal.SIGKILL)
    stack.process.wait(10)
    await wait_until(lambda: not (var.data / "postmaster.pid").exists(), 30)  # the warden ends the others
    shutil.rmtree(var.data)
    shutil.rmtree(var.files)
    return moment, then, wrote


@asynccontextmanager
async def _writing(office: Caller) -> AsyncIterator[list[int]]:
    """Somebody who writes to every service, round after round."""
    done = [0]
    _, admission = await open_event(office)

    async def write() -> None:
        for n in count(1):
            organisation = (await office.made("/v1/organisations", an_organisation()))["id"]
            await office.made("/v1/registrations", a_registration(admission, organisation_id=organisation))
            counterpart = await office.made("/v1/counterparts", a_counterpart(organisation_id=organisation))
            await office.made("/v1/follow-ups", a_follow_up(counterpart["id"]))
            if n % 10 == 0 or n == 1:
                document = await office.made("/v1/documents", a_document(organisation))
                assert (await sent(office, document["id"], PDF)).is_success
            done[0] = n

    writer = asyncio.create_task(write())
    try:
        yield done
        if writer.done():
            writer.result()
    finally:
        writer.cancel()
        with suppress(asyncio.CancelledError):
            await writer


@asynccontextmanager
async def _bare(var: Var) -> AsyncIterator[Postgres]:
    """PostgreSQL alone, before anything else may write."""
    server = Postgres(var, SecretFiles(var.secrets))
    await server.make()
    process = Process(server.program())
    process.start()
    await process.until_ready(server.ready, 60)
    try:
        yield server
    finally:
        await process.stop(10)


async def _hashes(server: Postgres) -> Hashes:
    """How many rows each table has, and a hash of all of them."""
    found: Hashes = {}
    for group in GROUPS:
        async with await server.connect(group) as database:
            names = await _all(database, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
            for (name,) in names:
                whole = sql.SQL("SELECT t::text FROM {} t ORDER BY 1").format(sql.Identifier(str(name)))
                digest, rows = hashlib.sha256(), 0
                async for (row,) in await database.execute(whole):
                    digest.update(str(row).encode() + b"\n")
                    rows += 1
                found[group, str(name)] = rows, digest.hexdigest()
    return found


async def _dangling(server: Postgres) -> set[Any]:
    async with await server.connect("members") as members:
        there = {id for (id,) in await _all(members, "SELECT id FROM organisation")}
    named: set[Any] = set()
    for group, query in REFERENCES:
        async with await server.connect(group) as database:
            found = {id for (id,) in await _all(database, query)}
            assert found, f"{group} names no organisation"
            named |= found
    return named - there


async def _missing_files(server: Postgres, var: Var) -> set[str]:
    async with await server.connect("members") as members:
        named = {str(id) for (id,) in await _all(members, "SELECT id FROM document_version")}
    assert named, "no document has a file"
    return {id for id in named if not (var.files / "members" / "documents" / id).exists()}


async def _change_a_row(server: Postgres) -> None:
    async with await server.connect("members") as members:
        await members.execute(
            "UPDATE organisation SET version = version + 1 WHERE id = (SELECT id FROM organisation LIMIT 1)"
        )


async def _archived(server: Postgres, var: Var) -> None:
    async with await server.connect() as connection:
        ((name,),) = await _all(connection, "SELECT pg_walfile_name(pg_switch_wal())")
    await wait_until((Shelf.of(var).wal / f"{name}.gz").exists, 60)


async def _all(connection: psycopg.AsyncConnection, query: str) -> list[tuple[Any, ...]]:
    return await (await connection.execute(query.encode())).fetchall()


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(main()) else 1)
