"""A scan: every record is indexed, then compared with those of greater ids, in chunks, on several processors.

The job may be broken off at any moment; it goes on after the last chunk that it noted.
"""

import asyncio
import gc
import itertools
import multiprocessing
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, update

from services.kit.auth import Caller
from services.kit.changes import save
from services.kit.db import now
from services.kit.jobs import task
from services.kit.runtime import Runtime
from services.members.features.duplicates.finding import Finder, connect
from services.members.matching import Kind
from services.members.tables.duplicate import DuplicateCandidateRow, DuplicateScanRow
from services.members.tables.organisation import OrganisationRow
from services.members.tables.person import PersonRow

_CHUNK = 1_000
_MOST_PROCESSES = 4
_CHUNKS_BETWEEN_COLLECTIONS = 10
SCOPES = {"organisations": "members:read", "persons": "persons:read"}
_RECORDS: dict[str, type[OrganisationRow] | type[PersonRow]] = {"organisations": OrganisationRow, "persons": PersonRow}
_SCANNER = Caller("service:members", "service")

Step = Literal["indexing", "comparing"]
_finders: dict[Kind, Finder] = {}
"""One for each kind in a process of the pool: it keeps counts and sketches from chunk to chunk."""
_chunks = itertools.count(1)
"""How many chunks this process did."""


@task("members.scan_for_duplicates")
async def scan_for_duplicates(runtime: Runtime, scan_id: str) -> None:
    """Do a scan, or what is left of it."""
    id = UUID(scan_id)
    with _processes(runtime.database.conninfo) as pool:
        for step in ("indexing", "comparing"):
            if await _begin(runtime, id, step):
                await _step(runtime, id, step, pool)
    await _finish(runtime, id)


async def _begin(runtime: Runtime, id: UUID, step: Step) -> bool:
    """Enter a step, from its beginning or where it was left; false when the scan is beyond it, or ended."""
    before = {"indexing": "waiting", "comparing": "indexing"}[step]
    async with runtime.database.transaction() as session:
        scan = await session.get(DuplicateScanRow, id, with_for_update=True)
        if scan is None or scan.state not in (before, step):
            return False
        if scan.state == before:
            await session.execute(_noted(id, state=step, position=None))
    return True


def _noted(id: UUID, **values: Any) -> Any:
    # Progress is no edit: neither the version nor the change log tells of it.
    return update(DuplicateScanRow).where(DuplicateScanRow.id == id).values(**values, updated_at=now())


async def _step(runtime: Runtime, id: UUID, step: Step, pool: ProcessPoolExecutor) -> None:
    """All chunks of a step, as many side by side as there are processes."""
    loop = asyncio.get_running_loop()
    while True:
        async with runtime.database.transaction() as session:
            scan = await session.get_one(DuplicateScanRow, id)
            if scan.state != step:
                return  # cancelled
            chunks = []
            after = scan.position
            for _ in range(_width()):
                ids = list(await session.scalars(_after(scan.resource, after)))
                if ids:
                    chunks.append(ids)
                    after = ids[-1]
        if not chunks:
            return
        kind: Kind = "organisations" if scan.resource == "organisations" else "persons"
        await asyncio.gather(*[loop.run_in_executor(pool, _work, kind, step, ids) for ids in chunks])
        done = DuplicateScanRow.indexed if step == "indexing" else DuplicateScanRow.compared
        async with runtime.database.transaction() as session:
            progress: dict[str, Any] = {"position": after, done.key: done + sum(map(len, chunks))}
            await session.execute(_noted(id, **progress).where(DuplicateScanRow.state == step))


def _after(resource: str, after: UUID | None) -> Select[UUID]:
    row = _RECORDS[resource]
    query = select(row.id).where(row.merged_into.is_(None)).order_by(row.id).limit(_CHUNK)
    return query if after is None else query.where(row.id > after)


async def _finish(runtime: Runtime, id: UUID) -> None:
    async with runtime.database.transaction() as session:
        scan = await session.get(DuplicateScanRow, id, with_for_update=True)
        if scan is None or scan.state != "comparing":
            return
        of_kind: ColumnElement[bool] = DuplicateCandidateRow.resource == scan.resource
        open_pairs = (
            select(func.count())
            .select_from(DuplicateCandidateRow)
            .where(of_kind, DuplicateCandidateRow.status == "open")
        )
        scan.found = await session.scalar(open_pairs) or 0
        scan.state, scan.finished_at, scan.position = "done", now(), None
        await save(session, _SCANNER, "members.duplicate_scan.finished", scan, required_scopes=[SCOPES[scan.resource]])


# -- processes ---------------------------------------------------------------------------------------------------------


def _width() -> int:
    return max(1, min(_MOST_PROCESSES, len(os.sched_getaffinity(0))))


@contextmanager
def _processes(conninfo: str) -> Iterator[ProcessPoolExecutor]:
    """Processes that end with this one, however it ends."""
    pool = ProcessPoolExecutor(
        _width(),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_start,
        initargs=(conninfo, os.getpid()),
    )
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _start(conninfo: str, parent: int) -> None:
    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
    # Records and what is kept of them make no cycles; walking them again and again took a third of the time.
    gc.disable()
    gc.freeze()
    connection = connect(conninfo)
    for kind in ("organisations", "persons"):
        _finders[kind] = Finder(connection, kind)


def _work(kind: Kind, step: Step, ids: list[UUID]) -> int:
    finder = _finders[kind]
    done = finder.index(ids) if step == "indexing" else finder.search(ids, later_only=True)
    if next(_chunks) % _CHUNKS_BETWEEN_COLLECTIONS == 0:
        gc.collect()
    return done
