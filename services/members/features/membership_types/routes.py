"""Membership types over HTTP."""

from uuid import UUID

from fastapi import Response

from services.contracts.base import BulkCreate, BulkResults
from services.contracts.members.membership_type import (
    MembershipType,
    MembershipTypeCreate,
    MembershipTypeTextConfirmationCreate,
    MembershipTypeUpdate,
)
from services.kit.bulk import create_all
from services.kit.drift import confirm
from services.kit.errors import NotFound
from services.kit.routing import CurrentCaller, IfMatch, Routes, WriteSession, answer
from services.members.features.membership_types import actions
from services.members.features.membership_types.queries import membership_types

routes = Routes("/v1/membership-types", tag="Membership types")
routes.reads(membership_types, scope="memberships:read")


@routes.post("", scope="memberships:write", response=MembershipType, refuses=[actions.CodeTaken])
async def create_membership_type(new: MembershipTypeCreate, session: WriteSession, caller: CurrentCaller) -> Response:
    """Create a membership type.

    Its period decides how long a term is when its dates are not given.
    """
    row = await actions.create(session, caller, new)
    return await answer(session, caller, membership_types, row.id, 201)


@routes.post("/bulk", scope="memberships:write", response=BulkResults, status=200)
async def create_membership_types(
    bulk: BulkCreate[MembershipTypeCreate], session: WriteSession, caller: CurrentCaller
) -> BulkResults:
    """Create up to 1,000 membership types.

    Each has its own result; with `atomic` one refusal refuses all.
    """
    return await create_all(session, caller, bulk, actions.create)


@routes.patch("/{id}", scope="memberships:write", response=MembershipType)
async def update_membership_type(
    id: UUID, change: MembershipTypeUpdate, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
) -> Response:
    """Change, archive or restore a membership type.

    Terms that exist keep their dates and their grace, so no status of the past changes.
    """
    await actions.update(session, caller, id, change, if_match)
    return await answer(session, caller, membership_types, id)


@routes.post(
    "/{id}/text-confirmations",
    scope="memberships:write",
    response=MembershipType,
    status=200,
    conditional=True,
    refuses=[NotFound],
)
async def confirm_membership_type_text(
    id: UUID, new: MembershipTypeTextConfirmationCreate, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
) -> Response:
    """Confirm that a membership type's names say the same in other languages.

    As with organisations: a text that changes in one language leaves the others behind until they follow.
    """
    told = "members.membership_type.updated"
    await confirm(session, caller, membership_types, id, new, if_match, told=told, required_scopes=actions.SEEN_WITH)
    return await answer(session, caller, membership_types, id)


@routes.delete("/{id}", scope="memberships:write", refuses=[actions.MembershipTypeInUse])
async def delete_membership_type(id: UUID, session: WriteSession, caller: CurrentCaller, if_match: IfMatch) -> Response:
    """Delete a membership type that was never used.

    One with memberships is archived instead: `PATCH` its status.
    """
    await actions.delete(session, caller, id, if_match)
    return Response(status_code=204)
