"""What people decide about duplicates, and scans they ask for."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.members.duplicate import DismissalCreate, DuplicateScanCreate
from services.kit.auth import Caller, staff_only
from services.kit.changes import save
from services.kit.db import now, refused_by
from services.kit.errors import Conflict
from services.kit.etag import IfMatch, held
from services.kit.ids import new_id
from services.members.features.duplicates.queries import candidates, scans
from services.members.features.duplicates.scanning import SCOPES, scan_for_duplicates
from services.members.tables.duplicate import DuplicateCandidateRow, DuplicateScanRow
from services.members.tables.organisation import OrganisationRow
from services.members.tables.person import PersonRow

WRITES = {"organisations": "members:write", "persons": "persons:write"}


class NotDismissed(Conflict):
    """The candidate was not dismissed.

    There is nothing to take back; look at its status.
    """


class AlreadyMerged(Conflict):
    """The two records were merged.

    Undo the merge first, if they are two after all.
    """


class ScanRunning(Conflict):
    """A scan of these records is running.

    Follow it with `GET /v1/duplicate-scans?state=comparing`, or cancel it.
    """


class ScanEnded(Conflict):
    """The scan has ended.

    Start another with `POST /v1/duplicate-scans`.
    """


async def dismiss(session: AsyncSession, caller: Caller, id: UUID, given: DismissalCreate) -> None:
    """Remember that two records are no duplicates. A second time changes the note at most."""
    row = await _decided(session, caller, id)
    if row.status == "merged":
        raise AlreadyMerged()
    if row.status == "open":
        row.decided_by, row.decided_at = caller.subject, now()
    row.status, row.note = "dismissed", given.note
    await _save(session, caller, "dismissed", row)


async def take_back(session: AsyncSession, caller: Caller, id: UUID, if_match: IfMatch) -> None:
    """Open a dismissed candidate again."""
    row = await _decided(session, caller, id, if_match)
    if row.status != "dismissed":
        raise NotDismissed()
    row.status, row.note, row.decided_by, row.decided_at = "open", None, None, None
    await _save(session, caller, "reopened", row)


async def _decided(
    session: AsyncSession, caller: Caller, id: UUID, if_match: IfMatch | None = None
) -> DuplicateCandidateRow:
    row = await held(session, caller, candidates, id, if_match)
    caller.require(WRITES[row.resource])
    return row


async def _save(session: AsyncSession, caller: Caller, verb: str, row: DuplicateCandidateRow) -> None:
    about = [row.left_id, row.right_id] if row.resource == "organisations" else []
    await save(
        session,
        caller,
        f"members.duplicate_candidate.{verb}",
        row,
        required_scopes=[SCOPES[row.resource]],
        also_about=about,
    )


async def start_scan(session: AsyncSession, caller: Caller, new: DuplicateScanCreate) -> DuplicateScanRow:
    """Ask for a look at all records."""
    staff_only(caller)
    caller.require(WRITES[new.resource])
    table = OrganisationRow if new.resource == "organisations" else PersonRow
    records = await session.scalar(select(func.count()).select_from(table).where(table.merged_into.is_(None)))
    row = DuplicateScanRow(
        id=new_id(), resource=new.resource, state="waiting", records=records or 0, started_by=caller.subject
    )
    with refused_by("uq_duplicate_scan_running", ScanRunning()):
        await save(session, caller, "members.duplicate_scan.created", row, required_scopes=[SCOPES[row.resource]])
    await scan_for_duplicates.defer(session, scan_id=str(row.id))
    return row


async def cancel_scan(session: AsyncSession, caller: Caller, id: UUID) -> None:
    """End a scan; what it found stays. A second time changes nothing."""
    row = await held(session, caller, scans, id)
    caller.require(WRITES[row.resource])
    if row.state == "done":
        raise ScanEnded()
    if row.state != "cancelled":
        row.state, row.finished_at = "cancelled", now()
        await save(session, caller, "members.duplicate_scan.cancelled", row, required_scopes=[SCOPES[row.resource]])
