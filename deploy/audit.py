"""`alliance audit verify`: is each audit log as it was written, and does it still hold what was seen of it before?"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from deploy.databases import PACKAGES, url_of
from deploy.local.settings import LocalSettings
from deploy.refusal import Refusal
from services.kit.audit_check import Head
from services.kit.audit_check import verify as walk


def verify(file: Path | None) -> Iterator[str]:
    """A line for each chain that is whole. Raises `Refusal` with the first bad row of each one that is not.

    The ends of whole chains are kept in `file` (`VAR/audit-heads.json`), and looked for the next time: someone who owns
    the tables could cut the end off and leave a chain that is whole.
    """
    file = file or LocalSettings.read(os.environ).var.root / "audit-heads.json"
    known, faults = _read(file), []
    for group in PACKAGES:
        checked = walk(url_of(group), known.get(group))
        if checked.fault is not None:
            faults.append(f"{group}: {checked.fault} ({checked.rows} rows before it are in order)")
            continue
        if checked.head is not None:
            known[group] = checked.head
        yield f"{group}: {checked.rows} rows in order" + (f", up to {checked.head.hash}" if checked.head else "")
    _write(file, known)
    if faults:
        raise Refusal("; ".join(faults))


def _read(file: Path) -> dict[str, Head]:
    if not file.exists():
        return {}
    try:
        return {group: Head(**head) for group, head in json.loads(file.read_text()).items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise Refusal(f"{file} holds no heads of audit logs: {error}") from error


def _write(file: Path, heads: dict[str, Head]) -> None:
    fresh = file.with_name(file.name + ".new")
    try:
        fresh.write_text(json.dumps({group: asdict(head) for group, head in heads.items()}, indent=1) + "\n")
        fresh.replace(file)
    except OSError as error:
        raise Refusal(f"Cannot write {file}: {error.strerror or error}.") from error
