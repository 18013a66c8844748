"""Organisations over HTTP."""

from uuid import UUID

from fastapi import Response

from services.contracts.base import BulkCreate, BulkResults
from services.contracts.members.organisation import Organisation, OrganisationCreate, OrganisationUpdate
from services.kit.bulk import create_all
from services.kit.routing import CurrentCaller, IfMatch, Routes, WriteSession, answer
from services.members.features.organisations import actions
from services.members.features.organisations.queries import organisations

routes = Routes("/v1/organisations", tag="Organisations")
routes.reads(organisations, scope="members:read")


@routes.post("", scope="members:write", response=Organisation, refuses=[actions.IdentifierTaken])
async def create_organisation(new: OrganisationCreate, session: WriteSession, caller: CurrentCaller) -> Response:
    """Create an organisation.

    Phones are stored in E.164 when they are valid, and kept as written when not.
    """
    row = await actions.create(session, caller, new)
    return await answer(session, caller, organisations, row.id, 201)


@routes.post("/bulk", scope="members:write", response=BulkResults, status=200)
async def create_organisations(
    bulk: BulkCreate[OrganisationCreate], session: WriteSession, caller: CurrentCaller
) -> BulkResults:
    """Create up to 1,000 organisations.

    Each has its own result; with `atomic` one refusal refuses all.
    """
    return await create_all(session, caller, bulk, actions.create)


@routes.patch(
    "/{id}",
    scope="members:write",
    response=Organisation,
    refuses=[actions.IdentifierTaken, actions.MergedAway],
)
async def update_organisation(
    id: UUID, change: OrganisationUpdate, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
) -> Response:
    """Change, archive or restore an organisation.

    Its copies in events and liaison follow within seconds. A partner changes city, address, website, e-mail addresses
    and phones of its own.
    """
    await actions.update(session, caller, id, change, if_match)
    return await answer(session, caller, organisations, id)


@routes.delete("/{id}", scope="members:write", refuses=[actions.OrganisationInUse])
async def delete_organisation(id: UUID, session: WriteSession, caller: CurrentCaller, if_match: IfMatch) -> Response:
    """Delete an organisation that nothing refers to.

    One with affiliations or memberships is archived instead: `PATCH` its status.
    """
    await actions.delete(session, caller, id, if_match)
    return Response(status_code=204)
