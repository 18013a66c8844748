"""What happens to memberships. Terms and decisions are added under the membership's lock and never changed."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.members.membership import (
    DecisionCreate,
    DecisionKind,
    MembershipCreate,
    MembershipUpdate,
    TermCreate,
)
from services.kit.auth import Caller, staff_only
from services.kit.changes import save
from services.kit.clock import office_today
from services.kit.db import now, refused_by
from services.kit.errors import Conflict, Contradiction, NotFound
from services.kit.etag import IfMatch, held
from services.kit.ids import new_id
from services.kit.patching import patch
from services.members.features.memberships.periods import end_of_grace, end_of_term, next_start
from services.members.features.memberships.queries import memberships
from services.members.features.organisations.actions import keep
from services.members.tables.membership import (
    MembershipDecisionRow,
    MembershipRow,
    MembershipTermRow,
    MembershipTypeRow,
)
from services.members.tables.status import ENDED

_READ = ["memberships:read"]
LAST_YEAR = 2999
"""Of the calendar of `CalendarDate`."""


class NumberTaken(Conflict):
    """Another membership has this number.

    Find it with `GET /v1/memberships?number=…`.
    """


class TypeArchived(Conflict):
    """Memberships of this type are no longer given.

    Choose a type whose status is active.
    """


class MembershipHasHistory(Conflict):
    """The membership has terms or decisions, which are kept.

    Record a resignation or an expulsion to end it.
    """


class TermsOverlap(Conflict):
    """The membership has a term on some of these days already.

    Terms are never changed; add one for other days. `GET /v1/membership-terms?membership_id=…` lists them.
    """


class Expelled(Conflict):
    """The organisation was expelled before the term would start.

    Record a reinstatement first, or give it a new membership.
    """


class AlreadyEnded(Conflict):
    """The membership has ended by resignation or expulsion before that day already.

    Record a reinstatement first when that was a mistake or is over.
    """


class NotEnded(Conflict):
    """No resignation or expulsion is in force on that day.

    There is nothing to reinstate it from.
    """


async def create(session: AsyncSession, caller: Caller, new: MembershipCreate) -> MembershipRow:
    """Add a membership and the terms it has had so far."""
    staff_only(caller)
    await keep(session, caller, new.organisation_id)
    type_ = await session.get(MembershipTypeRow, new.type_id)
    if type_ is None:
        raise NotFound("There is no membership type with this id.")
    if type_.status == "archived":
        raise TypeArchived(code=type_.code)
    row = MembershipRow(id=new_id(), **new.model_dump(exclude={"terms"}))
    with refused_by("uq_membership_number", NumberTaken()):
        await save(session, caller, "members.membership.created", row, required_scopes=_READ)
    added: list[MembershipTermRow] = []
    for n, term in enumerate(new.terms):
        starts_on = term.starts_on or _next_start(added, [], f"/terms/{n}")
        added.append(_dated(row, type_, starts_on, term.ends_on, f"/terms/{n}"))
        await _add_term(session, caller, added[-1])
    return row


async def update(
    session: AsyncSession, caller: Caller, id: UUID, change: MembershipUpdate, if_match: IfMatch
) -> MembershipRow:
    """Change the number or the note."""
    staff_only(caller)
    row = await held(session, caller, memberships, id, if_match)
    patch(row, change)
    with refused_by("uq_membership_number", NumberTaken()):
        await save(session, caller, "members.membership.updated", row, required_scopes=_READ)
    return row


async def delete(session: AsyncSession, caller: Caller, id: UUID, if_match: IfMatch) -> None:
    """Remove a membership that never had a term."""
    staff_only(caller)
    row = await held(session, caller, memberships, id, if_match)
    await session.delete(row)
    with (
        refused_by("fk_membership_term_membership_id", MembershipHasHistory()),
        refused_by("fk_membership_decision_membership_id", MembershipHasHistory()),
    ):
        await save(session, caller, "members.membership.deleted", row, required_scopes=_READ)


async def renew(session: AsyncSession, caller: Caller, id: UUID, new: TermCreate) -> MembershipTermRow:
    """Add a term. One that starts while a resignation is in force also records that the member has come back."""
    staff_only(caller)
    row = await held(session, caller, memberships, id)
    type_ = await session.get_one(MembershipTypeRow, row.type_id)
    terms = list(await session.scalars(select(MembershipTermRow).where(MembershipTermRow.membership_id == id)))
    decisions = await _decisions(session, id)
    starts_on = new.starts_on or _next_start(terms, decisions)
    in_force = _in_force(decisions, starts_on)
    if in_force is not None and in_force.kind == "expulsion":
        raise Expelled(effective_on=in_force.effective_on)
    term = _dated(row, type_, starts_on, new.ends_on)
    row.updated_at = now()
    await _add_term(session, caller, term)
    if in_force is not None and in_force.kind == "resignation":
        await _add_decision(session, caller, row, decisions, "reinstatement", starts_on)
    return term


async def decide(
    session: AsyncSession, caller: Caller, id: UUID, kind: DecisionKind, new: DecisionCreate
) -> MembershipDecisionRow:
    """Record a resignation, an expulsion, or the reinstatement that undoes one."""
    staff_only(caller)
    row = await held(session, caller, memberships, id)
    decisions = await _decisions(session, id)
    in_force = _in_force(decisions, new.effective_on)
    ended = in_force is not None and in_force.kind in ENDED
    if ended and kind in ENDED:
        raise AlreadyEnded()
    if not ended and kind not in ENDED:
        raise NotEnded()
    row.updated_at = now()
    return await _add_decision(session, caller, row, decisions, kind, new.effective_on, new.reason)


async def _decisions(session: AsyncSession, id: UUID) -> list[MembershipDecisionRow]:
    found = await session.scalars(select(MembershipDecisionRow).where(MembershipDecisionRow.membership_id == id))
    return list(found)


def _in_force(decisions: Sequence[MembershipDecisionRow], day: date) -> MembershipDecisionRow | None:
    """The decision that counts on a day; the same order as in `tables.status`."""
    begun = [one for one in decisions if one.effective_on <= day]
    return max(begun, key=lambda one: (one.effective_on, one.place), default=None)


def _next_start(
    terms: Sequence[MembershipTermRow], decisions: Sequence[MembershipDecisionRow], pointer: str = ""
) -> date:
    today = office_today()
    in_force = _in_force(decisions, today)
    try:
        return next_start(terms, today, ended=in_force is not None and in_force.kind in ENDED)
    except (OverflowError, ValueError) as error:
        raise _too_late(pointer) from error


def _dated(
    membership: MembershipRow, type_: MembershipTypeRow, starts_on: date, ends_on: date | None, pointer: str = ""
) -> MembershipTermRow:
    try:
        ends_on = ends_on or end_of_term(type_.period, starts_on)
    except (OverflowError, ValueError) as error:
        raise _too_late(pointer) from error
    if ends_on.year > LAST_YEAR:
        raise _too_late(pointer)
    if ends_on < starts_on:
        raise Contradiction.value(
            f"{pointer}/ends_on", "before_start", f"The last day must not come before the first, {starts_on}."
        )
    return MembershipTermRow(
        membership=membership,
        membership_id=membership.id,
        starts_on=starts_on,
        ends_on=ends_on,
        grace_until=end_of_grace(ends_on, type_.grace_days),
    )


def _too_late(pointer: str) -> Contradiction:
    return Contradiction.value(f"{pointer}/starts_on", "too_late", "The term would end after the calendar does.")


async def _add_term(session: AsyncSession, caller: Caller, term: MembershipTermRow) -> None:
    with refused_by("ex_membership_term_once", TermsOverlap()):
        await save(session, caller, "members.membership_term.created", term, required_scopes=_READ)


async def _add_decision(
    session: AsyncSession,
    caller: Caller,
    membership: MembershipRow,
    earlier: Sequence[MembershipDecisionRow],
    kind: DecisionKind,
    effective_on: date,
    reason: str | None = None,
) -> MembershipDecisionRow:
    row = MembershipDecisionRow(
        membership=membership,
        membership_id=membership.id,
        kind=kind,
        effective_on=effective_on,
        place=len(earlier) + 1,
        reason=reason,
    )
    await save(session, caller, "members.membership_decision.created", row, required_scopes=_READ)
    return row
