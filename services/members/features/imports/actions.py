"""What happens to imports; what takes long is a job (`work`)."""

from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.members.imports import (
    Delimiter,
    FileEncoding,
    ImportDefaults,
    ImportResource,
    ImportRunCreate,
    OnInvalid,
)
from services.kit.auth import Caller, staff_only
from services.kit.changes import save
from services.kit.db import now
from services.kit.errors import Conflict, NotFound
from services.kit.etag import held
from services.kit.files import Files
from services.kit.ids import new_id
from services.members.features.import_mappings.queries import import_mappings
from services.members.features.imports.disclosing import private_fields
from services.members.features.imports.fields import is_sensitive
from services.members.features.imports.proposal import applied, check_mapping, marked, waits_for
from services.members.features.imports.queries import SCOPES, WRITING, imports
from services.members.features.imports.receiving import LARGEST_FILE, Received
from services.members.features.imports.states import LAST, UNDO_FOR, begin_anew
from services.members.features.imports.work import WORK
from services.members.features.persons.queries import SENSITIVE_SCOPE
from services.members.tables.imports import ImportMappingRow, ImportRow


class ImportNotReady(Conflict):
    """The import is not in a state that allows this.

    Read it again: its `state` says what it does or waits for.
    """


class NothingToUndo(Conflict):
    """The import stored nothing that can be taken back.

    A rehearsal stores nothing, and after 30 days rows are no longer kept.
    """


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a caller says of a new import."""

    resource: ImportResource
    rehearse: bool
    mapping_id: UUID | None
    on_invalid: OnInvalid | None
    encoding: FileEncoding | None
    delimiter: Delimiter | None
    header_row: int | None
    sheet: str | None


async def create(session: AsyncSession, files: Files, caller: Caller, received: Received, wishes: Wishes) -> ImportRow:
    """Keep a file and have it read. `UnreadableFile` when it was seen to be none; nothing is kept then."""
    if received.unreadable is not None:
        raise received.unreadable
    defaults, on_invalid = ImportDefaults.model_validate({}), wishes.on_invalid
    if wishes.mapping_id is not None:
        mapping = await session.scalar(import_mappings.seen_by(caller).where(ImportMappingRow.id == wishes.mapping_id))
        if mapping is None or mapping.resource != wishes.resource:
            raise NotFound(f"There is no import mapping for {wishes.resource} with this id.")
        defaults, on_invalid = mapping.defaults, on_invalid or mapping.on_invalid  # type: ignore[assignment]
    id = new_id()
    stored_as = f"imports/{id}"
    await files.put(stored_as, received.pieces(), LARGEST_FILE)
    row = ImportRow(
        id=id,
        resource=wishes.resource,
        state="reading",
        rehearsal=wishes.rehearse,
        file_name=received.name,
        file_size=received.size,
        stored_as=stored_as,
        options={
            "name": received.name,
            "encoding": wishes.encoding,
            "delimiter": wishes.delimiter,
            "header_row": wishes.header_row,
            "sheet": wishes.sheet,
        },
        mapping_id=wishes.mapping_id,
        defaults=defaults,
        on_invalid=on_invalid or "leave_out",
        required_scopes=[SCOPES[wishes.resource]],
        created_by=caller.subject,
        caller=_kept(caller),
    )
    await save(session, caller, "members.import.created", row, required_scopes=row.required_scopes)
    await WORK.defer(session, lock=f"import:{id}", import_id=str(id))
    return row


async def run(session: AsyncSession, caller: Caller, id: UUID, wanted: ImportRunCreate) -> ImportRow:
    """Go on with a file that was read: rehearse, or store."""
    row = await _held(session, caller, id)
    if row.state not in ("proposed", "checked"):
        raise ImportNotReady(state=row.state)
    private = await private_fields(session, row.resource)
    columns = row.columns
    if wanted.mapping is not None:
        check_mapping(row.resource, wanted.mapping, [column["column"] for column in columns])
        columns = applied(columns, wanted.mapping, "given")
    row.columns = marked(row.resource, columns, private)
    if (waiting := waits_for(row.resource, row.columns)) is not None:
        raise ImportNotReady(waiting["detail"])
    fields = [column["field"] for column in row.columns]
    if is_sensitive(row.resource, fields, private):
        caller.require(SENSITIVE_SCOPE)
        row.required_scopes = sorted({*row.required_scopes, SENSITIVE_SCOPE})
    row.defaults = wanted.defaults or row.defaults
    row.on_invalid = wanted.on_invalid or row.on_invalid
    row.state = "checking" if wanted.rehearse else "running"
    row.rehearsal = wanted.rehearse
    row.caller = _kept(caller)
    row.problem = None
    row.finished_at = None
    begin_anew(row)
    await save(session, caller, "members.import.started", row, required_scopes=row.required_scopes)
    await WORK.defer(session, lock=f"import:{id}", import_id=str(id))
    return row


async def cancel(session: AsyncSession, caller: Caller, id: UUID) -> ImportRow:
    """Stop. Rows that were stored stay, and can be taken back."""
    row = await _held(session, caller, id)
    if row.state not in ("reading", "proposed", "checking", "checked", "running"):
        raise ImportNotReady(state=row.state)
    if row.state == "running" and row.done:
        row.undo_until = now() + UNDO_FOR
    row.state = "cancelled"
    row.finished_at = now()
    await save(session, caller, "members.import.cancelled", row, required_scopes=row.required_scopes)
    # Its rows go in a job, and its file, where it was not read yet.
    await WORK.defer(session, lock=f"import:{id}", import_id=str(id))
    return row


async def undo(session: AsyncSession, caller: Caller, id: UUID) -> ImportRow:
    """Take back what an import stored."""
    row = await _held(session, caller, id)
    if row.state not in ("done", "cancelled"):
        raise ImportNotReady(state=row.state)
    if row.undo_until is None or row.undo_until < now() or not row.created + row.updated:
        raise NothingToUndo()
    row.state = "undoing"
    row.position = LAST
    row.undone = row.kept = 0
    row.caller = _kept(caller)
    row.finished_at = None
    await save(session, caller, "members.import.undone", row, required_scopes=row.required_scopes)
    await WORK.defer(session, lock=f"import:{id}", import_id=str(id))
    return row


async def _held(session: AsyncSession, caller: Caller, id: UUID) -> ImportRow:
    staff_only(caller)
    row = await held(session, caller, imports, id)
    caller.require(WRITING[row.resource])
    return row


def _kept(caller: Caller) -> dict[str, object]:
    told = asdict(caller)
    return {
        "subject": told["subject"],
        "kind": told["kind"],
        "name": told["name"],
        "via": told["via"],
        "scopes": sorted(caller.scopes),
        "abroad": told["abroad"],
    }
