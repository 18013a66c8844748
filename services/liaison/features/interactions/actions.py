"""What happens to interactions."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy import update as update_rows
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.liaison.colleague import Colleague
from services.contracts.liaison.interaction import InteractionCreate, InteractionUpdate
from services.kit.auth import Caller, staff_only
from services.kit.changes import ChangeRow, save
from services.kit.colleagues import NOBODY, Unknown, check_colleague
from services.kit.db import now, refused_by
from services.kit.errors import Conflict, NotFound
from services.kit.etag import IfMatch, held
from services.kit.patching import patch
from services.liaison.callers import SEE_CONFIDENTIAL, scopes_to_read
from services.liaison.features.counterparts.actions import known, no_counterpart
from services.liaison.features.interactions.last_contact import advance, recount
from services.liaison.features.interactions.queries import interactions
from services.liaison.tables import CounterpartRow, FollowUpRow, InteractionRow
from services.liaison.tables.interaction import CONFIDENTIAL

_EARLIEST_CLOCK = timedelta(hours=14)
"""UTC+14 is the first zone to see a day begin."""


class NotYetHappened(Conflict):
    """The interaction lies in the future.

    Log it once it has happened. For what is planned, create a follow-up.
    """


class InteractionInUse(Conflict):
    """Follow-ups came out of the interaction.

    Delete them first; done and dropped ones count too.
    """


async def create(
    session: AsyncSession, caller: Caller, new: InteractionCreate, unknown: Unknown = NOBODY
) -> InteractionRow:
    """Log an interaction."""
    staff_only(caller)
    _check_ours(unknown, new.ours)
    if new.confidentiality == CONFIDENTIAL:
        caller.require(SEE_CONFIDENTIAL)
    _check_day(new.occurred_on)
    counterpart = await known(session, new.counterpart_id)
    row = InteractionRow(**new.model_dump(exclude={"time", "ours"}), time=new.time, ours=new.ours, gone_follow_ups=[])
    row.settle()
    session.add(row)
    with (
        refused_by("fk_interaction_counterpart_id", no_counterpart()),
        refused_by("fk_interaction_contact_contact_id", _no_contact()),
    ):
        await _save(session, caller, "created", row, counterpart, row.confidentiality)
    await advance(session, row)
    return row


async def update(
    session: AsyncSession,
    caller: Caller,
    id: UUID,
    change: InteractionUpdate,
    if_match: IfMatch,
    unknown: Unknown = NOBODY,
) -> InteractionRow:
    """Change an interaction. Making it confidential, or no longer so, is told as a change of its own."""
    staff_only(caller)
    if "ours" in change.model_fields_set:
        _check_ours(unknown, change.ours)  # type: ignore[arg-type] # given, so not MISSING
    row = await held(session, caller, interactions, id, if_match)
    counterpart = await known(session, row.counterpart_id)
    was, occurred_on = row.confidentiality, row.occurred_on
    patch(row, change)
    will = row.confidentiality
    if was != will:
        caller.require(SEE_CONFIDENTIAL)
    _check_day(row.occurred_on)
    row.settle()
    with refused_by("fk_interaction_contact_contact_id", _no_contact()):
        if was == will:
            await _save(session, caller, "updated", row, counterpart, will)
        elif will == CONFIDENTIAL:
            await _save(session, caller, "classified", row, counterpart, will)
            await _hide_past_changes(session, row)
        else:
            # What was edited besides stays confidential, with the words that were there before.
            row.confidentiality = was
            await _save(session, caller, "updated", row, counterpart, was)
            row.confidentiality = will
            await _save(session, caller, "declassified", row, counterpart, will)
    if (was, occurred_on) != (will, row.occurred_on):
        await recount(session, row.counterpart_id)
    return row


async def delete(session: AsyncSession, caller: Caller, id: UUID, if_match: IfMatch) -> None:
    """Remove an interaction that nothing came out of."""
    staff_only(caller)
    row = await held(session, caller, interactions, id, if_match)
    counterpart = await known(session, row.counterpart_id)
    await session.delete(row)
    with refused_by("fk_follow_up_interaction_id", InteractionInUse()):
        await _save(session, caller, "deleted", row, counterpart, row.confidentiality)
    await recount(session, counterpart.id)


async def _save(
    session: AsyncSession,
    caller: Caller,
    verb: str,
    row: InteractionRow,
    counterpart: CounterpartRow,
    confidentiality: str,
) -> None:
    await save(
        session,
        caller,
        f"liaison.interaction.{verb}",
        row,
        required_scopes=scopes_to_read(confidentiality),
        also_about=counterpart.organisations_concerned(),
    )


async def _hide_past_changes(session: AsyncSession, row: InteractionRow) -> None:
    """What the log told while the interaction was normal, about it and its follow-ups, needs the scope from now on."""
    follow_ups = select(FollowUpRow.id).where(FollowUpRow.interaction_id == row.id)
    await session.execute(
        update_rows(ChangeRow)
        .where(
            or_(
                ChangeRow.resource_id.in_([row.id, *row.gone_follow_ups]),
                ChangeRow.resource_id.in_(follow_ups),
            )
        )
        .values(required_scopes=scopes_to_read(CONFIDENTIAL)),
        execution_options={"synchronize_session": False},
    )


def _no_contact() -> NotFound:
    return NotFound("There is no contact with one of these ids; name others in `their_names`.")


def _check_ours(unknown: Unknown, ours: Sequence[Colleague]) -> None:
    for place, one in enumerate(ours):
        check_colleague(unknown, f"/ours/{place}/subject", one.subject)


def _check_day(occurred_on: date) -> None:
    if occurred_on > (now() + _EARLIEST_CLOCK).date():
        raise NotYetHappened()
