"""What is kept where below `BACKUPS`.

base/<time>/      a base backup: the data directory, the stack's secrets, `backup.json`, the names of the files then
wal/              the write-ahead log since, compressed; written by PostgreSQL
files/            every uploaded file that some backup may need, once
restores.jsonl    which restores began new timelines
erasures.jsonl    who was forgotten; applied again by a restore
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from deploy.local.settings import Var
from deploy.refusal import Refusal

UNFINISHED = ".new"
_LABEL = "%Y%m%dT%H%M%S.%fZ"


class Backup(BaseModel):
    """A base backup, as `backup.json` tells it."""

    model_config = ConfigDict(frozen=True)

    name: str
    started_at: AwareDatetime
    finished_at: AwareDatetime
    """The first moment it can be restored to."""
    timeline: int
    start_lsn: str
    end_lsn: str
    server_version: str
    groups: tuple[str, ...]
    """Whose databases are in it."""
    database_bytes: int
    files: int


class Restore(BaseModel):
    """A restore in place, after which the log goes on in a timeline of its own."""

    model_config = ConfigDict(frozen=True)

    at: AwareDatetime
    """When it was asked for: until then the timeline before was the one that counted."""
    before: int
    timeline: int
    to: AwareDatetime | None
    base: str


@dataclass(frozen=True)
class Shelf:
    """The directory of backups of one `VAR`."""

    root: Path
    wal: Path

    @classmethod
    def of(cls, var: Var) -> "Shelf":
        """Where a stack's backups are."""
        return cls(var.backups, var.archive)

    @property
    def bases(self) -> Path:
        """One directory a base backup."""
        return self.root / "base"

    @property
    def files(self) -> Path:
        """Uploaded files; one folder a service, as below `FILES_URL`."""
        return self.root / "files"

    @property
    def ledger(self) -> Path:
        """The erasures that were known at the last backup."""
        return self.root / "erasures.jsonl"

    def path(self, backup: Backup) -> Path:
        """Where a base backup is."""
        return self.bases / backup.name

    @contextmanager
    def held(self) -> Iterator[None]:
        """Be the only one who backs up or restores."""
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = (self.root / "lock").open("a")
        except OSError as error:
            raise Refusal(f"Cannot write to {self.root}: {error.strerror or error}.") from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Refusal(f"A backup or restore is at work in {self.root} already.") from None
            yield

    def backups(self) -> list[Backup]:
        """Every finished backup, oldest first."""
        found = sorted(self.bases.glob("*/backup.json")) if self.bases.exists() else []
        return [_read(path) for path in found if not path.parent.name.endswith(UNFINISHED)]

    def age(self) -> timedelta | None:
        """How long ago the last backup was begun; told by names, to be quick."""
        names = [path.parent.name for path in self.bases.glob("*/backup.json")]
        finished = [name for name in names if not name.endswith(UNFINISHED)]
        return datetime.now(UTC) - _moment(max(finished)) if finished else None

    def names_of_files(self, backup: Backup) -> set[str]:
        """The files that were there when a backup was made."""
        return set((self.path(backup) / "files.txt").read_text().splitlines())

    def restores(self) -> list[Restore]:
        """Every restore in place, in order."""
        path = self.root / "restores.jsonl"
        return [Restore.model_validate_json(line) for line in path.read_text().splitlines()] if path.exists() else []

    def note(self, restore: Restore) -> None:
        """Add a restore to those known."""
        lines = [one.model_dump_json() for one in (*self.restores(), restore)]
        write_durably(self.root / "restores.jsonl", "\n".join(lines) + "\n")

    def remove_unfinished(self) -> None:
        """Clear away what an earlier backup left half made or half removed."""
        for left in self.bases.glob(f"*{UNFINISHED}") if self.bases.exists() else ():
            shutil.rmtree(left)


def write_durably(path: Path, text: str) -> None:
    """Write a file; a crash leaves the old one or the new one."""
    fresh = path.with_name(path.name + UNFINISHED)
    with fresh.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def label(at: datetime) -> str:
    """A moment (UTC) as a name, in the order of time."""
    return at.strftime(_LABEL)


def _moment(name: str) -> datetime:
    return datetime.strptime(name, _LABEL).replace(tzinfo=UTC)


def _read(path: Path) -> Backup:
    try:
        return Backup.model_validate_json(path.read_text())
    except (OSError, ValidationError) as error:
        raise Refusal(f"{path} does not describe a backup: {type(error).__name__}.") from error
