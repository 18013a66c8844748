"""`alliance restore`: the databases and files of a stack as they were at a moment.

Everything is made and looked at in a directory of its own, and takes the place of the data in the end. What was there
is moved aside and never deleted; a restore that fails or is stopped changes nothing.
"""

import asyncio
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.backup import files
from deploy.backup.manifest import Manifest
from deploy.backup.moment import Way, timeline_at, way_to
from deploy.backup.recovery import Recovery
from deploy.backup.shelf import Restore, Shelf, label
from deploy.backup.wal import Archive, Ended
from deploy.local import state
from deploy.local.postgres import SUPERUSER, Postgres
from deploy.local.secret_files import SecretFiles
from deploy.local.settings import LocalSettings, Var
from deploy.local.unprivileged import make_passable
from deploy.refusal import Refusal

UNARCHIVED = 100_000  # transactions; far more than a minute's worth, which is what may be written and not archived

_PASS_OVER = sql.SQL("DO $$ BEGIN FOR i IN 1..{} LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$")


@dataclass(frozen=True)
class Restored:
    """What was done, for the operator."""

    way: Way
    last: datetime | None
    """The last transaction that is in it."""
    var: Var
    aside: Path | None
    """Where the data is that was there before."""
    files_back: int
    files_missing: list[str]
    erasures: int | None
    """How many were applied again; none where that has to be done by hand."""


async def restore(
    settings: LocalSettings, to: datetime | None, into: Path | None, ledger: Path | None, console: Console
) -> Restored:
    """Restore in place, or `into` another directory, from the backups of `VAR`."""
    asked_at, shelf, archive = datetime.now(UTC), Shelf.of(settings.var), Archive(settings.var.archive)
    target = Var(into) if into else settings.var
    if into and target.root.exists() and any(target.root.iterdir()):
        raise Refusal(f"{target.root} is not empty: name another directory, or leave --into out.")
    if not shelf.bases.exists():
        raise Refusal(f"There is no backup in {shelf.root}.")
    if not into and state.is_held(target):
        raise Refusal(f"The stack in VAR={target.root} is up: stop it first, or restore --into another directory.")
    target.make()
    with state.hold(target), shelf.held():
        if not into:
            Postgres(target, SecretFiles(target.secrets), archiving=False).stop_leftover()
            archive.save_tail(target.data)
            if (
                live := files.uploads(target, os.environ)
            ) and live.exists():  # before a sweep removes what no row names then
                files.copy(files.names(live) - files.names(shelf.files), live, shelf.files)
        way = way_to(to, shelf, archive)
        with Progress(
            TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console, transient=True
        ) as progress:
            work = _Work(settings, target, into is None, shelf, archive, way, progress)
            try:
                return await work.run(to, asked_at, ledger)
            finally:
                for left in (target.restoring, Var(target.restoring).socket):
                    shutil.rmtree(left, ignore_errors=True)


