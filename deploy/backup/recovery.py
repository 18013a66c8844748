"""PostgreSQL replaying its archived log up to a moment."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import psycopg

from deploy.backup.moment import Way
from deploy.backup.wal import Archive
from deploy.local.postgres import Postgres
from deploy.local.processes import last_line, run_once
from deploy.local.settings import Var
from deploy.refusal import Refusal

HISTORY_WITHIN = 60.0  # seconds for PostgreSQL to archive a few bytes


class Recovery:
    """A server on a base backup, from its start until it takes writes. Without `to` it replays all there is."""

    def __init__(self, server: Postgres, var: Var, way: Way, to: datetime | None) -> None:
        self._server = server
        self._var = var
        self._way = way
        self._to = to
        self.last: datetime | None = None
        """The last transaction that was replayed."""
        self.timeline = 0
        """What the server goes on in."""

    @asynccontextmanager
    async def running(self, tell: Callable[[str], None]) -> AsyncIterator[psycopg.AsyncConnection]:
        """The recovered server, as superuser; stopped in order at the end."""
        # The socket is ours alone, and the passwords in the data may be older or newer than those we know.
        trusting = self._var.socket / "pg_hba.conf"
        trusting.write_text("local all all trust\n")
        trusting.chmod(0o644)
        settings = {
            "hba_file": str(trusting),
            "restore_command": self._server.wal_command("get", '"%f"', '"%p"'),
            "recovery_target_timeline": str(self._way.timeline),
        }
        if self._to is not None:
            settings["recovery_target_time"] = self._to.isoformat()
            settings["recovery_target_action"] = "promote"
        program = self._server.program(**settings)
        running = asyncio.create_task(run_once(program))
        try:
            connection = await self._until_writable(running, tell)
            async with connection:
                yield connection
            await run_once(self._server.tool("pg_ctl", "stop", "--mode=fast", f"--pgdata={self._var.data}"))
            await running
        finally:
            running.cancel()

    async def until_history_is_kept(self, archive: Archive) -> None:
        """Wait for the file that says where the new timeline branched off."""
        path = archive.directory / f"{self.timeline:08X}.history.gz"
        deadline = asyncio.get_running_loop().time() + HISTORY_WITHIN
        while not path.exists():
            if asyncio.get_running_loop().time() > deadline:
                raise Refusal(f"PostgreSQL does not archive to {archive.directory}: {self._last_words()}")
            await asyncio.sleep(0.1)

    async def _until_writable(
        self, running: asyncio.Task[bool], tell: Callable[[str], None]
    ) -> psycopg.AsyncConnection:
        while not running.done():
            await asyncio.wait({running}, timeout=0.2)
            try:
                connection = await self._server.connect()
            except psycopg.OperationalError:
                continue  # it does not take connections before it has what is consistent
            recovering, self.last, timeline = await self._look(connection)
            if not recovering:
                self.timeline = timeline
                return connection
            await connection.close()
            tell(f"replaying the log, at {self.last:%Y-%m-%d %H:%M:%S}" if self.last else "replaying the log")
        raise Refusal(f"PostgreSQL could not get there: {self._last_words()}")

    async def _look(self, connection: psycopg.AsyncConnection) -> tuple[bool, datetime | None, int]:
        found = await connection.execute("SELECT pg_is_in_recovery(), pg_last_xact_replay_timestamp()")
        row = await found.fetchone()
        assert row is not None
        if row[0]:
            return True, row[1], 0
        found = await connection.execute("SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8)")
        name = await found.fetchone()
        assert name is not None
        return False, row[1], int(name[0], 16)

    def _last_words(self) -> str:
        """Why the server ended, from a log that outlives this directory."""
        log = self._var.logs / "postgres.log"
        kept = self._var.root.parent / "logs" / "restore.log"
        shutil.copyfile(log, kept)
        fatal = [line for line in kept.read_text(errors="replace").splitlines() if "FATAL" in line or "PANIC" in line]
        return f"{fatal[-1].partition(': ')[2].strip()} (see {kept})" if fatal else last_line(kept)
