"""Jobs of workers that died, given to the ones that live.

Every worker looks, beside its jobs and not as one of them: a job would wait for its turn behind whatever piled up, and
for a slot while long ones hold all.
"""

import asyncio

import psycopg
import structlog
from procrastinate.exceptions import ProcrastinateException, UniqueViolation
from procrastinate.jobs import Job, Status
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from services.kit.jobs import STALLED_AFTER
from services.kit.runtime import Runtime

_LOOK_SECONDS = 5.0
_LOST = (ProcrastinateException, SQLAlchemyError, psycopg.Error, OSError)
_ALONE = text("SELECT pg_try_advisory_xact_lock(hashtextextended('rescue', 0))")

log = structlog.get_logger(__name__)


async def keep_rescuing(runtime: Runtime) -> None:
    """Look every few seconds until cancelled; a lost database is waited for."""
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        try:
            await rescue(runtime)
        except _LOST as error:
            log.warning("rescue_waits", reason=type(error).__name__)


async def rescue(runtime: Runtime) -> None:
    """Give out anew what workers held that show no sign of life."""
    async with runtime.database.transaction() as session:
        # One worker at a time: of two that found a job, the later one would give it out while it runs again.
        if not await session.scalar(_ALONE):
            return
        for job in await runtime.jobs.app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER):
            try:
                await _give_out(runtime, job)
            except _LOST as error:  # the others are given out nevertheless
                log.warning("stalled_job_left", task=job.task_name, job=job.id, reason=type(error).__name__)


async def _give_out(runtime: Runtime, job: Job) -> None:
    manager = runtime.jobs.app.job_manager
    try:
        await manager.retry_job(job)
    except UniqueViolation:
        # One of a periodic task, and the next one waits already: it does what this one was to do.
        await manager.finish_job(job, Status.FAILED, delete_job=True)
        log.info("stalled_job_succeeded_by_next", task=job.task_name, job=job.id)
    else:
        log.warning("stalled_job_rescued", task=job.task_name, job=job.id)
