"""What an import is doing, and in whose name."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.members.imports import ImportState
from services.kit.auth import Caller
from services.kit.changes import save
from services.kit.db import now
from services.kit.runtime import Runtime
from services.members.tables.imports import ImportLineRow, ImportRow

UNDO_FOR = timedelta(days=30)
WAITS_FOR = timedelta(days=7)
"""How long a file that was read is kept for somebody to go on with it."""
_FORGOTTEN_AT_ONCE = 5_000
BARRED = "starter_barred", "Who started it may not call any more."
LAST = 2**31 - 1
"""A number that no row has, from which rows are taken back."""


def begin_anew(row: ImportRow) -> None:
    """Nothing is decided yet."""
    row.position = row.done = row.created = row.updated = row.matched = row.rejected = row.flagged = 0
    row.prepared = False


def caller_of(row: ImportRow) -> Caller:
    """In whose name the import runs, with the scopes held when it was started."""
    kept: dict[str, Any] = row.caller
    return Caller(
        kept["subject"],
        kept["kind"],
        frozenset(kept["scopes"]),
        name=kept.get("name"),
        via=kept.get("via"),
        abroad=kept.get("abroad") is True,  # imports of earlier versions do not say
    )


async def locked(session: AsyncSession, id: UUID) -> ImportRow | None:
    """The import, held until the transaction ends; None when it is gone."""
    query = select(ImportRow).where(ImportRow.id == id).with_for_update()
    row: ImportRow | None = await session.scalar(query.execution_options(populate_existing=True))
    return row


async def forget_lines(runtime: Runtime, id: UUID) -> None:
    """Delete the rows of an import in portions, each a transaction of its own: a file may have 200,000, and statements
    a few seconds."""
    portion = select(ImportLineRow.number).where(ImportLineRow.import_id == id).limit(_FORGOTTEN_AT_ONCE)
    statement = delete(ImportLineRow).where(ImportLineRow.import_id == id, ImportLineRow.number.in_(portion))
    while True:
        async with runtime.database.transaction() as session:
            gone = await session.execute(statement)
        if getattr(gone, "rowcount", 0) < _FORGOTTEN_AT_ONCE:
            return


async def finish(
    session: AsyncSession,
    row: ImportRow,
    state: ImportState,
    problem: dict[str, Any] | None = None,
    *,
    keep: datetime | None = None,
) -> None:
    """End what the import did, and tell of it. It can be taken back for 30 days, or until `keep`."""
    row.state = state
    row.problem = problem
    row.finished_at = now()
    if state == "done":
        row.undo_until = keep or now() + UNDO_FOR
    told = {"checked": "checked", "done": "finished", "failed": "failed", "undone": "taken_back"}[state]
    await save(session, caller_of(row), f"members.import.{told}", row, required_scopes=row.required_scopes)


async def can_be_taken_back(session: AsyncSession, row: ImportRow) -> None:
    """Keep the rows of a cancelled import, whose last ones were stored after all."""
    if row.undo_until is None and row.created + row.updated:
        row.undo_until = now() + UNDO_FOR
        await save(session, caller_of(row), "members.import.cancelled", row, required_scopes=row.required_scopes)


async def expire(session: AsyncSession, row: ImportRow) -> None:
    """End an import that nobody went on with; nothing of it was stored."""
    row.state = "cancelled"
    row.problem = {"code": "expired", "detail": f"Nobody went on with it for {WAITS_FOR.days} days."}
    row.finished_at = now()
    await save(session, caller_of(row), "members.import.cancelled", row, required_scopes=row.required_scopes)
