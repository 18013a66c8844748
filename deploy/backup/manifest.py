"""Whether a base backup is as PostgreSQL sent it: each file against the manifest that came along.

This is what `pg_verifybackup` does; the one in the wheel of PostgreSQL 18.4 crashes, with `--version` even.
"""

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.refusal import Refusal

NAME = "backup_manifest"
CHECKSUMS = "SHA256"
_NOT_LISTED = {NAME, "recovery.signal"}
_LOG = "pg_wal"  # comes beside the data, and has checksums of its own


@dataclass(frozen=True)
class Manifest:
    """What a base backup consists of."""

    directory: Path
    files: dict[str, tuple[int, str]]
    """Path below the directory → bytes and SHA-256."""
    timeline: int
    start_lsn: str
    end_lsn: str

    @classmethod
    def read(cls, directory: Path) -> "Manifest":
        """Read the manifest of a data directory; refuses one that was changed."""
        path = directory / NAME
        try:
            content = path.read_bytes()
            told = json.loads(content)
            before = content[: content.rindex(b'"Manifest-Checksum"')]
        except (OSError, ValueError) as error:
            raise Refusal(f"{path} is no manifest of a backup: {error}.") from error
        if hashlib.sha256(before).hexdigest() != told["Manifest-Checksum"]:
            raise Refusal(f"{path} is not as it was written.")
        ranges = told["WAL-Ranges"]
        return cls(
            directory=directory,
            files={_path(file): (file["Size"], file["Checksum"]) for file in told["Files"]},
            timeline=ranges[-1]["Timeline"],
            start_lsn=ranges[0]["Start-LSN"],
            end_lsn=ranges[-1]["End-LSN"],
        )

    @property
    def size(self) -> int:
        """All files together, in bytes."""
        return sum(size for size, _ in self.files.values())

    def check(self, checked: Callable[[int], None]) -> None:
        """Refuse at the first file that is missing, changed, or not PostgreSQL's."""
        for name, (size, checksum) in self.files.items():
            path = self.directory / name
            if not path.is_file():
                raise Refusal(f"{path} is missing.")
            if path.stat().st_size != size or _sha256(path) != checksum:
                raise Refusal(f"{path} is not as it was written.")
            checked(size)
        for folder, _, names in os.walk(self.directory):
            below = Path(folder).relative_to(self.directory)
            if below.parts[:1] == (_LOG,):
                continue
            for name in names:
                if str(below / name) not in self.files and name not in _NOT_LISTED:
                    raise Refusal(f"{Path(folder) / name} is no part of the backup.")


def _path(file: dict[str, Any]) -> str:
    return os.fsdecode(bytes.fromhex(file["Encoded-Path"])) if "Encoded-Path" in file else str(file["Path"])


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
