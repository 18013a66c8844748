"""Jobs: deferred with the effect, run at least once, in order where they must be."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import psycopg
import pytest_asyncio
from sqlalchemy import make_url

from services.kit.jobs import CLEAN
from services.kit.rescue import rescue
from tests.kit.conftest import Start, at_work
from tests.kit.live import eventually
from tests.kit.sample import a_book
from tests.kit.toy.books import dawdle, falter, give_up, hurry, label
from tests.wire.api import Api
from tests.wire.postgres import Server

BEGUN = ("begun 1", "begun 2", "begun 3")
"""What a worker was at when it was killed."""
BEHIND = "behind the first"
"""Has the lock of the first of them."""


async def labels(library: Api, text: str) -> int:
    rows = await library.runtime.read("SELECT count(*) FROM label WHERE text = $1", [text])
    found: int = rows[0][0]
    return found


async def test_a_job_runs_when_its_transaction_commits_and_not_before(library: Api) -> None:
    kept, dropped = uuid4().hex, uuid4().hex
    async with at_work(library.runtime):
        async with library.runtime.database.sessions() as session:
            await label.defer(session, text=dropped)
            await session.rollback()
        async with library.runtime.database.sessions() as session:
            await label.defer(session, text=kept)
            await asyncio.sleep(0.5)
            assert await labels(library, kept) == 0
            await session.commit()
        await eventually(lambda: labels(library, kept))
    assert (await labels(library, kept), await labels(library, dropped)) == (1, 0)


async def test_what_somebody_waits_for_comes_before_what_piled_up(library: Api) -> None:
    piled_up, awaited = uuid4().hex, uuid4().hex
    async with library.runtime.database.transaction() as session:
        for _ in range(60):
            await label.defer(session, text=piled_up)
        await hurry.defer(session, text=awaited)
    async with at_work(library.runtime):
        await eventually(lambda: labels(library, awaited))
        assert await labels(library, piled_up) < 30

        async def all_done() -> bool:
            return await labels(library, piled_up) == 60

        await eventually(all_done)


async def test_a_savepoint_rolled_back_takes_its_jobs_along(library: Api) -> None:
    kept, dropped = uuid4().hex, uuid4().hex
    async with library.runtime.database.transaction() as session:
        await label.defer(session, text=kept)
        savepoint = await session.begin_nested()
        await label.defer(session, text=dropped)
        await savepoint.rollback()
    async with at_work(library.runtime):
        await eventually(lambda: labels(library, kept))
    assert await labels(library, dropped) == 0


async def test_a_job_that_fails_is_tried_again(library: Api) -> None:
    text = uuid4().hex
    async with library.runtime.database.transaction() as session:
        await falter.defer(session, text=text)

    async def third_time() -> bool:
        return await labels(library, text) == 3

    async with at_work(library.runtime):
        await eventually(third_time)
        await eventually(lambda: _gone(library, text))


async def test_a_job_that_may_give_up_does(library: Api) -> None:
    text = uuid4().hex
    async with library.runtime.database.transaction() as session:
        await give_up.defer(session, text=text)
    async with at_work(library.runtime):
        await eventually(lambda: _state(library, text, "failed"))
    assert await labels(library, text) == 2


async def _state(library: Api, text: str, state: str) -> bool:
    rows = await library.runtime.read("SELECT status::text FROM procrastinate_jobs WHERE args ->> 'text' = $1", [text])
    return rows == [(state,)]


async def _gone(library: Api, text: str) -> bool:
    return not await library.runtime.read("SELECT 1 FROM procrastinate_jobs WHERE args ->> 'text' = $1", [text])


async def test_jobs_with_one_lock_run_in_their_order_and_others_pass_by(library: Api) -> None:
    mark, stuck = uuid4().hex, uuid4().hex
    async with library.runtime.database.transaction() as session:
        await falter.defer(session, lock=mark, text=f"{mark} 0")
        for n in range(1, 6):
            await label.defer(session, lock=mark, text=f"{mark} {n}")
        await label.defer(session, lock=stuck, text=stuck)

    async def written() -> list[str]:
        rows = await library.runtime.read("SELECT text FROM label WHERE text LIKE $1 || ' %' ORDER BY id", [mark])
        return [row[0] for row in rows]

    async def finished() -> bool:
        return len(await written()) == 8

    async with at_work(library.runtime):
        await eventually(lambda: labels(library, stuck), within=5)
        assert len(await written()) < 8
        await eventually(finished)
    assert await written() == [f"{mark} {n}" for n in (0, 0, 0, 1, 2, 3, 4, 5)]


@asynccontextmanager
async def worker_process(url: str, name: str = "members", **env: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker as it runs in production; killed at the end if it still lives."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.kit.toy.worker",
        name,
        env={**os.environ, "DATABASE_URL": url, **env},
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def left_behind(start: Start) -> str:
    """The name of a database in which a worker was killed while it ran `BEGUN`."""
    async with start() as library:
        url = library.runtime.database.conninfo
        async with library.runtime.database.transaction() as session:
            for text in BEGUN:
                await dawdle.defer(session, lock=f"a lock that dies with {text}", text=text)
            await label.defer(session, lock=f"a lock that dies with {BEGUN[0]}", text=BEHIND)

        async def begun() -> bool:
            return [await labels(library, text) for text in BEGUN] == [1] * len(BEGUN)

        async with worker_process(url) as process:
            await eventually(begun)
            process.send_signal(signal.SIGKILL)
            assert await process.wait() == -signal.SIGKILL
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            # As if the last sign of life lay a minute back.
            await connection.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
    return make_url(url).database or ""


@pytest_asyncio.fixture(loop_scope="session")
async def survivor(start: Start, server: Server, left_behind: str) -> AsyncIterator[Api]:
    """The library, on a database of the test's own in which a worker was killed."""
    url = server.new(left_behind)
    async with start(database_url=url) as library:
        yield library
    server.drop(url)


