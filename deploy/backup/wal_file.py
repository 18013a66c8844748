"""Puts a file of PostgreSQL's write-ahead log into the archive, and gets it back.

PostgreSQL runs this itself, by path and with nothing but the standard library, once a segment: `put PATH ARCHIVE` is
its `archive_command`, `get NAME PATH ARCHIVE` its `restore_command`.
"""

import gzip
import os
import shutil
import sys
from pathlib import Path

WANTED = "wanted"
"""Stands in the archive once a base backup was begun. Before that nobody needs what is archived, and it is not kept."""

TAIL = ".tail"
"""The end of a timeline whose server is gone: a segment that was never finished."""

PARTIAL = ".partial"
"""What PostgreSQL adds to the last segment of a timeline it leaves. Two restores may leave the same one at two places;
no restore reads it, and refusing the second would stop the archive."""

DAMAGED = 200
"""An exit code above 125 makes PostgreSQL give up; with 1 it would take a damaged segment for the end of the log."""


def put(source: Path, archive: Path, suffix: str = "") -> None:
    """Keep a file; a crash leaves all of it or nothing. What is there already is never overwritten."""
    if not (archive / WANTED).exists():
        return
    kept = archive / f"{source.name}{suffix}.gz"
    passing = suffix or source.suffix == PARTIAL
    if kept.exists() and not passing:
        if not _same(source, kept):
            sys.exit(f"{kept} holds something else: does another server archive to this place?")
        return
    fresh = kept.with_suffix(".new")
    with source.open("rb") as plain, fresh.open("wb") as raw:
        with gzip.GzipFile(filename="", mode="wb", compresslevel=1, fileobj=raw, mtime=0) as packed:
            shutil.copyfileobj(plain, packed, 1 << 20)
        raw.flush()
        os.fsync(raw.fileno())
    fresh.replace(kept)
    _settle(archive)


def get(name: str, target: Path, archive: Path) -> None:
    """Bring a file back; exits with 1 when there is none."""
    for kept in (archive / f"{name}.gz", archive / f"{name}{TAIL}.gz"):
        if kept.exists():
            try:
                with gzip.open(kept) as packed, target.open("wb") as plain:
                    shutil.copyfileobj(packed, plain, 1 << 20)
            except (OSError, EOFError) as error:
                print(f"{kept} is damaged: {error}", file=sys.stderr)
                sys.exit(DAMAGED)
            return
    sys.exit(1)


def _same(source: Path, kept: Path) -> bool:
    with source.open("rb") as plain, gzip.open(kept) as packed:
        while piece := plain.read(1 << 20):
            if packed.read(len(piece)) != piece:
                return False
        return not packed.read(1)


def _settle(directory: Path) -> None:
    """Make the new name last."""
    opened = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["put", source, archive]:
            put(Path(source), Path(archive))
        case ["get", name, target, archive]:
            get(name, Path(target), Path(archive))
        case _:
            sys.exit("usage: put PATH ARCHIVE | get NAME PATH ARCHIVE")
