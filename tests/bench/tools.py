"""The programs that the measurements are made with: Debian's packages, looked for before anything starts."""

import shutil
from typing import Final

PACKAGES: Final = {"wrk": "wrk", "nginx": "nginx-light", "pgbench": "postgresql", "taskset": "util-linux"}
"""Program → the package of Debian that has it."""
_NEEDED: Final = frozenset({"wrk"})
_WITHOUT: Final = {
    "nginx": "no row for it, and the trivial upstream is a Python one",
    "pgbench": "no column for it",
    "taskset": "proxies are not kept to one core, so their figures are not those that are asked for",
}


def found(name: str) -> str | None:
    """Where a program is. Debian keeps nginx where only root's PATH looks."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")


def missing() -> tuple[list[str], list[str]]:
    """A sentence for each missing program: those that nothing works without, and those that cost a column."""
    absent = [name for name in PACKAGES if found(name) is None]
    said = {name: f"{name} is not here (Debian and Ubuntu: apt install {PACKAGES[name]})" for name in absent}
    needed = [f"make bench needs {name}: {said[name]}" for name in absent if name in _NEEDED]
    skipped = [f"{said[name]}: {_WITHOUT[name]}" for name in absent if name not in _NEEDED]
    return needed, skipped


def pinned(core: int | None, command: list[str]) -> list[str]:
    """The command, kept to one core where that can be done."""
    taskset = found("taskset")
    return command if core is None or taskset is None else [taskset, "-c", str(core), *command]
