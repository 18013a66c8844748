"""What happens to segments and to what is on lists."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.members.segment import (
    MAX_DEPTH,
    MAX_NODES,
    AttendanceCondition,
    Condition,
    FieldCondition,
    SegmentCreate,
    SegmentEntriesAdded,
    SegmentEntriesRemoved,
    SegmentUpdate,
)
from services.kit.auth import Caller, staff_only
from services.kit.changes import save, save_all
from services.kit.custom.definitions import in_force
from services.kit.db import refused_by
from services.kit.errors import Conflict, Contradiction
from services.kit.etag import IfMatch, held
from services.kit.ids import new_id
from services.kit.patching import patch
from services.members.features.segments.conditions import (
    READ,
    RESOURCES,
    CustomFields,
    Definition,
    Misfit,
    asked_by,
    check_attendance,
    references,
    scopes_of,
    walk,
)
from services.members.features.segments.members import custom_fields
from services.members.features.segments.naming import check_naming, turn
from services.members.features.segments.queries import segments
from services.members.tables.segment import SegmentEntryRow, SegmentRow

SEEN_WITH = ["members:read"]
_CONDITION: TypeAdapter[Any] = TypeAdapter(Condition)


class SegmentInUse(Conflict):
    """Another segment's definition names this one.

    Change that definition first; search for it with `GET /v1/segments`.
    """


class NotAList(Conflict):
    """The segment finds its members by its definition.

    Change the definition, or put records on a segment without one.
    """


async def create(session: AsyncSession, caller: Caller, new: SegmentCreate) -> SegmentRow:
    """Add a segment."""
    staff_only(caller)
    caller.require(READ[new.resource])
    await turn(session)
    row = SegmentRow(id=new_id(), resource=new.resource, names=new.names, references=[])
    await _define(session, caller, row, new.definition, is_new=True)
    await save(session, caller, "members.segment.created", row, required_scopes=SEEN_WITH)
    return row


async def update(
    session: AsyncSession, caller: Caller, id: UUID, change: SegmentUpdate, if_match: IfMatch
) -> SegmentRow:
    """Change a segment's names or definition."""
    staff_only(caller)
    await turn(session)
    row = await held(session, caller, segments, id, if_match)
    patch(row, change, skip=frozenset({"definition"}))
    if "definition" in change.model_fields_set:
        if row.definition is None:
            raise Contradiction.value("/definition", "is_a_list", "A list has no definition; make another segment.")
        await _define(session, caller, row, change.definition, is_new=False)
    else:
        row.settle(one.refers_to_id for one in row.references)
    await save(session, caller, "members.segment.updated", row, required_scopes=SEEN_WITH)
    return row


async def delete(session: AsyncSession, caller: Caller, id: UUID, if_match: IfMatch) -> None:
    """Remove a segment that no other names."""
    staff_only(caller)
    row = await held(session, caller, segments, id, if_match)
    await session.delete(row)
    with refused_by("fk_segment_reference_refers_to_id", SegmentInUse()):
        await save(session, caller, "members.segment.deleted", row, required_scopes=SEEN_WITH)


async def add(session: AsyncSession, caller: Caller, id: UUID, ids: Sequence[UUID]) -> SegmentEntriesAdded:
    """Put records on a list; those on it already stay."""
    row = await _held_list(session, caller, id)
    resource, wanted = RESOURCES[row.resource], list(dict.fromkeys(ids))
    # Held in the order of their ids, so that none is deleted before its entry is stored.
    known = set(
        await session.scalars(
            select(resource.row.id)
            .where(resource.row.id.in_(wanted))
            .order_by(resource.row.id)
            .with_for_update(read=True, key_share=True)
        )
    )
    for n, one in enumerate(ids):
        if one not in known:
            raise Contradiction.value(f"/ids/{n}", "not_found", f"There is no {resource.name} with this id.")
    present = {_record_of(entry) for entry in await _entries(session, row, wanted)}
    fresh = [
        SegmentEntryRow(id=new_id(), segment_id=row.id, **{_column(row): one}) for one in wanted if one not in present
    ]
    session.add_all(fresh)
    await save_all(session, caller, "members.segment_entry.created", fresh, required_scopes=_seen_with(row))
    return SegmentEntriesAdded(added=len(fresh), already=len(wanted) - len(fresh))


async def remove(session: AsyncSession, caller: Caller, id: UUID, ids: Sequence[UUID]) -> SegmentEntriesRemoved:
    """Take records off a list."""
    row = await _held_list(session, caller, id)
    wanted = list(dict.fromkeys(ids))
    gone = await _entries(session, row, wanted)
    for entry in gone:
        await session.delete(entry)
    await save_all(session, caller, "members.segment_entry.deleted", gone, required_scopes=_seen_with(row))
    return SegmentEntriesRemoved(removed=len(gone), absent=len(wanted) - len(gone))


async def _held_list(session: AsyncSession, caller: Caller, id: UUID) -> SegmentRow:
    """The list, held so that two changes of it add up."""
    staff_only(caller)
    row = await held(session, caller, segments, id)
    caller.require(READ[row.resource])
    if row.definition is not None:
        raise NotAList()
    return row


def _column(row: SegmentRow) -> str:
    return "organisation_id" if row.resource == "organisations" else "person_id"


def _record_of(entry: SegmentEntryRow) -> UUID | None:
    return entry.organisation_id or entry.person_id


def _seen_with(row: SegmentRow) -> list[str]:
    return sorted({*SEEN_WITH, READ[row.resource]})


async def _entries(session: AsyncSession, row: SegmentRow, ids: Sequence[UUID]) -> list[SegmentEntryRow]:
    column = getattr(SegmentEntryRow, _column(row))
    return list(
        await session.scalars(select(SegmentEntryRow).where(SegmentEntryRow.segment_id == row.id, column.in_(ids)))
    )


async def _define(session: AsyncSession, caller: Caller, row: SegmentRow, condition: Any, *, is_new: bool) -> None:
    """Give the segment a definition that was found to be sound."""
    named: Mapping[UUID, str] = {}
    if condition is not None:
        definition = Definition(row.id, 0, row.resource, condition)
        _check_size(condition)
        custom = await custom_fields([definition], lambda declared: in_force(session, declared, hold=False))
        _check_fields(definition, custom)
        for scope in sorted(scopes_of(definition, custom)):
            caller.require(scope)
        named = references(condition)
    await check_naming(session, row, condition, named, is_new=is_new)
    row.definition = None if condition is None else _CONDITION.dump_python(condition, mode="json", exclude_unset=True)
    row.settle(named)


def _check_size(condition: Any) -> None:
    for nodes, (_, pointer, depth) in enumerate(walk(condition), 1):
        if depth > MAX_DEPTH:
            raise Contradiction.value(pointer, "too_deep", f"Conditions may be {MAX_DEPTH} deep.")
        if nodes > MAX_NODES:
            raise Contradiction.value(pointer, "too_many", f"A definition holds at most {MAX_NODES} conditions.")


def _check_fields(definition: Definition, custom: CustomFields) -> None:
    for one, pointer, _ in walk(definition.condition):
        try:
            if isinstance(one, FieldCondition):
                asked_by(definition.resource, one, custom)
            elif isinstance(one, AttendanceCondition):
                check_attendance(definition.resource, one.attendance)
        except Misfit as misfit:
            raise Contradiction.value(f"{pointer}/{misfit.name}", misfit.code, misfit.detail) from misfit
