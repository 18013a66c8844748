"""Roles follow a merge: where a person holds the same role twice afterwards, the two become one."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.kit.auth import Caller
from services.kit.changes import save
from services.kit.db import refused_by
from services.members.features.affiliations.actions import PrimaryTaken
from services.members.tables.affiliation import AffiliationRow

Side = Literal["organisation_id", "person_id"]


async def move_affiliations(session: AsyncSession, caller: Caller, side: Side, winner_id: UUID, loser_id: UUID) -> None:
    """Move the loser's roles to the winner."""
    column = AffiliationRow.organisation_id if side == "organisation_id" else AffiliationRow.person_id
    found = await session.scalars(
        select(AffiliationRow).where(column.in_([winner_id, loser_id])).order_by(AffiliationRow.id).with_for_update()
    )
    rows = list(found)
    if side == "person_id":
        _one_primary(rows, winner_id)
    same_role: dict[tuple[UUID, str], list[AffiliationRow]] = defaultdict(list)
    for row in rows:
        other = row.person_id if side == "organisation_id" else row.organisation_id
        same_role[other, row.title].append(row)
    for held in same_role.values():
        for together in _overlapping(held):
            await _unite(session, caller, side, winner_id, loser_id, together)


def _first(row: AffiliationRow) -> date:
    return row.starts_on or date.min


def _last(row: AffiliationRow) -> date:
    return row.ends_on or date.max


def _one_primary(rows: Sequence[AffiliationRow], winner_id: UUID) -> None:
    """On days when both records of a person have a primary role, the winner's stays it."""
    stay = [row for row in rows if row.primary and row.person_id == winner_id]
    for row in rows:
        if row.primary and row.person_id != winner_id:
            row.primary = not any(_first(row) <= _last(one) and _first(one) <= _last(row) for one in stay)


def _overlapping(held: Sequence[AffiliationRow]) -> list[list[AffiliationRow]]:
    """One person's times in a role, in groups that overlap."""
    groups: list[list[AffiliationRow]] = []
    until = date.min
    for row in sorted(held, key=_first):
        if groups and _first(row) <= until:
            groups[-1].append(row)
        else:
            groups.append([row])
        until = max(until, _last(row))
    return groups


async def _unite(
    session: AsyncSession,
    caller: Caller,
    side: Side,
    winner_id: UUID,
    loser_id: UUID,
    together: Sequence[AffiliationRow],
) -> None:
    """Keep one of the group, the winner's when it has one, for all the days of the group."""
    kept = next((row for row in together if getattr(row, side) == winner_id), together[0])
    about = [winner_id, loser_id] if side == "organisation_id" else []
    primary = any(row.primary for row in together)
    # Before the one that is kept grows, so that they never overlap.
    for row in together:
        if row is not kept:
            await session.delete(row)
            await _tell(session, caller, "deleted", row, about)
    starts, ends = [row.starts_on for row in together], [row.ends_on for row in together]
    kept.starts_on = None if None in starts else min(day for day in starts if day is not None)
    kept.ends_on = None if None in ends else max(day for day in ends if day is not None)
    setattr(kept, side, winner_id)
    kept.primary = False
    kept.settle()
    if primary:  # on the days that are new to it, another organisation may have the person's primary role
        await kept.settle_primary(session)
    # Another primary role that is only just becoming the winner's is not seen by that.
    with refused_by("ex_affiliation_primary", PrimaryTaken()):
        await _tell(session, caller, "updated", kept, about)


async def _tell(session: AsyncSession, caller: Caller, verb: str, row: AffiliationRow, about: Sequence[UUID]) -> None:
    type_ = f"members.affiliation.{verb}"
    await save(session, caller, type_, row, required_scopes=["persons:read"], also_about=about)
