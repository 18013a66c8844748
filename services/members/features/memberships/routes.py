"""Memberships over HTTP."""

from uuid import UUID

from fastapi import Response

from services.contracts.base import BulkCreate, BulkResults
from services.contracts.members.membership import (
    DecisionCreate,
    Membership,
    MembershipCreate,
    MembershipDecision,
    MembershipTerm,
    MembershipUpdate,
    TermCreate,
)
from services.kit.bulk import create_all
from services.kit.errors import NotFound
from services.kit.routing import CurrentCaller, IfMatch, Routes, WriteSession, answer
from services.members.features.memberships import actions
from services.members.features.memberships.queries import decisions, memberships, terms
from services.members.features.organisations.actions import MergedAway

routes = Routes("/v1/memberships", tag="Memberships")
routes.reads(memberships, scope="memberships:read")

term_routes = Routes("/v1/membership-terms", tag="Memberships")
term_routes.reads(terms, scope="memberships:read")

decision_routes = Routes("/v1/membership-decisions", tag="Memberships")
decision_routes.reads(decisions, scope="memberships:read")


@routes.post(
    "",
    scope="memberships:write",
    response=Membership,
    refuses=[NotFound, actions.NumberTaken, actions.TypeArchived, actions.TermsOverlap, MergedAway],
)
async def create_membership(new: MembershipCreate, session: WriteSession, caller: CurrentCaller) -> Response:
    """Create a membership.

    Give the terms it has had so far, or none: without one it is pending.
    """
    row = await actions.create(session, caller, new)
    return await answer(session, caller, memberships, row.id, 201)


@routes.post("/bulk", scope="memberships:write", response=BulkResults, status=200)
async def create_memberships(
    bulk: BulkCreate[MembershipCreate], session: WriteSession, caller: CurrentCaller
) -> BulkResults:
    """Create up to 1,000 memberships with their terms.

    Each has its own result; with `atomic` one refusal refuses all.
    """
    return await create_all(session, caller, bulk, actions.create)


@routes.patch("/{id}", scope="memberships:write", response=Membership, refuses=[actions.NumberTaken])
async def update_membership(
    id: UUID, change: MembershipUpdate, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
) -> Response:
    """Change a membership's number or note.

    Its status follows from its terms and decisions; add those.
    """
    await actions.update(session, caller, id, change, if_match)
    return await answer(session, caller, memberships, id)


@routes.delete("/{id}", scope="memberships:write", refuses=[actions.MembershipHasHistory])
async def delete_membership(id: UUID, session: WriteSession, caller: CurrentCaller, if_match: IfMatch) -> Response:
    """Delete a membership that never had a term.

    One with terms is ended instead: record a resignation or an expulsion.
    """
    await actions.delete(session, caller, id, if_match)
    return Response(status_code=204)


@routes.post(
    "/{id}/terms",
    scope="memberships:write",
    response=MembershipTerm,
    refuses=[actions.TermsOverlap, actions.Expelled],
)
async def renew_membership(id: UUID, new: TermCreate, session: WriteSession, caller: CurrentCaller) -> Response:
    """Renew a membership: add a term.

    Without dates it goes on after the last term, or from today when that and its grace are over; it lasts as the type's
    period says. A term that starts after a resignation also records the reinstatement.
    """
    row = await actions.renew(session, caller, id, new)
    return await answer(session, caller, terms, row.id, 201)


@routes.post(
    "/{id}/resignations", scope="memberships:write", response=MembershipDecision, refuses=[actions.AlreadyEnded]
)
async def record_resignation(id: UUID, new: DecisionCreate, session: WriteSession, caller: CurrentCaller) -> Response:
    """Record a resignation.

    The membership is `resigned` from the day it takes effect; terms stay on record.
    """
    row = await actions.decide(session, caller, id, "resignation", new)
    return await answer(session, caller, decisions, row.id, 201)


@routes.post("/{id}/expulsions", scope="memberships:write", response=MembershipDecision, refuses=[actions.AlreadyEnded])
async def record_expulsion(id: UUID, new: DecisionCreate, session: WriteSession, caller: CurrentCaller) -> Response:
    """Record an expulsion.

    The membership is `expelled` from the day it takes effect, and cannot be renewed until a reinstatement.
    """
    row = await actions.decide(session, caller, id, "expulsion", new)
    return await answer(session, caller, decisions, row.id, 201)


@routes.post("/{id}/reinstatements", scope="memberships:write", response=MembershipDecision, refuses=[actions.NotEnded])
async def record_reinstatement(id: UUID, new: DecisionCreate, session: WriteSession, caller: CurrentCaller) -> Response:
    """Record a reinstatement.

    From that day the terms decide again. On the day of a resignation or expulsion itself, it undoes it.
    """
    row = await actions.decide(session, caller, id, "reinstatement", new)
    return await answer(session, caller, decisions, row.id, 201)
