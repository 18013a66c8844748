"""Jobs: work that happens after a commit, in the same PostgreSQL, deferred in the transaction that causes it.

Rolled back: the job never was. Committed: it runs at least once, on any worker, also after a crash; so every task must
be safe to run twice. Tasks are declared with `@task`, get the `Runtime` first, and keep ids, no
personal data, as arguments.
"""

import functools
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec

import procrastinate
from procrastinate import BaseRetryStrategy, JobContext, RetryDecision
from procrastinate.jobs import Job
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.kit.db import Database, now
from services.kit.idempotency import KEPT

if TYPE_CHECKING:
    from services.kit.runtime import Runtime

P = ParamSpec("P")

HEARTBEAT = 2.5
"""Seconds between two signs of life of a worker."""
STALLED_AFTER = 10.0
"""Seconds without one after which a worker's jobs are given to another (`rescue.py`). A worker that only slept then
runs them too, which every task must be safe for."""
AWAITED = 10
"""Priority of jobs that somebody looks on at: they come before what piled up earlier."""
_PORTION = 5_000
FOREVER = 1_000_000
"""Attempts; a fact that must arrive is tried until it does, at most every few minutes."""


class _Patient(BaseRetryStrategy):
    """Try again after 1, 2, 4 … seconds, never longer than two minutes apart."""

    def __init__(self, attempts: int) -> None:
        self._attempts = attempts

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if job.attempts + 1 >= self._attempts:  # those before this one
            return None
        return RetryDecision(retry_in={"seconds": min(120, 2 ** min(job.attempts, 7))})


@dataclass(frozen=True)
class Task(Generic[P]):
    """A declared task. `defer` stores a job in the session's transaction."""

    name: str
    run: "Callable[Concatenate[Runtime, P], Awaitable[None]]"
    attempts: int
    cron: str | None
    priority: int = 0

    async def defer(
        self, session: AsyncSession, *, lock: str | None = None, at: datetime | None = None, **arguments: Any
    ) -> None:
        """Store a job. Jobs with the same `lock` run one after the other, in the order they were deferred."""
        raw = await (await session.connection()).get_raw_connection()
        options: dict[str, Any] = {"connection": raw.driver_connection, "priority": self.priority}
        if lock is not None:
            options["lock"] = lock
        if at is not None:
            options["schedule_at"] = at
        app = _DEFERRING
        await app.configure_task(self.name, allow_unknown=True, **options).defer_async(**arguments)


# Deferring takes the caller's connection, so this app needs none of its own.
_DEFERRING = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=""))


def task(
    name: str, *, attempts: int = FOREVER, cron: str | None = None, priority: int = 0
) -> "Callable[[Callable[Concatenate[Runtime, P], Awaitable[None]]], Task[P]]":
    """Declare a task. With `cron` it also runs by itself (no arguments), on one worker at a time."""

    def declare(run: "Callable[Concatenate[Runtime, P], Awaitable[None]]") -> Task[P]:
        return Task(name, run, attempts, cron, priority)

    return declare


class Jobs:
    """The job queue of one service: what its worker runs."""

    def __init__(self, database: Database, tasks: Sequence[Task[Any]]) -> None:
        self.app = procrastinate.App(
            connector=procrastinate.PsycopgConnector(conninfo=database.conninfo, min_size=1, max_size=6)
        )
        for declared in (*tasks, CLEAN):
            self._register(declared)

    def _register(self, declared: Task[Any]) -> None:
        async def run(context: JobContext, /, **arguments: Any) -> None:
            arguments.pop("timestamp", None)  # what a periodic job gets besides
            runtime: Runtime = context.additional_context["runtime"]
            await declared.run(runtime, **arguments)

        functools.update_wrapper(run, declared.run, assigned=("__module__", "__doc__"), updated=())
        registered = self.app.task(
            name=declared.name,
            pass_context=True,
            retry=_Patient(declared.attempts),
            queueing_lock=declared.name if declared.cron else None,
        )(run)
        if declared.cron is not None:
            self.app.periodic(cron=declared.cron)(registered)  # type: ignore[arg-type] # it takes the timestamp in **arguments


async def _clean(runtime: "Runtime") -> None:
    """Forget idempotency records after 72 hours, others' applied changes after a week, finished jobs after a day."""
    await delete_older(runtime.database, "idempotency", "at", now() - KEPT)
    # The change that is delivered twice is at most one batch old; a week is far beyond that.
    await delete_older(runtime.database, "inbox", "applied_at", now() - timedelta(days=7))
    await runtime.jobs.app.job_manager.delete_old_jobs(nb_hours=24, include_failed=True)


async def delete_older(database: Database, table: str, column: str, before: datetime) -> None:
    """Delete rows in portions, each a transaction of its own, so that no backlog outgrows the statement timeout."""
    # The names are ours, never a caller's.
    portion = text(
        f"DELETE FROM {table} WHERE ctid IN (SELECT ctid FROM {table} WHERE {column} < :before LIMIT {_PORTION})"  # noqa: S608
    )
    while True:
        async with database.transaction() as session:
            deleted = await session.execute(portion, {"before": before})
        if getattr(deleted, "rowcount", 0) < _PORTION:
            return


CLEAN: Task[[]] = Task("kit.clean", _clean, 1, "17 * * * *")
