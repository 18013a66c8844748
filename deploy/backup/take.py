"""`alliance backup`: the local PostgreSQL's databases, the uploaded files and the secrets, while everything runs."""

import asyncio
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from deploy.backup import files, wal_file
from deploy.backup.manifest import CHECKSUMS, Manifest
from deploy.backup.shelf import UNFINISHED, Backup, Shelf, label, write_durably
from deploy.backup.wal import SEGMENT, Archive, position
from deploy.local import state
from deploy.local.postgres import Postgres
from deploy.local.processes import last_line, run_once
from deploy.local.secret_files import SecretFiles
from deploy.local.settings import LocalSettings, Var
from deploy.refusal import Refusal
from deploy.terminal import warn

ARCHIVED_WITHIN = 60.0  # seconds for PostgreSQL to archive a segment that we end


async def backup(settings: LocalSettings, keep: int, console: Console) -> Backup:
    """Make a base backup, take the files after it, and remove what is older than the `keep` newest."""
    var, shelf = settings.var, Shelf.of(settings.var)
    if not settings.own_groups:
        raise Refusal("Every database was given from outside: back those up where they are.")
    if not state.is_held(var):
        raise Refusal(f"No stack runs in VAR={var.root}; start it with `make up`.")
    if others := settings.database_urls:
        warn(f"not in this backup, since DATABASE_URL_… is given: {', '.join(others)}")
    with shelf.held():
        server = Postgres(var, SecretFiles(var.secrets))
        with Progress(
            TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console, transient=True
        ) as progress:
            made = await _make(settings, server, shelf, progress)
        prune(shelf, keep, files.names(live) if (live := files.uploads(var, os.environ)) else set())
        await _until_archived(server, shelf, made)
    return made


def prune(shelf: Shelf, keep: int, live: set[str]) -> None:
    """Remove all but the newest backups, and then the log and the files that only they needed."""
    backups = shelf.backups()
    for old in backups[:-keep]:
        gone = shelf.path(old).with_name(old.name + UNFINISHED)
        shelf.path(old).rename(gone)
        shutil.rmtree(gone)
    kept = backups[-keep:]
    Archive(shelf.wal).remove_before([one.start_lsn for one in kept])
    files.remove_unneeded(shelf, live, kept)


async def _make(settings: LocalSettings, server: Postgres, shelf: Shelf, progress: Progress) -> Backup:
    started_at = datetime.now(UTC)
    mode = 0o711 if server.user else 0o700
    shelf.bases.mkdir(mode=mode, exist_ok=True)
    shelf.remove_unfinished()
    fresh = shelf.bases / (label(started_at) + UNFINISHED)
    fresh.mkdir(mode=mode)
    try:
        made = await _fill(fresh, settings, server, shelf, progress, started_at)
    except BaseException as error:
        shutil.rmtree(fresh)  # the disk may be full
        if isinstance(error, OSError):
            raise Refusal(f"The backup could not be written: {error}") from error
        raise
    os.chown(fresh, os.geteuid(), os.getegid())
    fresh.rename(shelf.path(made))
    return made


async def _fill(
    fresh: Path, settings: LocalSettings, server: Postgres, shelf: Shelf, progress: Progress, started_at: datetime
) -> Backup:
    var = settings.var
    if server.user:
        os.chown(fresh, server.user.pw_uid, server.user.pw_gid)
    (shelf.wal / wal_file.WANTED).touch()
    async with await server.connect() as connection:
        if await _value(connection, "SHOW archive_mode") != "on":
            raise Refusal("PostgreSQL was started before it could be backed up: stop the stack and start it again.")
        version = str(await _value(connection, "SHOW server_version"))
        manifest = await _copy_databases(server, connection, var, fresh / "data", progress)
        finished_at = await _value(connection, "SELECT clock_timestamp()")

    there: set[str] = set()
    if (live := files.uploads(var, os.environ)) is None:
        warn("uploaded files are not in this backup: FILES_URL names no local folder")
    else:
        there = files.names(live)
        missing = there - files.names(shelf.files)
        task = progress.add_task("copying uploaded files", total=len(missing))
        await asyncio.to_thread(files.copy, missing, live, shelf.files, lambda: progress.advance(task))
    write_durably(fresh / "files.txt", "".join(f"{name}\n" for name in sorted(there)))
    shutil.copytree(var.secrets, fresh / "secrets")
    if "members" in settings.own_groups:
        from deploy.erasures import export  # and with it the whole of members

        await asyncio.to_thread(export, server.url("members"), shelf.ledger)
        shelf.ledger.chmod(0o600)
    made = Backup(
        name=label(started_at),
        started_at=started_at,
        finished_at=finished_at,
        timeline=manifest.timeline,
        start_lsn=manifest.start_lsn,
        end_lsn=manifest.end_lsn,
        server_version=version,
        groups=settings.own_groups,
        database_bytes=manifest.size,
        files=len(there),
    )
    write_durably(fresh / "backup.json", made.model_dump_json(indent=1) + "\n")
    return made


async def _copy_databases(
    server: Postgres, connection: psycopg.AsyncConnection, var: Var, target: Path, progress: Progress
) -> Manifest:
    """`pg_basebackup`, which checks every page on its way, and then what it wrote against its own list."""
    task = progress.add_task("copying databases", total=None)
    words = (f"--pgdata={target}", f"--host={var.socket}", "--username=postgres", "--no-password")
    copying = server.tool(
        "pg_basebackup", *words, "--checkpoint=fast", "--wal-method=stream", f"--manifest-checksums={CHECKSUMS}"
    )
    running = asyncio.create_task(run_once(copying))
    try:
        while not running.done():
            await _show(connection, progress, task)
            await asyncio.wait({running}, timeout=0.2)
        if not await running:
            raise Refusal(f"The databases could not be copied: {last_line(copying.log)}")
    finally:
        if not running.done():
            running.cancel()
            await asyncio.wait({running})
    manifest = Manifest.read(target)
    progress.update(task, description="checking the copy", completed=0, total=manifest.size)
    await asyncio.to_thread(manifest.check, lambda size: progress.advance(task, size))
    progress.remove_task(task)
    return manifest


async def _show(connection: psycopg.AsyncConnection, progress: Progress, task: TaskID) -> None:
    found = await connection.execute("SELECT backup_streamed, backup_total FROM pg_stat_progress_basebackup")
    if row := await found.fetchone():
        progress.update(task, completed=row[0], total=row[1])


async def _until_archived(server: Postgres, shelf: Shelf, made: Backup) -> None:
    """Wait until the log that a restore from this backup begins with is archived, or say that it is not."""
    deadline = asyncio.get_running_loop().time() + ARCHIVED_WITHIN
    async with await server.connect() as connection:
        await connection.execute("SELECT pg_switch_wal()")
        archive = Archive(shelf.wal)
        while archive.gap(made.start_lsn, archive.lineage(made.timeline)) or not _reaches(archive, made):
            if asyncio.get_running_loop().time() > deadline:
                raise Refusal(
                    f"{made.name} is kept, but PostgreSQL does not archive its log, so nothing later can be restored:"
                    " see VAR/logs/postgres.log."
                )
            await asyncio.sleep(0.1)


def _reaches(archive: Archive, made: Backup) -> bool:
    return position(made.end_lsn) // SEGMENT <= max(archive.segments().get(made.timeline, {-1}))


async def _value(connection: psycopg.AsyncConnection, query: str) -> object:
    row = await (await connection.execute(query.encode())).fetchone()
    return row[0] if row else None
