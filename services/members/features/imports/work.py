"""The job of an import: in slices of seconds, each step a transaction, so that it survives whatever ends a worker."""

import time
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from services.kit.db import now
from services.kit.jobs import AWAITED, task
from services.kit.runtime import Runtime
from services.members.features.imports.reading import read_file
from services.members.features.imports.running import run_portion
from services.members.features.imports.states import WAITS_FOR, expire, forget_lines, locked
from services.members.features.imports.twins import mark_twins
from services.members.features.imports.undoing import undo_portion
from services.members.tables.imports import ImportRow

_SLICE_SECONDS = 4.0
_SWEPT_AT_ONCE = 100


@task("members.imports.work", priority=AWAITED)
async def WORK(runtime: Runtime, *, import_id: str) -> None:  # noqa: N802 - a declared task, no function
    """Do what the import's state says, for a few seconds; then let others have their turn."""
    id, ends = UUID(import_id), time.monotonic() + _SLICE_SECONDS
    while await _step(runtime, id):
        if time.monotonic() > ends:
            async with runtime.database.transaction() as session:
                await WORK.defer(session, lock=f"import:{id}", import_id=import_id)
            return


async def _step(runtime: Runtime, id: UUID) -> bool:
    """One step; False when nothing is left to do."""
    async with runtime.database.transaction() as session:
        row = await session.get(ImportRow, id)
    if row is None:
        return False
    if row.state == "reading":
        return await read_file(runtime, row)
    if row.state in ("checking", "running"):
        if not row.prepared:
            await mark_twins(runtime, row)
            return True
        return await run_portion(runtime, id)
    if row.state == "undoing":
        return await undo_portion(runtime, row)
    if row.state == "cancelled" and row.undo_until is None:
        await _forget(runtime, row)
    return False


async def _forget(runtime: Runtime, row: ImportRow) -> None:
    """A cancelled import that stored nothing keeps nothing."""
    await _forget_content(runtime, row.id)
    if row.stored_as is not None:
        await runtime.files.delete(row.stored_as)


async def _forget_content(runtime: Runtime, id: UUID) -> None:
    """Rows first, so that one whose worker dies on the way is found again."""
    await forget_lines(runtime, id)
    async with runtime.database.transaction() as session:
        row = await locked(session, id)
        if row is not None:
            row.stored_as = row.undo_until = None
            row.forget_samples()


@task("members.imports.sweep", cron="41 * * * *")
async def SWEEP(runtime: Runtime) -> None:  # noqa: N802 - a declared task, no function
    """Forget rows of imports that are over, and files that no import waits for."""
    while await _give_up(runtime):
        pass
    while await _forget_one(runtime):
        pass
    names: list[str] = []
    async for found in runtime.files.list("imports/"):
        if (now() - found.modified_at).total_seconds() > 86_400:
            names.append(found.name)
        if len(names) == _SWEPT_AT_ONCE:
            break
    if not names:
        return
    async with runtime.database.transaction() as session:
        waited_for = set(await session.scalars(select(ImportRow.stored_as).where(ImportRow.stored_as.in_(names))))
    await runtime.files.delete(*(name for name in names if name not in waited_for))


async def _give_up(runtime: Runtime) -> bool:
    """Cancel one import that nobody went on with. Whether there was one."""
    async with runtime.database.transaction() as session:
        waiting = ImportRow.state.in_(("proposed", "checked")), ImportRow.updated_at < now() - WAITS_FOR
        row = await session.scalar(_oldest(ImportRow.updated_at, *waiting))
        if row is None:
            return False
        await expire(session, row)
        # Its rows go in a job, as of any that is cancelled.
        await WORK.defer(session, lock=f"import:{row.id}", import_id=str(row.id))
    return True


async def _forget_one(runtime: Runtime) -> bool:
    """Forget the rows of one import that cannot be taken back any more. Whether there was one."""
    async with runtime.database.transaction() as session:
        row = await session.scalar(
            _oldest(ImportRow.undo_until, ImportRow.undo_until < now(), ImportRow.state != "undoing")
        )
    if row is None:
        return False
    await _forget_content(runtime, row.id)
    return True


def _oldest(by: Any, *which: Any) -> Select[ImportRow]:
    return select(ImportRow).where(*which).order_by(by).limit(1).with_for_update(skip_locked=True)
