"""The archived write-ahead log: segments, timelines, and how far it reaches."""

import gzip
import re
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from deploy.backup import wal_file
from deploy.refusal import Refusal

SEGMENT = 16 * 1024 * 1024  # bytes, as `initdb` makes them
_KEPT = re.compile(r"([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})(\.tail)?\.gz")
_OF_SEGMENT = re.compile(r"[0-9A-F]{8}([0-9A-F]{16})\.")
_PLAIN = re.compile(r"[0-9A-F]{24}")
_ENDED = re.compile(r"tx: +(\d+),.* desc: (?:COMMIT|ABORT) (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?) UTC")
_PAGE_HEADER = struct.Struct("=HHIQ")  # magic, flags, timeline, the page's own position


@dataclass(frozen=True)
class Stretch:
    """A timeline as far as a history follows it."""

    timeline: int
    until: int | None
    """The position at which the next one branches off."""


@dataclass(frozen=True)
class Ended:
    """A transaction's end, as the log has it."""

    transaction: int
    at: datetime


@dataclass(frozen=True)
class Archive:
    """The directory that PostgreSQL archives to."""

    directory: Path

    def segments(self) -> dict[int, set[int]]:
        """The numbers of the segments of each timeline."""
        found: dict[int, set[int]] = {}
        for path in self.directory.iterdir() if self.directory.exists() else ():
            if match := _KEPT.fullmatch(path.name):
                found.setdefault(int(match[1], 16), set()).add(_number(match[2] + match[3]))
        return found

    def lineage(self, timeline: int) -> list[Stretch]:
        """The timelines that led to one, oldest first, itself at the end."""
        history = self.directory / f"{timeline:08X}.history.gz"
        stretches = []
        if history.exists():
            lines = gzip.decompress(history.read_bytes()).decode().splitlines()
            fields = [line.split("\t") for line in lines if line.strip() and not line.startswith("#")]
            stretches = [Stretch(int(parent), position(until)) for parent, until, *_ in fields]
        return [*stretches, Stretch(timeline, None)]

    def gap(self, start_lsn: str, lineage: list[Stretch]) -> str | None:
        """The first segment that is missing between a position and the last segment of a lineage."""
        here = self._of(lineage)
        first = position(start_lsn) // SEGMENT
        missing = next(
            (number for number in range(first, max(here, default=first - 1) + 1) if number not in here), None
        )
        return None if missing is None else segment_name(lineage[-1].timeline, missing)

    def last_end(self, start_lsn: str, lineage: list[Stretch], waldump: Path) -> Ended | None:
        """The last transaction that ended in a lineage; none when nothing ended after a position."""
        first = position(start_lsn) // SEGMENT
        for number, timeline in sorted(self._of(lineage).items(), reverse=True):
            if number >= first and (ends := list(self._ends(segment_name(timeline, number), waldump))):
                return ends[-1]
        return None

    def save_tail(self, data: Path) -> None:
        """Keep what a server that is gone wrote and did not archive. Its segments may be unfinished."""
        for path in sorted((data / "pg_wal").glob("*")) if (data / "pg_wal").is_dir() else ():
            kept = (self.directory / f"{path.name}.gz").exists()
            if _PLAIN.fullmatch(path.name) and not kept and _is_written(path):
                wal_file.put(path, self.directory, wal_file.TAIL)
            elif path.name.endswith(".history") and not kept:
                wal_file.put(path, self.directory)

    def remove_before(self, start_lsns: list[str]) -> None:
        """Remove segments that none of the backups that start there needs; histories stay, they are small."""
        oldest = min(position(lsn) // SEGMENT for lsn in start_lsns)
        for path in self.directory.iterdir():
            named = _OF_SEGMENT.match(path.name)  # a segment, its tail, or what PostgreSQL notes about one
            if named and _number(named[1]) < oldest:
                path.unlink()

    def _of(self, lineage: list[Stretch]) -> dict[int, int]:
        """Segment number → the timeline to read it from. One in which a timeline branches off is whole in the later."""
        segments, here = self.segments(), {}
        for stretch in lineage:
            for number in segments.get(stretch.timeline, ()):
                if stretch.until is None or number <= stretch.until // SEGMENT:
                    here[number] = stretch.timeline
        return here

    def _ends(self, name: str, waldump: Path) -> Iterator[Ended]:
        with tempfile.TemporaryDirectory(prefix="alliance-wal-") as folder:
            plain = Path(folder) / name
            try:
                wal_file.get(name, plain, self.directory)
            except SystemExit:
                raise Refusal(f"{name} in {self.directory} is damaged.") from None
            # It ends with an error where the log does, in the middle of a segment.
            command = [str(waldump), "--rmgr=Transaction", str(plain)]
            environment = {"TZ": "UTC", "LC_ALL": "C"}
            said = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        for line in said.stdout.splitlines():
            if match := _ENDED.search(line):
                yield Ended(int(match[1]), datetime.fromisoformat(match[2]).replace(tzinfo=UTC))


def position(lsn: str) -> int:
    """A position in the log as PostgreSQL writes it, as a number of bytes."""
    high, low = lsn.split("/")
    return (int(high, 16) << 32) + int(low, 16)


def segment_name(timeline: int, number: int) -> str:
    """A segment's file."""
    in_one = (1 << 32) // SEGMENT
    return f"{timeline:08X}{number // in_one:08X}{number % in_one:08X}"


def _number(digits: str) -> int:
    return int(digits[:8], 16) * ((1 << 32) // SEGMENT) + int(digits[8:], 16)


def _is_written(path: Path) -> bool:
    """Whether a segment holds what its name says; one that only waits to be used again holds an older one."""
    with path.open("rb") as segment:
        head = segment.read(_PAGE_HEADER.size)
    if len(head) < _PAGE_HEADER.size:
        return False
    _, _, timeline, begins = _PAGE_HEADER.unpack(head)
    return bool(segment_name(timeline, begins // SEGMENT) == path.name)
