"""What happens to relations between organisations."""

from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.members.organisation_relation import OrganisationRelationCreate, OrganisationRelationUpdate
from services.kit.auth import Caller, staff_only
from services.kit.changes import save
from services.kit.db import refused_by
from services.kit.errors import Conflict, Contradiction
from services.kit.etag import IfMatch, held
from services.kit.patching import patch
from services.members.features.organisation_relations.queries import organisation_relations
from services.members.features.organisations.actions import keep
from services.members.tables.organisation_relation import OrganisationRelationRow

READ = "members:read"


class AlreadyRelated(Conflict):
    """The two organisations have this relation on some of these days already.

    Find it with `GET /v1/organisation-relations?organisation_id=…` and change its dates.
    """


async def create(session: AsyncSession, caller: Caller, new: OrganisationRelationCreate) -> OrganisationRelationRow:
    """Relate two organisations."""
    staff_only(caller)
    if new.from_id == new.to_id:
        raise Contradiction.value("/to_id", "same", "An organisation has no relation to itself.")
    row = OrganisationRelationRow(**new.model_dump())
    _check_dates(row)
    # In one order, so that two requests never wait for one another.
    for id in sorted((new.from_id, new.to_id)):
        await keep(session, caller, id)
    row.settle()
    with refused_by("ex_organisation_relation_once", AlreadyRelated()):
        await save(session, caller, "members.organisation_relation.created", row, required_scopes=[READ])
    return row


async def update(
    session: AsyncSession, caller: Caller, id: UUID, change: OrganisationRelationUpdate, if_match: IfMatch
) -> OrganisationRelationRow:
    """Change the dates of a relation, or the note."""
    staff_only(caller)
    row = await held(session, caller, organisation_relations, id, if_match)
    patch(row, change)
    _check_dates(row)
    with refused_by("ex_organisation_relation_once", AlreadyRelated()):
        await save(session, caller, "members.organisation_relation.updated", row, required_scopes=[READ])
    return row


async def delete(session: AsyncSession, caller: Caller, id: UUID, if_match: IfMatch) -> None:
    """Remove a relation that never was."""
    staff_only(caller)
    row = await held(session, caller, organisation_relations, id, if_match)
    await session.delete(row)
    await save(session, caller, "members.organisation_relation.deleted", row, required_scopes=[READ])


async def move(session: AsyncSession, caller: Caller, winner_id: UUID, loser_id: UUID) -> int:
    """Give the relations of an organisation to the one that takes its place; both are locked. How many there were.

    One between the two, or one that the winner has on some of the same days, ends with the merge.
    """
    about_loser = or_(OrganisationRelationRow.from_id == loser_id, OrganisationRelationRow.to_id == loser_id)
    about_winner = or_(OrganisationRelationRow.from_id == winner_id, OrganisationRelationRow.to_id == winner_id)
    found = await session.scalars(
        select(OrganisationRelationRow)
        .where(or_(about_loser, about_winner))
        .order_by(OrganisationRelationRow.id)
        .with_for_update()
    )
    rows = list(found)
    moving = [row for row in rows if loser_id in (row.from_id, row.to_id)]
    kept = [row for row in rows if row not in moving]
    for row in moving:
        row.from_id, row.to_id = (winner_id if id == loser_id else id for id in (row.from_id, row.to_id))
        row.settle()
        doubled = any(one.bond == row.bond and one.overlaps(row) for one in kept)
        verb = "updated"
        if doubled or row.from_id == row.to_id:
            await session.refresh(row)
            await session.delete(row)
            verb = "deleted"
        else:
            kept.append(row)
        type_ = f"members.organisation_relation.{verb}"
        await save(session, caller, type_, row, required_scopes=[READ], also_about=[winner_id, loser_id])
    return len(moving)


def _check_dates(row: OrganisationRelationRow) -> None:
    if row.starts_on is not None and row.ends_on is not None and row.ends_on < row.starts_on:
        raise Contradiction.value("/ends_on", "before_start", "The last day must not come before the first.")
