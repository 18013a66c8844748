"""Uploaded files: copied once, since a file's content never changes, and kept while a backup may need them."""

import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from deploy.backup.shelf import Backup, Shelf
from deploy.backup.wal_file import WANTED
from deploy.local.settings import Var
from deploy.refusal import Refusal
from deploy.terminal import warn

BEING_WRITTEN = "#"
"""The store writes below a name with this sign before a file gets its own."""


def uploads(var: Var, environment: Mapping[str, str]) -> Path | None:
    """The folder of uploaded files; none when they are not on this machine's disk."""
    url = environment.get("FILES_URL") or var.files.as_uri()
    return Path(url2pathname(urlsplit(url).path)) if url.startswith("file:") else None


def mirror(var: Var) -> int:
    """Keep the uploaded files that came since the last time; answers how many there were."""
    live = uploads(var, os.environ)
    if live is None:
        raise Refusal("FILES_URL names no local folder: look after the files where they are.")
    shelf = Shelf.of(var)
    with shelf.held():
        fresh = names(live) - names(shelf.files)
        copy(fresh, live, shelf.files)
    return len(fresh)


def keep_up(var: Var) -> None:
    """Keep new files while a stack runs, so that they are no older than its log; nothing before the first backup."""
    if not (var.archive / WANTED).exists() or uploads(var, os.environ) is None:
        return
    try:
        mirror(var)
    except Refusal:
        pass  # a backup is at work, and does the same
    except OSError as error:
        warn(f"cannot keep uploaded files in {var.backups}: {error.strerror or error}")


def names(folder: Path) -> set[str]:
    """Every file below a folder, by its path there."""
    found = (path for path in folder.rglob("*") if path.is_file() and BEING_WRITTEN not in path.name)
    return {str(path.relative_to(folder)) for path in found}


def copy(wanted: Iterable[str], source: Path, target: Path, copied: Callable[[], None] = lambda: None) -> None:
    """Copy files by name; a crash leaves whole files only. One that is removed meanwhile is left out."""
    for name in wanted:
        goal = target / name
        goal.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = goal.with_name(goal.name + BEING_WRITTEN)
        try:
            shutil.copy2(source / name, fresh)
        except FileNotFoundError:
            continue
        with fresh.open("rb") as written:
            os.fsync(written.fileno())
        fresh.replace(goal)
        copied()


def remove_unneeded(shelf: Shelf, live: set[str], kept: list[Backup]) -> None:
    """Remove files that are gone from the system and that no moment from the oldest kept backup on can name."""
    if not kept:
        return
    listed = set().union(*(shelf.names_of_files(backup) for backup in kept))
    for name in names(shelf.files) - live - listed:
        path = shelf.files / name
        if path.stat().st_mtime < kept[0].started_at.timestamp():  # uploaded before, and gone before
            path.unlink()
