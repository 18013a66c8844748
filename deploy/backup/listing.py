"""What the operator is told about backups."""

from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from deploy.backup.restore import Restored
from deploy.backup.shelf import Backup, Shelf
from deploy.local.settings import Var

MISSING_SHOWN = 5


def line(made: Backup, var: Var) -> str:
    """What was made, in a line."""
    took = (made.finished_at - made.started_at).total_seconds()
    return (
        f"{Shelf.of(var).path(made)}: {_megabytes(made.database_bytes)}, {made.files} files, {took:.1f} s. "
        f"Any moment from {_seconds(made.finished_at)} on can be restored."
    )


def table(var: Var, console: Console) -> None:
    """Every backup, and what the log since takes."""
    shelf = Shelf.of(var)
    rows = Table("backup", "restorable from", "databases", "files", "timeline", box=None, pad_edge=False)
    for one in shelf.backups():
        size = _megabytes(one.database_bytes)
        rows.add_row(one.name, _seconds(one.finished_at), size, str(one.files), str(one.timeline))
    console.print(rows if rows.row_count else f"no backup in {shelf.root}")
    if shelf.wal.exists():
        log = [path.stat() for path in shelf.wal.glob("*.gz")]
        newest = max((one.st_mtime for one in log), default=None)
        until = _seconds(datetime.fromtimestamp(newest, UTC)) if newest else "never"
        console.print(f"log: {_megabytes(sum(one.st_size for one in log))}, last archived {until}")
    for restore in shelf.restores():
        console.print(f"{restore.at:%Y-%m-%d %H:%M:%SZ} restored to {restore.to or 'the newest state'}")


def report(restored: Restored, ledger: Path) -> None:
    """What a restore brought, and what is left to a person."""
    at = _seconds(restored.last) if restored.last else "the backup's end"
    print(f"Restored from {restored.way.base.name}; the last transaction is of {at}.")
    if restored.aside:
        print(f"What was there is in {restored.aside}; delete it once you are content.")
    print(f"{restored.files_back} uploaded files were put back.")
    if restored.files_missing:
        shown = ", ".join(restored.files_missing[:MISSING_SHOWN])
        print(f"{len(restored.files_missing)} files of documents are in no backup: {shown} …")
    if not ledger.exists():
        print(
            "No ledger of erasures: who was forgotten since is back. `alliance erasures reapply FILE` if you have one."
        )
    elif restored.erasures is None:
        print(f"The schema is of another release: after `make up`, run `alliance erasures reapply {ledger}`.")
    else:
        written = datetime.fromtimestamp(ledger.stat().st_mtime, UTC).isoformat(timespec="seconds")
        print(
            f"{restored.erasures} erasures applied again, from a ledger of {written}; later ones are yours to repeat."
        )
    print("Keys, users and consents are as they were then: revoke again what was revoked since (`alliance keys list`).")
    print(f"Start it with `make up VAR={restored.var.root}`, and look at `alliance audit verify`.")


def _seconds(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def _megabytes(count: int) -> str:
    return f"{count / 1_000_000:,.1f} MB"