async def test_the_job_of_a_worker_that_was_killed_is_run_by_another(survivor: Api) -> None:
    assert (await labels(survivor, BEGUN[0]), await labels(survivor, BEHIND)) == (1, 0)
    async with at_work(survivor.runtime):
        await eventually(lambda: labels(survivor, BEHIND), within=30)
    assert await labels(survivor, BEGUN[0]) == 2


async def test_a_job_stays_with_a_worker_that_lives(start: Start) -> None:
    async with start() as library:
        text = uuid4().hex
        async with library.runtime.database.transaction() as session:
            await dawdle.defer(session, text=text)
        async with worker_process(library.runtime.database.conninfo), at_work(library.runtime):
            await eventually(lambda: labels(library, text))
            await rescue(library.runtime)
            assert await _state(library, text, "doing")
            await asyncio.sleep(0.5)
            assert await labels(library, text) == 1


async def test_a_rescue_waits_for_no_slot_and_behind_no_backlog(survivor: Api) -> None:
    holds, piled_up = uuid4().hex, uuid4().hex
    async with survivor.runtime.database.transaction() as session:
        await dawdle.defer(session, text=holds)
        for _ in range(50):
            await label.defer(session, text=piled_up)
    async with at_work(survivor.runtime, concurrency=1):
        await eventually(lambda: labels(survivor, holds))
        assert await _state(survivor, BEGUN[0], "doing")
        await eventually(lambda: _state(survivor, BEGUN[0], "todo"), within=15)
        assert await labels(survivor, piled_up) == 0


async def test_a_stalled_periodic_job_whose_next_one_waits_goes_and_holds_up_no_other(survivor: Api) -> None:
    add = """INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, status, scheduled_at)
        VALUES ('default', 'kit.clean', 'kit.clean', %s, now() + interval '1 day')"""
    async with await psycopg.AsyncConnection.connect(survivor.runtime.database.conninfo, autocommit=True) as connection:
        for status in ("doing", "todo"):
            await connection.execute(add, [status])
        # Written anew, the others stand behind it.
        await connection.execute("UPDATE procrastinate_jobs SET priority = 1 WHERE task_name = 'toy.dawdle'")
        async with survivor.runtime.jobs.app.open_async():
            await rescue(survivor.runtime)
        left = await connection.execute(
            "SELECT task_name, status::text FROM procrastinate_jobs WHERE task_name <> 'toy.label' ORDER BY task_name"
        )
        assert await left.fetchall() == [("kit.clean", "todo"), *[("toy.dawdle", "todo")] * len(BEGUN)]


async def test_workers_that_look_at_once_give_a_job_out_once(survivor: Api) -> None:
    async with survivor.runtime.jobs.app.open_async():
        await asyncio.gather(*(rescue(survivor.runtime) for _ in range(4)))
    rows = await survivor.runtime.read(
        "SELECT status::text, attempts FROM procrastinate_jobs WHERE task_name = 'toy.dawdle'", []
    )
    assert rows == [("todo", 1)] * len(BEGUN)


async def test_a_worker_told_to_stop_finishes_what_it_runs(start: Start) -> None:
    async with start() as library:
        async with library.runtime.database.transaction() as session:
            for n in range(20):
                await label.defer(session, text=f"drained {n}")
        async with worker_process(library.runtime.database.conninfo) as process:
            await eventually(lambda: labels(library, "drained 0"))
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 10) == 0
        rows = await library.runtime.read("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'", [])
        assert rows[0][0] == 0


async def test_old_records_are_cleaned_away(library: Api) -> None:
    key = uuid4().hex
    await library.post("/v1/books", a_book(), headers={"Idempotency-Key": key})
    async with library.runtime.database.transaction() as session:
        connection = await session.connection()
        await connection.exec_driver_sql("UPDATE idempotency SET at = at - interval '73 hours'")
    async with library.runtime.jobs.app.open_async():
        await CLEAN.run(library.runtime)
    assert await library.runtime.read("SELECT 1 FROM idempotency WHERE key = $1", [key]) == []
