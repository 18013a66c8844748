"""Undoing a merge: every row that it changed is as it was, unless somebody has changed it since."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import inspect, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.base import FieldError
from services.kit.auth import Caller, staff_only
from services.kit.changes import save
from services.kit.db import now
from services.kit.errors import Conflict, NotFound
from services.kit.etag import held
from services.kit.jobs import task
from services.kit.names import display_name
from services.kit.runtime import Runtime
from services.members.features.merges.actions import KINDS, RECORDS, SCOPES, UNDO_WITHIN
from services.members.features.merges.dismissals import drop_carried
from services.members.features.merges.following import settle_consents
from services.members.features.merges.hanging import readers_of
from services.members.features.merges.images import Image, plain, restored, rows_by_table
from services.members.features.merges.queries import merges
from services.members.features.organisations import tree
from services.members.tables.duplicate import DuplicateCandidateRow
from services.members.tables.merge import MergeRow
from services.members.tables.person import PersonRow

_TOLD = 100
NO_RECORD: Final = "There is no such merge, or its records are not yours to see."


class UndoTooLate(Conflict):
    """The merge can be undone no more.

    A merge can be undone for 30 days. Make a new record and move what belongs to it.
    """


class ChangedSince(Conflict):
    """Records have changed since the merge.

    `errors` names them. Bring them back to what the merge made of them, or mend the rest by hand.
    """


async def undo(session: AsyncSession, caller: Caller, id: UUID) -> None:
    """Put everything back. A second time changes nothing."""
    staff_only(caller)
    merge = await held(session, caller, merges, id)
    if merge.resource == "persons":
        caller.require("persons:write")
    if merge.undone_at is not None:
        return
    if merge.undo_until < now() or not merge.images:
        raise UndoTooLate()
    if merge.resource == "organisations":
        await tree.hold(session)
    await _check_winner(session, caller, merge)
    rows = await _rows(session, merge.images)
    if changed := [image for image in merge.images if _is_changed(image, rows)]:
        raise ChangedSince(errors=await _told(session, caller, changed[:_TOLD], rows))
    try:
        await _put_back(session, caller, merge, rows)
    except IntegrityError as error:
        # A new record holds what one of these had: a role, a membership's days, an address.
        raise ChangedSince("Another record now holds what one of these had.") from error
    if merge.resource == "persons":
        await settle_consents(session, merge.winner_id, merge.loser_id)
    # As they are now: while they are one, what the loser agreed to is the winner's.
    if len(await _seen(session, caller, merge.resource, [merge.winner_id, merge.loser_id])) < 2:
        raise NotFound(NO_RECORD)
    left, right = sorted((merge.winner_id, merge.loser_id))
    await session.execute(
        update(DuplicateCandidateRow)
        .where(DuplicateCandidateRow.left_id == left, DuplicateCandidateRow.right_id == right)
        .values(status="open", decided_by=None, decided_at=None)
    )
    await drop_carried(session, merge.winner_id, merge.undo_until - UNDO_WITHIN)
    merge.undone_at, merge.undone_by, merge.images, merge.dropped = now(), caller.subject, [], {}
    await save(session, caller, "members.merge.undone", merge, required_scopes=[SCOPES[merge.resource]])


async def _check_winner(session: AsyncSession, caller: Caller, merge: MergeRow) -> None:
    """Raise when the winner was merged away itself: that merge is to be undone first. Holds both records."""
    table: Any = rows_by_table()[KINDS[merge.resource]]
    two = select(table).where(table.id.in_([merge.winner_id, merge.loser_id])).order_by(table.id)
    found = await session.scalars(two.with_for_update(of=table).execution_options(populate_existing=True))
    winner = next((row for row in found if row.id == merge.winner_id), None)
    if winner is not None and not await _seen(session, caller, merge.resource, [winner.id]):
        raise NotFound(NO_RECORD)
    if winner is None or winner.status == "merged":
        said = "is gone" if winner is None else f"was merged into {winner.merged_into}"
        pointer = f"/{KINDS[merge.resource]}/{merge.winner_id}"
        name = _name(winner) or str(merge.winner_id)
        raise ChangedSince(errors=[FieldError(pointer=pointer, code="changed_since", detail=f"{name} {said} since.")])


async def _seen(session: AsyncSession, caller: Caller, resource: str, ids: Sequence[UUID]) -> set[UUID]:
    """Those of these records that the caller may see."""
    records = RECORDS[resource]
    return set(
        await session.scalars(records.seen_by(caller).with_only_columns(records.row.id).where(records.row.id.in_(ids)))
    )


Rows = dict[tuple[str, tuple[Any, ...]], Any]


async def _rows(session: AsyncSession, images: Sequence[Image]) -> Rows:
    """The rows as they are now, locked, table by table in the order of their keys."""
    wanted: dict[str, list[list[Any]]] = {}
    for image in images:
        wanted.setdefault(image["table"], []).append(image["key"])
    found: Rows = {}
    kinds = rows_by_table()
    # The two records first, as everybody who moves what hangs on them.
    for table in sorted(wanted, key=lambda name: (name not in KINDS.values(), name)):
        kind: Any = kinds[table]
        keys = inspect(kind).primary_key
        names = [inspect(kind).get_property_by_column(column).key for column in keys]
        values = [
            tuple(restored(kind, name, one) for name, one in zip(names, key, strict=True)) for key in wanted[table]
        ]
        query = select(kind).where(tuple_(*keys).in_(values)).order_by(*keys).with_for_update(of=kind)
        for row in await session.scalars(query.execution_options(populate_existing=True)):
            found[table, tuple(plain(getattr(row, name)) for name in names)] = row
    return found


def _is_changed(image: Image, rows: Rows) -> bool:
    """Whether something stands in the way of putting a row back."""
    row, after = rows.get((image["table"], tuple(image["key"]))), image["after"]
    if row is None or after is None:
        return (row is None) != (after is None)
    return any(plain(getattr(row, name)) != value for name, value in after.items())


async def _told(session: AsyncSession, caller: Caller, changed: Sequence[Image], rows: Rows) -> list[FieldError]:
    """What stands in the way; by its id what the caller may not read, or of a person who is kept from them."""
    found = [rows.get((image["table"], tuple(image["key"]))) for image in changed]
    seen = await _seen(session, caller, "persons", [id for row in found if (id := _person_of(row)) is not None])
    told = []
    for image, row in zip(changed, found, strict=True):
        readable = row is not None and all(map(caller.holds, readers_of(row))) and _person_of(row) in {None, *seen}
        name = _name(row) if readable else ""
        said = "is gone" if row is None else "was made again" if image["after"] is None else "has changed"
        what = image["table"].replace("_", " ")
        detail = f"The {what} {name or ', '.join(map(str, image['key']))} {said} since."
        told.append(FieldError(pointer=f"/{image['table']}/{image['key'][0]}", code="changed_since", detail=detail))
    return told


def _person_of(row: Any) -> UUID | None:
    """The person whom a row is or is about."""
    id: UUID | None = row.id if isinstance(row, PersonRow) else getattr(row, "person_id", None)
    return id


def _name(row: Any) -> str:
    for field in ("names", "title", "role"):
        if isinstance(texts := getattr(row, field, None), Mapping) and texts:
            return display_name(texts)
    return ""


async def _put_back(session: AsyncSession, caller: Caller, merge: MergeRow, rows: Rows) -> None:
    """In the opposite order; rows that were deleted come last, when there is room for them again."""
    kinds = rows_by_table()
    about = [merge.winner_id, merge.loser_id] if merge.resource == "organisations" else []
    two = (KINDS[merge.resource], merge.winner_id), (KINDS[merge.resource], merge.loser_id)
    for image in reversed(merge.images):
        if image["before"] is None or image["after"] is None:
            continue
        row, kind = rows[image["table"], tuple(image["key"])], kinds[image["table"]]
        for name, value in image["before"].items():
            setattr(row, name, restored(kind, name, value))
        if hasattr(row, "held_identifiers"):
            row.settle()
        verb = "unmerged" if (image["table"], row.id) == two[1] else "updated"
        await _save(session, caller, verb, row, about)
    for image in merge.images:
        if image["after"] is None:
            kind = kinds[image["table"]]
            row = kind(**{name: restored(kind, name, value) for name, value in image["before"].items()})
            session.add(row)
            await _save(session, caller, "created", row, about)


async def _save(session: AsyncSession, caller: Caller, verb: str, row: Any, about: Sequence[UUID]) -> None:
    resource = row.__tablename__
    type_ = f"members.{resource}.{verb}"
    await save(session, caller, type_, row, required_scopes=readers_of(row), also_about=about)


@task("members.forget_merges", attempts=1, cron="41 3 * * *")
async def forget_merges(runtime: Runtime) -> None:
    """Forget what is needed to undo merges that can be undone no more: it holds personal data."""
    async with runtime.database.transaction() as session:
        await session.execute(
            update(MergeRow)
            .where(MergeRow.undo_until < now(), MergeRow.images != [])
            .values(images=[], updated_at=MergeRow.updated_at)
        )
