"""A PostgreSQL server for the run: `TEST_DATABASE_URL`, or one from the wheel that is thrown away afterwards."""

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from deploy.local.postgres import _binaries
from deploy.local.unprivileged import make_passable, make_readable, unprivileged_user

# Tests lose nothing in a crash, so they need not wait for the disk.
_SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=300", "jit=off")


class Server:
    """Makes databases; `url` is a superuser's. One that is `passing` goes with all its databases."""

    def __init__(self, url: URL, *, passing: bool = False) -> None:
        self._url = url
        self._passing = passing

    def new(self, template: str | None = None) -> str:
        """The address of a fresh database, empty or a copy."""
        name = f"test_{uuid4().hex[:12]}"
        with self._connect() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(template or "template1")
                )
            )
        return self._url.set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is connected."""
        if self._passing:
            return
        with self._connect() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(make_url(url).database or ""))
            )

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(self._url.render_as_string(hide_password=False), autocommit=True)


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """The server."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield Server(make_url(given).set(drivername="postgresql"))
        return
    binaries, user = _binaries(), unprivileged_user()
    with tempfile.TemporaryDirectory(prefix="alliance-test-", ignore_cleanup_errors=True) as folder:
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
        options = [word for setting in _SETTINGS for word in ("-c", setting)]
        command = [binaries / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", *options]
        process = subprocess.Popen(command, **quiet)  # type: ignore[call-overload]
        try:
            url = URL.create("postgresql", username="postgres", database="postgres", query={"host": folder})
            _wait(url)
            yield Server(url, passing=True)
        finally:
            process.send_signal(signal.SIGQUIT)  # at once: nobody needs what it holds
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)


def _wait(url: URL) -> None:
    for _ in range(200):
        try:
            psycopg.connect(url.render_as_string(hide_password=False)).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("PostgreSQL did not start")
