"""Taking back: what an import made goes, what it changed is as it was, unless somebody has changed it since."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.clients.liaison import LiaisonClient
from services.contracts.members.affiliation import AffiliationUpdate
from services.contracts.members.organisation import OrganisationUpdate
from services.contracts.members.person import PersonUpdate
from services.kit.auth import Caller
from services.kit.errors import NotFound, PreconditionFailed, Problem
from services.kit.etag import IfMatch
from services.kit.http import MayNotCall
from services.kit.names import display_name
from services.kit.runtime import Runtime
from services.members.features.affiliations import actions as affiliations
from services.members.features.imports.changing import LAGGING
from services.members.features.imports.counterparts import take_back
from services.members.features.imports.states import BARRED, caller_of, finish, locked
from services.members.features.organisations import actions as organisations
from services.members.features.persons import actions as persons
from services.members.tables.imports import ImportLineRow, ImportRow
from services.members.tables.organisation import OrganisationRow
from services.members.tables.person import PersonRow

_PORTION = 200
_TELL = text("UPDATE import_line SET undo = :undo, name = :name WHERE import_id = :id AND number = :number")


async def undo_portion(runtime: Runtime, row: ImportRow) -> bool:
    """Take back the next rows, the last ones first. Whether there is more to do."""
    if row.resource == "counterparts":
        return await _undo_at_liaison(runtime, row)
    return await _undo_here(runtime, row.id)


async def _undo_at_liaison(runtime: Runtime, row: ImportRow) -> bool:
    """As below, with the calls to liaison outside of a transaction; said again after a crash they do nothing twice."""
    async with runtime.database.transaction() as session:
        lines = await _next_lines(session, row)
    liaison = runtime.peer(LiaisonClient)
    refused: dict[int, str | None] | None
    try:
        refused = {line.number: await take_back(liaison, line, caller_of(row).subject) for line in lines}
    except MayNotCall:
        refused = None
    async with runtime.database.transaction() as session:
        held = await locked(session, row.id)
        if held is None or (held.state, held.position) != ("undoing", row.position):
            return held is not None
        if refused is None:  # another may begin it again
            code, detail = BARRED
            await finish(session, held, "done", {"code": code, "detail": detail}, keep=held.undo_until)
            return False
        if not lines:
            await finish(session, held, "undone")
            return False
        told = [
            {"undo": refused[line.number] or "undone", "name": None, "id": row.id, "number": line.number}
            for line in lines
        ]
        held.kept += sum(why is not None for why in refused.values())
        held.undone += sum(why is None for why in refused.values())
        await session.execute(_TELL, told)
        held.position = lines[-1].number
        await session.flush()
    return True


async def _undo_here(runtime: Runtime, id: UUID) -> bool:
    async with runtime.database.transaction() as session:
        row = await locked(session, id)
        if row is None or row.state != "undoing":
            return row is not None
        lines = await _next_lines(session, row)
        if not lines:
            await finish(session, row, "undone")
            return False
        caller = caller_of(row)
        kept = {line.number: await _take_back(session, caller, row.resource, line) for line in lines}
        for line in lines:
            # The role that is to be the primary one again may have waited for one that a row above made so.
            if kept[line.number] == "in_use" and any("before" in made for made in line.besides or ()):
                kept[line.number] = await _take_back(session, caller, row.resource, line)
        told = []
        for line in lines:
            refused = kept[line.number]
            name = await _name(session, row.resource, line) if refused else None
            told.append({"undo": refused or "undone", "name": name, "id": id, "number": line.number})
            row.kept += refused is not None
            row.undone += refused is None
        await session.execute(_TELL, told)
        row.position = lines[-1].number
        await session.flush()
    return True


async def _next_lines(session: AsyncSession, row: ImportRow) -> Sequence[ImportLineRow]:
    query = (
        select(ImportLineRow)
        .where(
            ImportLineRow.import_id == row.id,
            ImportLineRow.number < row.position,
            ImportLineRow.outcome.in_(["created", "updated"]),
            ImportLineRow.record_id.is_not(None),
        )
        .order_by(ImportLineRow.number.desc())
        .limit(_PORTION)
    )
    return (await session.scalars(query)).all()


async def _take_back(session: AsyncSession, caller: Caller, resource: str, line: ImportLineRow) -> str | None:
    """Why a row stays; None when it is taken back, with all that it made."""
    try:
        async with session.begin_nested():
            for made in line.besides or ():
                id, since = UUID(made["id"]), _at(made["version"])
                if "before" in made:
                    change = AffiliationUpdate.model_validate(made["before"])
                    await affiliations.update(session, caller, id, change, since)
                else:
                    await affiliations.delete(session, caller, id, since)
            await _record(session, caller, resource, line)
        return None
    except PreconditionFailed:
        return "changed_since"
    except NotFound:
        return "gone"
    except Problem:
        return "in_use"


async def _record(session: AsyncSession, caller: Caller, resource: str, line: ImportLineRow) -> None:
    assert line.record_id is not None
    since, id = _at(line.record_version), line.record_id
    if line.outcome == "created":
        await (persons if resource == "persons" else organisations).delete(session, caller, id, since)
    elif line.before:
        before = {**line.before}
        lagging = before.pop(LAGGING, None)  # imports of earlier versions did not keep it
        row: PersonRow | OrganisationRow
        if resource == "persons":
            person = PersonUpdate.model_validate(before)
            row = await persons.update(session, caller, id, person, since, lagging=lagging)
        else:
            organisation = OrganisationUpdate.model_validate(before)
            row = await organisations.update(session, caller, id, organisation, since, lagging=lagging)
        await session.flush()
        await _expect(session, line, row.version)


async def _expect(session: AsyncSession, line: ImportLineRow, version: int) -> None:
    """The record is at this version now, as it was before the row: let earlier rows of it, which expect the version
    that they left, know. Where somebody changed it between the rows, they go on expecting another one."""
    further = version - ((line.record_version or 0) - 1)
    earlier = (
        ImportLineRow.import_id == line.import_id,
        ImportLineRow.record_id == line.record_id,
        ImportLineRow.number < line.number,
    )
    moved = update(ImportLineRow).where(*earlier).values(record_version=ImportLineRow.record_version + further)
    await session.execute(moved.execution_options(synchronize_session="fetch"))


def _at(version: int | None) -> IfMatch:
    return IfMatch(frozenset({version or 0}))


async def _name(session: AsyncSession, resource: str, line: ImportLineRow) -> str | None:
    of = PersonRow if resource == "persons" else OrganisationRow
    names = await session.scalar(select(of.names).where(of.id == line.record_id))
    return display_name(names) if names else None
