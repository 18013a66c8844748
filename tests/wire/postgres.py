"""A PostgreSQL server for the run: `TEST_DATABASE_URL`, or one from the wheel that is thrown away afterwards."""

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from deploy.local.postgres import _binaries
from deploy.local.scratch import scratch_folder
from deploy.local.unprivileged import make_passable, make_readable, unprivileged_user

_SETTINGS = {
    # Tests lose nothing in a crash, so they need not wait for the disk.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "300",
    "jit": "off",
    "autovacuum": "off",  # no database lives long enough to need it
    "listen_addresses": "",
}


@dataclass(frozen=True)
class Server:
    """Makes databases. Every process of a run has one of these for the same server."""

    url: str
    """A superuser's."""
    run: str
    """The databases of a run begin with it."""
    ours: bool
    """Whether it was started for the run and goes with all it holds."""

    def new(self, template: str | None = None) -> str:
        """The address of a fresh database, empty or a copy of another."""
        return self._create(f"{self.run}_{uuid4().hex[:12]}", template)

    def template(self, name: str, fill: Callable[[str], object]) -> str:
        """The name of a database to copy, filled once a run by the process that needs it first."""
        named = f"{self.run}_{name.replace('.', '_')}"
        if named in self._filled:
            return named
        with self.connect() as server:  # its own, whose end gives the lock back
            server.execute("SELECT pg_advisory_lock(hashtext(%s))", [named])
            if not server.execute("SELECT FROM pg_database WHERE datname = %s", [named]).rowcount:
                url = self.new()
                fill(url)
                rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
                server.execute(rename.format(sql.Identifier(make_url(url).database or ""), sql.Identifier(named)))
        self._filled.add(named)
        return named

    def drop(self, url: str) -> None:
        """Remove a database, whoever is connected."""
        self._drop(make_url(url).database or "")

    def clear(self) -> None:
        """Remove every database of the run."""
        found = self._kept.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [self.run])
        for (name,) in found.fetchall():
            self._drop(name)

    def connect(self) -> psycopg.Connection:
        """A superuser's connection, to no database of the run."""
        return psycopg.connect(self.url, autocommit=True)

    def close(self) -> None:
        """End this process's connection."""
        if "_kept" in self.__dict__:
            self._kept.close()

    @cached_property
    def _kept(self) -> psycopg.Connection:
        """A connection for what is asked hundreds of times: a server's process for each costs more than the answer."""
        return self.connect()

    @cached_property
    def _filled(self) -> set[str]:
        """Templates known to be there."""
        return set()

    def _create(self, name: str, template: str | None) -> str:
        words = "CREATE DATABASE {} TEMPLATE {}"
        if self.ours:
            words += " STRATEGY file_copy"  # the cheaper of the two where nobody waits for the disk
        self._kept.execute(sql.SQL(words).format(sql.Identifier(name), sql.Identifier(template or "template1")))
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    def _drop(self, name: str) -> None:
        self._kept.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """The server, and afterwards nothing of the run."""
    run = f"test_{uuid4().hex[:8]}"
    if given := os.environ.get("TEST_DATABASE_URL"):
        url = make_url(given).set(drivername="postgresql")
        server = Server(url.render_as_string(hide_password=False), run, ours=False)
        try:
            yield server
        finally:
            server.clear()
            server.close()
        return
    binaries, user = _binaries(), unprivileged_user()
    with tempfile.TemporaryDirectory(
        prefix="alliance-test-", dir=scratch_folder(), ignore_cleanup_errors=True
    ) as folder:
        data = Path(folder) / "data"
        data.mkdir()
        make_passable(binaries, user)
        make_readable(binaries.parent, user)
        if user is not None:
            os.chown(folder, user.pw_uid, user.pw_gid)
            os.chown(data, user.pw_uid, user.pw_gid)
        account = None if user is None else user.pw_uid
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT, "cwd": folder, "user": account}
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8"]
        initdb = [binaries / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--no-sync", *locale]
        subprocess.run(initdb, check=True, **quiet)  # type: ignore[call-overload]
        options = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
        command = [binaries / "postgres", "-D", data, "-k", folder, *options]
        process = subprocess.Popen(command, **quiet)  # type: ignore[call-overload]
        try:
            url = URL.create("postgresql", username="postgres", database="postgres", query={"host": folder})
            server = Server(url.render_as_string(), run, ours=True)
            _wait(server)
            yield server
        finally:
            server.close()
            process.send_signal(signal.SIGQUIT)  # at once: nobody needs what it holds
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)


def _wait(server: Server) -> None:
    for _ in range(200):
        try:
            server.connect().close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("PostgreSQL did not start")