class _Work:
    def __init__(
        self,
        settings: LocalSettings,
        target: Var,
        in_place: bool,
        shelf: Shelf,
        archive: Archive,
        way: Way,
        progress: Progress,
    ) -> None:
        self._settings = settings
        self._target = target
        self._in_place = in_place
        self._shelf = shelf
        self._archive = archive
        self._way = way
        self._progress = progress
        self._scratch = Var(target.restoring, shelf.root)
        self._secrets = SecretFiles(target.secrets)

    async def run(self, to: datetime | None, asked_at: datetime, ledger: Path | None) -> Restored:
        end = self._check_reaches(to)
        server = await self._lay_out()
        recovery = Recovery(server, self._scratch, self._way, None if end is None or to == end.at else to)
        task = self._progress.add_task("replaying the log", total=None)
        async with recovery.running(lambda text: self._progress.update(task, description=text)) as connection:
            last = recovery.last
            await self._adopt_secrets(connection)
            await self._pass_over(connection, end)
            self._progress.update(task, description="putting files back")
            back = await asyncio.to_thread(self._put_files_back)
            missing = await self._missing_files()
            self._progress.update(task, description="applying erasures")
            erasures = await asyncio.to_thread(self._reapply, ledger or self._shelf.ledger)
            if self._in_place:
                await recovery.until_history_is_kept(self._archive)
        aside = self._take_place(asked_at)
        if self._in_place:
            self._note(asked_at, to, recovery.timeline)
        return Restored(self._way, last, self._target, aside, back, missing, erasures)

    def _check_reaches(self, to: datetime | None) -> Ended | None:
        """The log's last transaction; refuses a moment behind it, and a log with a hole."""
        base, lineage = self._way.base, self._way.lineage
        if gap := self._archive.gap(base.start_lsn, lineage):
            raise Refusal(f"{gap} is missing in {self._archive.directory}: the log cannot be followed beyond it.")
        waldump = Postgres(self._target, self._secrets, archiving=False).binary("pg_waldump")
        end = self._archive.last_end(base.start_lsn, lineage, waldump)
        if to is not None and (end is None or to > end.at):
            known = end.at if end else base.finished_at
            raise Refusal(
                f"The last record that was archived is of {known.isoformat()}: leave --to out for the state at its end."
            )
        return end

    async def _lay_out(self) -> Postgres:
        """A copy of the base backup, checked, with what its server needs to start."""
        scratch, base = self._scratch, self._shelf.path(self._way.base)
        shutil.rmtree(scratch.root, ignore_errors=True)
        scratch.make()
        scratch.root.chmod(0o711)
        task = self._progress.add_task("copying the backup", total=self._way.base.database_bytes)

        def copy(source: str, goal: str) -> str:
            self._progress.advance(task, Path(source).stat().st_size)
            return shutil.copy2(source, goal)

        await asyncio.to_thread(shutil.copytree, base / "data", scratch.data, copy_function=copy)
        shutil.copytree(base / "secrets", scratch.secrets, dirs_exist_ok=True)
        server = Postgres(scratch, SecretFiles(scratch.secrets), archiving=self._in_place)
        if await server.make():
            raise Refusal(f"{base} holds no data directory.")
        (scratch.data / "recovery.signal").touch(mode=0o600)
        if server.user:  # the backup may come from another machine, where its user had another number
            make_passable(self._archive.directory, server.user)
            archived = (self._archive.directory, *self._archive.directory.iterdir())
            for path in (*archived, scratch.data, *scratch.data.rglob("*")):
                os.chown(path, server.user.pw_uid, server.user.pw_gid)
        self._progress.update(task, description="checking the copy", completed=0)
        manifest = Manifest.read(scratch.data)
        await asyncio.to_thread(manifest.check, lambda size: self._progress.advance(task, size))
        self._progress.remove_task(task)
        return server

    async def _adopt_secrets(self, connection: psycopg.AsyncConnection) -> None:
        """Secrets that are there stay; the others come from the backup. The superuser's password is made to match."""
        for path in self._scratch.secrets.iterdir():
            if not self._secrets.path(path.name).exists():
                self._secrets.write(path.name, path.read_text().strip())
        password = sql.Literal(self._secrets.database_password(SUPERUSER))
        await connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(SUPERUSER), password))
        await self._server().provide(self._way.base.groups)

    async def _pass_over(self, connection: psycopg.AsyncConnection, end: Ended | None) -> None:
        """Use up the transaction numbers of what was undone: who reads the feed of changes goes on behind them, and
        would never see a change that got one of them anew."""
        row = await (await connection.execute("SELECT pg_current_xact_id()::text::bigint")).fetchone()
        assert row is not None
        undone = _behind(end.transaction, int(row[0])) if end else 0
        await connection.execute("SET synchronous_commit = off")
        await connection.execute(_PASS_OVER.format(sql.Literal(max(undone, 0) + UNARCHIVED)))

    def _server(self) -> Postgres:
        """The recovered server, with the secrets that will be its own."""
        return Postgres(self._scratch, self._secrets, archiving=self._in_place)

    def _put_files_back(self) -> int:
        live = self._live_files()
        if live is None:
            return 0
        missing = files.names(self._shelf.files) - files.names(live) if self._shelf.files.exists() else set()
        files.copy(missing, self._shelf.files, live)
        return len(missing)

    def _live_files(self) -> Path | None:
        return files.uploads(self._target, os.environ) if self._in_place else self._target.files

    async def _missing_files(self) -> list[str]:
        """The documents' files that rows name and nobody has."""
        live = self._live_files()
        if live is None or "members" not in self._way.base.groups:
            return []
        async with await self._server().connect("members") as members:
            found = await (await members.execute("SELECT to_regclass('document_version')")).fetchone()
            if found is None or found[0] is None:
                return []
            rows = await (await members.execute("SELECT id FROM document_version")).fetchall()
        return [str(id) for (id,) in rows if not (live / "members" / "documents" / str(id)).exists()]

    def _reapply(self, ledger: Path) -> int | None:
        """Forget again whom the ledger names, where the tables are those of this release."""
        from deploy.databases import PACKAGES, is_current

        if "members" not in self._way.base.groups or not ledger.exists():
            return 0
        server = self._server()
        if not is_current(PACKAGES["members"], server.owner_url("members")):
            return None

        from deploy.erasures import reapply  # and with it the whole of members

        return reapply(server.url("members"), ledger)

    def _take_place(self, asked_at: datetime) -> Path | None:
        aside = None
        if self._target.data.exists():
            aside = self._target.data.with_name(f"{self._target.data.name}.before-{label(asked_at)}")
            self._target.data.rename(aside)
        try:
            self._scratch.data.rename(self._target.data)
        except OSError:
            if aside:
                aside.rename(self._target.data)
            raise
        return aside

    def _note(self, asked_at: datetime, to: datetime | None, timeline: int) -> None:
        before = timeline_at(None, self._shelf.backups(), self._shelf.restores())
        self._shelf.note(Restore(at=asked_at, before=before, timeline=timeline, to=to, base=self._way.base.name))


def _behind(transaction: int, here: int) -> int:
    """How far a transaction's number is ahead of another; the log has the low 32 bits only."""
    half = 1 << 31
    return (transaction - here + half) % (2 * half) - half
