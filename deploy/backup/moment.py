"""Which backup and which timeline lead to a moment."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from deploy.backup.shelf import Backup, Restore, Shelf
from deploy.backup.wal import Archive, Stretch, position
from deploy.refusal import Refusal

OFFICE = "Asia/Shanghai"  # as the processes have it, unless OFFICE_TIME_ZONE says another


@dataclass(frozen=True)
class Way:
    """How to get to a moment."""

    base: Backup
    lineage: list[Stretch]

    @property
    def timeline(self) -> int:
        """The one to follow."""
        return self.lineage[-1].timeline


def read(text: str) -> datetime:
    """A moment as an operator writes it. Without a zone it could be two, eight hours apart, so it is refused."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(f"--to {text} is no time: write it like 2026-11-28T23:10:00+08:00.") from None
    if at.tzinfo is None:
        office = at.replace(tzinfo=ZoneInfo(os.environ.get("OFFICE_TIME_ZONE") or OFFICE))
        raise Refusal(
            f"--to {text} says no zone: write {office.isoformat()} for the office's time, {at.isoformat()}Z for UTC."
        )
    if at > datetime.now(UTC):
        raise Refusal(f"--to {text} is not yet: leave it out for the newest state.")
    return at


def way_to(to: datetime | None, shelf: Shelf, archive: Archive) -> Way:
    """The newest backup from which what was so at a moment can be reached; without one, the newest state."""
    backups = shelf.backups()
    if not backups:
        raise Refusal(f"There is no backup in {shelf.root}.")
    if to is not None and to < backups[0].finished_at:
        raise Refusal(f"The first backup was complete at {backups[0].finished_at.isoformat()}: nothing before is kept.")
    lineage = archive.lineage(timeline_at(to, backups, shelf.restores()))
    for backup in reversed(backups):
        if (to is None or backup.finished_at <= to) and _leads(backup, lineage):
            return Way(backup, lineage)
    raise Refusal(f"No backup in {shelf.root} leads to timeline {lineage[-1].timeline}, which counted then.")


def timeline_at(to: datetime | None, backups: list[Backup], restores: list[Restore]) -> int:
    """The timeline that counted at a moment: a restore begins another, and what it undid is kept in the one before.

    So a restore that went back too far is undone by asking for a later moment before it.
    """
    if not restores:
        return backups[-1].timeline
    counted = restores[0].before
    for restore in restores:
        if to is None or restore.at <= to:
            counted = restore.timeline
    return counted


def _leads(backup: Backup, lineage: list[Stretch]) -> bool:
    return any(
        stretch.timeline == backup.timeline and (stretch.until is None or position(backup.end_lsn) <= stretch.until)
        for stretch in lineage
    )
