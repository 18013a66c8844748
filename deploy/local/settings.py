"""What `alliance up` reads from its environment."""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from deploy.local.network import reachable_host, url_at
from deploy.refusal import Refusal

SERVICES = ("members", "events", "liaison")
GROUPS = (*SERVICES, "gateway")
"""Each of these has its own database, and a role that can connect to no other."""


def owner_of(group: str) -> str:
    """The role that owns a group's tables and migrates them; the group's own role cannot change what they are."""
    return f"{group}_owner"


@dataclass(frozen=True)
class Variable:
    """An environment variable that a stack on one machine goes by, as docs/reference/settings.md tells of it."""

    name: str
    kind: str
    default: str | None
    said: str

    def of(self, environment: Mapping[str, str]) -> str | None:
        """What the environment says; its default where it says nothing, or is empty."""
        return environment.get(self.name) or self.default


VAR = Variable("VAR", "text", "var", "The folder of everything a stack keeps; two stacks have two.")
BACKUPS = Variable(
    "BACKUPS",
    "text",
    None,
    "Where `alliance backup` keeps what it takes, and PostgreSQL its write-ahead log; better on another disk. Default: "
    "`backups` in `VAR`.",
)
HOST = Variable("HOST", "text", "127.0.0.1", "Address the gateway listens on; everything else stays on this machine.")
PORT = Variable("PORT", "number", "8000", "The gateway's port; the services take the next three.")
DATABASE_URLS = {
    group: Variable(
        f"DATABASE_URL_{group.upper()}",
        "secret text",
        None,
        f"A PostgreSQL from elsewhere for {group}; without it there is one in the stack's own.",
    )
    for group in GROUPS
}
OWNER_URLS = {
    group: Variable(
        f"DATABASE_OWNER_URL_{group.upper()}",
        "secret text",
        None,
        f"The same database as the role that owns its tables, for migrations. Default: `DATABASE_URL_{group.upper()}`.",
    )
    for group in GROUPS
}
VARIABLES = (VAR, BACKUPS, HOST, PORT, *DATABASE_URLS.values(), *OWNER_URLS.values())

SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 100  # bytes; Linux takes 107, macOS 103


@dataclass(frozen=True)
class Var:
    """The directory that holds everything a stack keeps."""

    root: Path
    backups_elsewhere: Path | None = None

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.root / "postgres"

    @property
    def logs(self) -> Path:
        """One file a process."""
        return self.root / "logs"

    @property
    def files(self) -> Path:
        """What people upload, unless `FILES_URL` names another place; a folder a service."""
        return self.root / "files"

    @property
    def backups(self) -> Path:
        """What `alliance backup` keeps, and the write-ahead log archived since; better on another disk (`BACKUPS`)."""
        return self.backups_elsewhere or self.root / "backups"

    @property
    def archive(self) -> Path:
        """The write-ahead log that PostgreSQL archived."""
        return self.backups / "wal"

    @property
    def restoring(self) -> Path:
        """Where `alliance restore` works until what it makes takes the place of the data."""
        return self.root / "restoring"

    @property
    def secrets(self) -> Path:
        """Readable by its owner only."""
        return self.root / "secrets"

    @property
    def lock(self) -> Path:
        """Held by the one supervisor of this directory."""
        return self.root / "run" / "lock"

    @property
    def state(self) -> Path:
        """What runs now, for `alliance status` and for the next start."""
        return self.root / "run" / "state.json"

    @property
    def socket(self) -> Path:
        """The directory of PostgreSQL's socket: here, or elsewhere when this path is too long for one."""
        near = self.root / "run" / "postgres"
        fits = len(os.fsencode(near / SOCKET_NAME)) <= LONGEST_SOCKET_PATH
        if fits and not set(str(near)) & set(',"'):  # which mean something in a list of directories
            return near
        return Path(tempfile.gettempdir()) / f"alliance-{sha256(os.fsencode(self.root)).hexdigest()[:16]}"

    def make(self) -> None:
        """Make the directories, or refuse when that is not possible."""
        try:
            for directory in (self.root, self.logs, self.lock.parent):
                directory.mkdir(parents=True, exist_ok=True)
            for directory in (self.secrets, self.files):
                directory.mkdir(mode=0o700, exist_ok=True)
                directory.chmod(0o700)
            with tempfile.TemporaryFile(dir=self.root):
                pass
        except OSError as error:
            raise Refusal(f"Cannot write to VAR={self.root}: {error.strerror or error}.") from error


@dataclass(frozen=True)
class LocalSettings:
    """Where the stack listens, where it keeps things, and the databases given from outside."""

    var: Var
    host: str = "127.0.0.1"
    port: int = 8000
    database_urls: Mapping[str, str] = field(default_factory=dict, repr=False)
    owner_urls: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "LocalSettings":
        """Read `VARIABLES`; empty: not given."""
        backups = BACKUPS.of(environment)
        return cls(
            var=Var(
                Path(VAR.of(environment) or "").expanduser().absolute(),
                Path(backups).expanduser().absolute() if backups else None,
            ),
            host=HOST.of(environment) or "",
            port=_port(PORT.of(environment) or ""),
            database_urls=_urls(environment, DATABASE_URLS),
            owner_urls=_urls(environment, OWNER_URLS),
        )

    @property
    def ports(self) -> dict[str, int]:
        """The gateway's port, and the next three for the services."""
        return {"gateway": self.port} | {name: self.port + 1 + place for place, name in enumerate(SERVICES)}

    @property
    def public_url(self) -> str:
        """The gateway as someone on this machine reaches it."""
        return url_at((reachable_host(self.host), self.port))

    @property
    def own_groups(self) -> tuple[str, ...]:
        """The groups whose database is on the PostgreSQL that the stack starts."""
        return tuple(group for group in GROUPS if group not in self.database_urls)


def _urls(environment: Mapping[str, str], variables: Mapping[str, Variable]) -> dict[str, str]:
    given = {group: variable.of(environment) for group, variable in variables.items()}
    for group, url in given.items():
        if url and not url.startswith(("postgresql://", "postgres://")):
            raise Refusal(f"{variables[group].name} must begin with postgresql://.")
    return {group: url for group, url in given.items() if url}


def _port(text: str) -> int:
    highest = 65535 - len(SERVICES)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= highest):
        raise Refusal(f"PORT={text} is not from 1 to {highest} (the services take the next {len(SERVICES)}).")
    return int(text)
