"""Forgets what no longer matters: ended sessions, and old counts of sign-in attempts."""

from datetime import timedelta
from typing import Final

from sqlalchemy import delete, or_

from gateway.sessions import throttle
from gateway.tables.session import SessionRow
from services.kit.db import now
from services.kit.jobs import task
from services.kit.runtime import Runtime

_KEPT_FOR: Final = timedelta(days=30)
"""An ended session is kept so long, for whoever looks into how it ended."""


@task("gateway.clean_sessions", attempts=3, cron="23 * * * *")
async def CLEAN_SESSIONS(runtime: Runtime) -> None:  # noqa: N802 - it becomes a task, a constant of the module
    """Delete sessions that ended long ago (their tokens go with them) and old sign-in counts."""
    before = now() - _KEPT_FOR
    async with runtime.database.transaction() as session:
        await session.execute(
            delete(SessionRow).where(or_(SessionRow.expires_at < before, SessionRow.revoked_at < before))
        )
        await throttle.forget_old(session)
