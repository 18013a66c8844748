"""Designations over HTTP."""

from uuid import UUID

from fastapi import Response

from services.contracts.base import BulkCreate, BulkResults
from services.contracts.members.designation import (
    Designation,
    DesignationCreate,
    DesignationTextConfirmationCreate,
    DesignationUpdate,
)
from services.kit.bulk import create_all
from services.kit.errors import NotFound
from services.kit.routing import CurrentCaller, IfMatch, Routes, WriteSession, answer
from services.members.features.designations import actions
from services.members.features.designations.queries import designations

routes = Routes("/v1/designations", tag="Sites")
routes.reads(designations, scope="members:read")


@routes.post("", scope="members:write", response=Designation, refuses=[NotFound])
async def create_designation(new: DesignationCreate, session: WriteSession, caller: CurrentCaller) -> Response:
    """Tell what a site was rated, named or chosen as.

    History stays: a higher grade is a designation of its own, and the earlier one ends with `valid_until`.
    """
    row = await actions.create(session, caller, new)
    return await answer(session, caller, designations, row.id, 201)


@routes.post("/bulk", scope="members:write", response=BulkResults, status=200)
async def create_designations(
    bulk: BulkCreate[DesignationCreate], session: WriteSession, caller: CurrentCaller
) -> BulkResults:
    """Create up to 1,000 designations.

    Each has its own result; with `atomic` one refusal refuses all.
    """
    return await create_all(session, caller, bulk, actions.create)


@routes.patch("/{id}", scope="members:write", response=Designation)
async def update_designation(
    id: UUID, change: DesignationUpdate, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
) -> Response:
    """Change or end a designation.

    Set `valid_until` when it runs out, `revoked_on` when it was taken away.
    """
    await actions.update(session, caller, id, change, if_match)
    return await answer(session, caller, designations, id)


@routes.post(
    "/{id}/text-confirmations",
    scope="members:write",
    response=Designation,
    status=200,
    conditional=True,
    refuses=[NotFound],
)
async def confirm_designation_text(
    id: UUID, new: DesignationTextConfirmationCreate, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
) -> Response:
    """Confirm that a designation's texts say the same in other languages.

    As with organisations: a text that changes in one language leaves the others behind until they follow.
    """
    await actions.confirm_text(session, caller, id, new, if_match)
    return await answer(session, caller, designations, id)


@routes.delete("/{id}", scope="members:write")
async def delete_designation(id: UUID, session: WriteSession, caller: CurrentCaller, if_match: IfMatch) -> Response:
    """Delete a designation that was entered by mistake.

    One that was true once is ended instead.
    """
    await actions.delete(session, caller, id, if_match)
    return Response(status_code=204)
