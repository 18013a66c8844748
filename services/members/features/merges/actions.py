"""What a merge does, in one transaction: everything of the loser becomes the winner's, and the loser points to it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.members.merge import Merge, MergeCreate
from services.kit.auth import Caller, staff_only
from services.kit.changes import save
from services.kit.db import refused_by
from services.kit.errors import Conflict, Contradiction, NotFound
from services.members.features.affiliations.actions import PrimaryTaken
from services.members.features.merges.hanging import ON_ORGANISATIONS, move
from services.members.features.organisation_relations import actions as relations
from services.members.features.organisations import tree
from services.members.features.organisations.actions import MergedAway
from services.members.tables.affiliation import AffiliationRow
from services.members.tables.membership import MembershipRow
from services.members.tables.organisation import OrganisationIdentifierRow, OrganisationRow


class WinnerArchived(Conflict):
    """The organisation that would stay is archived.

    Restore it first, or let the other one stay.
    """


async def merge(session: AsyncSession, caller: Caller, new: MergeCreate) -> Merge:
    """Merge the loser into the winner."""
    staff_only(caller)
    if new.winner_id == new.loser_id:
        raise Contradiction.value("/loser_id", "same", "An organisation cannot be merged into itself.")
    await tree.hold(session)
    winner, loser = await _both(session, new)
    await tree.take_branches(session, caller, winner, loser)
    # First, so that nothing is left at the loser that refers to it; the lock keeps more from coming.
    affiliations = await _move_affiliations(session, caller, winner, loser)
    memberships = await _move_memberships(session, caller, winner, loser)
    await relations.move(session, caller, winner.id, loser.id)
    await move(session, caller, ON_ORGANISATIONS, winner.id, loser.id)
    identifiers = loser.identifiers
    await session.execute(
        update(OrganisationIdentifierRow)
        .where(OrganisationIdentifierRow.organisation_id == loser.id)
        .values(organisation_id=winner.id)
    )
    scopes = ["members:read"]
    loser.status, loser.merged_into, loser.identifiers = "merged", winner.id, []
    await save(session, caller, "members.organisation.merged", loser, required_scopes=scopes, also_about=[winner.id])
    winner.identifiers = [*winner.identifiers, *identifiers]
    await save(session, caller, "members.organisation.updated", winner, required_scopes=scopes, also_about=[loser.id])
    return Merge(
        winner_id=winner.id,
        loser_id=loser.id,
        affiliations=affiliations,
        memberships=memberships,
        identifiers=len(identifiers),
    )


async def _both(session: AsyncSession, new: MergeCreate) -> tuple[OrganisationRow, OrganisationRow]:
    """The two, locked in the order of their ids so that two merges never wait for one another."""
    found = await session.scalars(
        select(OrganisationRow)
        .where(OrganisationRow.id.in_([new.winner_id, new.loser_id]))
        .order_by(OrganisationRow.id)
        .with_for_update(of=OrganisationRow)
        .execution_options(populate_existing=True)
    )
    rows = {row.id: row for row in found}
    for id in (new.winner_id, new.loser_id):
        if id not in rows:
            raise NotFound(f"There is no organisation with the id {id}.")
        if rows[id].status == "merged":
            raise MergedAway(f"{id} was merged into {rows[id].merged_into} already.")
    if rows[new.winner_id].status == "archived":
        raise WinnerArchived()
    return rows[new.winner_id], rows[new.loser_id]


async def _move_memberships(
    session: AsyncSession, caller: Caller, winner: OrganisationRow, loser: OrganisationRow
) -> int:
    moved = list(
        await session.scalars(
            select(MembershipRow)
            .where(MembershipRow.organisation_id == loser.id)
            .order_by(MembershipRow.id)
            .with_for_update()
        )
    )
    for row in moved:
        row.organisation_id = winner.id
        await save(
            session,
            caller,
            "members.membership.updated",
            row,
            required_scopes=["memberships:read"],
            also_about=[loser.id],
        )
    return len(moved)


async def _move_affiliations(
    session: AsyncSession, caller: Caller, winner: OrganisationRow, loser: OrganisationRow
) -> int:
    """Move the loser's; where a person has the same role at both on the same days, the two become one."""
    rows = await session.scalars(
        select(AffiliationRow)
        .where(AffiliationRow.organisation_id.in_([winner.id, loser.id]))
        .order_by(AffiliationRow.id)
        .with_for_update()
    )
    same_role: dict[tuple[UUID, str], list[AffiliationRow]] = defaultdict(list)
    for row in rows:
        same_role[row.person_id, row.title].append(row)
    count = 0
    for held in same_role.values():
        count += sum(row.organisation_id == loser.id for row in held)
        for together in _overlapping(held):
            await _unite(session, caller, winner, loser, together)
    return count


def _first(row: AffiliationRow) -> date:
    return row.starts_on or date.min


def _last(row: AffiliationRow) -> date:
    return row.ends_on or date.max


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
    winner: OrganisationRow,
    loser: OrganisationRow,
    together: Sequence[AffiliationRow],
) -> None:
    """Keep one of the group, the winner's when it has one, for all the days of the group."""
    kept = next((row for row in together if row.organisation_id == winner.id), together[0])
    # Before the one that is kept grows, so that they never overlap.
    for row in together:
        if row is not kept:
            await session.delete(row)
            await _tell(session, caller, "deleted", row, winner, loser)
    starts, ends = [row.starts_on for row in together], [row.ends_on for row in together]
    kept.starts_on = None if None in starts else min(day for day in starts if day is not None)
    kept.ends_on = None if None in ends else max(day for day in ends if day is not None)
    kept.organisation_id = winner.id
    kept.primary = any(row.primary for row in together)
    kept.settle()
    # On the days that are new to it, another organisation may have the person's primary role.
    with refused_by("ex_affiliation_primary", PrimaryTaken()):
        await _tell(session, caller, "updated", kept, winner, loser)


async def _tell(
    session: AsyncSession,
    caller: Caller,
    verb: str,
    row: AffiliationRow,
    winner: OrganisationRow,
    loser: OrganisationRow,
) -> None:
    await save(
        session,
        caller,
        f"members.affiliation.{verb}",
        row,
        required_scopes=["persons:read"],
        also_about=[winner.id, loser.id],
    )
