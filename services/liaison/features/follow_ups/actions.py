"""What happens to follow-ups."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy import update as update_rows
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.liaison.follow_up import FollowUpCreate, FollowUpUpdate
from services.kit.auth import Caller, staff_only
from services.kit.changes import save
from services.kit.colleagues import NOBODY, Unknown, check_colleague
from services.kit.db import refused_by
from services.kit.errors import Contradiction, NotFound
from services.kit.etag import IfMatch, held
from services.kit.patching import patch
from services.liaison.callers import scopes_to_read
from services.liaison.features.counterparts.actions import known, no_counterpart
from services.liaison.features.follow_ups.queries import follow_ups
from services.liaison.features.interactions.queries import interactions
from services.liaison.tables import CounterpartRow, FollowUpRow, InteractionRow
from services.liaison.tables.follow_up import OPEN
from services.liaison.tables.interaction import NORMAL


async def create(session: AsyncSession, caller: Caller, new: FollowUpCreate, unknown: Unknown = NOBODY) -> FollowUpRow:
    """Note what is to be done. What comes out of an interaction is as confidential as that."""
    staff_only(caller)
    check_colleague(unknown, "/owner/subject", new.owner.subject)
    counterpart = await known(session, new.counterpart_id)
    row = FollowUpRow(**new.model_dump(exclude={"owner"}), owner=new.owner, status=OPEN, confidentiality=NORMAL)
    if new.interaction_id is not None:
        interaction = await _interaction(session, caller, new.interaction_id)
        if interaction.counterpart_id != new.counterpart_id:
            raise Contradiction.value("/interaction_id", "other_counterpart", "It was with another counterpart.")
        row.confidentiality = interaction.confidentiality
    row.settle()
    session.add(row)
    with (
        refused_by("fk_follow_up_counterpart_id", no_counterpart()),
        refused_by("fk_follow_up_interaction_id", _no_interaction()),
    ):
        await _save(session, caller, "created", row, counterpart)
    return row


async def update(
    session: AsyncSession,
    caller: Caller,
    id: UUID,
    change: FollowUpUpdate,
    if_match: IfMatch,
    unknown: Unknown = NOBODY,
) -> FollowUpRow:
    """Change a follow-up. Done, dropped and open again are told as changes of their own."""
    staff_only(caller)
    check_colleague(unknown, "/owner/subject", getattr(change.owner, "subject", None))
    row = await held(session, caller, follow_ups, id, if_match)
    before = row.status
    patch(row, change)
    row.settle()
    verb = "updated"
    if row.status != before:
        verb = "reopened" if row.status == OPEN else row.status
        if row.status == OPEN:
            row.reopen()
        else:
            row.close(caller.subject)
    await _save(session, caller, verb, row, await known(session, row.counterpart_id))
    return row


async def delete(session: AsyncSession, caller: Caller, id: UUID, if_match: IfMatch) -> None:
    """Remove a follow-up. Its interaction remembers it, should it become confidential later."""
    staff_only(caller)
    # The interaction first, as when it becomes confidential and takes its follow-ups along: no one waits in a circle.
    of_this = select(FollowUpRow.interaction_id).where(FollowUpRow.id == id).scalar_subquery()
    await session.execute(
        update_rows(InteractionRow)
        .where(InteractionRow.id == of_this)
        .values(
            gone_follow_ups=func.array_append(InteractionRow.gone_follow_ups, id),
            updated_at=InteractionRow.updated_at,
        ),
        execution_options={"synchronize_session": False},
    )
    row = await held(session, caller, follow_ups, id, if_match)
    counterpart = await known(session, row.counterpart_id)
    await session.delete(row)
    await _save(session, caller, "deleted", row, counterpart)


async def _interaction(session: AsyncSession, caller: Caller, id: UUID) -> InteractionRow:
    """The interaction, kept as confidential as it is until the transaction ends."""
    query = interactions.seen_by(caller).where(InteractionRow.id == id).with_for_update(read=True, of=InteractionRow)
    found = await session.scalar(query)
    if found is None:
        raise _no_interaction()
    return found


async def _save(
    session: AsyncSession, caller: Caller, verb: str, row: FollowUpRow, counterpart: CounterpartRow
) -> None:
    await save(
        session,
        caller,
        f"liaison.follow_up.{verb}",
        row,
        required_scopes=scopes_to_read(row.confidentiality),
        also_about=counterpart.organisations_concerned(),
    )


def _no_interaction() -> NotFound:
    return NotFound("There is no interaction with this id, or it is not yours to see.")
