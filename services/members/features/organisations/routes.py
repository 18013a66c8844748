"""Organisations over HTTP."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.contracts.base import BulkCreate, BulkResults
from services.contracts.members.organisation import (
    Organisation,
    OrganisationCreate,
    OrganisationTextConfirmationCreate,
    OrganisationUpdate,
    RenamingCreate,
)
from services.contracts.members.organisation_tree import OrganisationTree
from services.kit.bulk import create_all
from services.kit.colleagues import UnknownUsers, naming
from services.kit.errors import NotFound
from services.kit.routing import CurrentCaller, CurrentRuntime, IfMatch, Routes, WriteSession, answer
from services.members.features.organisations import actions
from services.members.features.organisations.queries import organisations
from services.members.features.organisations.tree import tree

routes = Routes("/v1/organisations", tag="Organisations")
routes.reads(organisations, scope="members:read")
_asking = naming("officer_id")


@routes.post(
    "",
    scope="members:write",
    response=Organisation,
    refuses=[NotFound, actions.IdentifierTaken, actions.MergedAway],
    prepare=_asking,
)
async def create_organisation(
    new: OrganisationCreate, session: WriteSession, caller: CurrentCaller, unknown: UnknownUsers
) -> Response:
    """Create an organisation.

    Phones are stored in E.164 when they are valid, and kept as written when not.
    """
    row = await actions.create(session, caller, new, unknown)
    return await answer(session, caller, organisations, row.id, 201)


@routes.post("/bulk", scope="members:write", response=BulkResults, status=200, prepare=_asking)
async def create_organisations(
    bulk: BulkCreate[OrganisationCreate], session: WriteSession, caller: CurrentCaller, unknown: UnknownUsers
) -> BulkResults:
    """Create up to 1,000 organisations.

    Each has its own result; with `atomic` one refusal refuses all.
    """
    return await create_all(session, caller, bulk, partial(actions.create, unknown=unknown))


@routes.patch(
    "/{id}",
    scope="members:write",
    response=Organisation,
    refuses=[actions.IdentifierTaken, actions.MergedAway],
    prepare=_asking,
)
async def update_organisation(
    id: UUID,
    change: OrganisationUpdate,
    session: WriteSession,
    caller: CurrentCaller,
    if_match: IfMatch,
    unknown: UnknownUsers,
) -> Response:
    """Change, archive or restore an organisation.

    Its copies in events and liaison follow within seconds. A partner changes city, address, website, e-mail addresses
    and phones of its own.
    """
    await actions.update(session, caller, id, change, if_match, unknown)
    return await answer(session, caller, organisations, id)


@routes.post(
    "/{id}/renamings",
    scope="members:write",
    response=Organisation,
    status=200,
    conditional=True,
    refuses=[NotFound, actions.MergedAway],
)
async def rename_organisation(
    id: UUID, new: RenamingCreate, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
) -> Response:
    """Give an organisation another name and keep the old one.

    The names that are replaced or removed become one of its `former_names`, by which it is found as before. To correct
    a mistake in a name, `PATCH` it instead.
    """
    await actions.rename(session, caller, id, new, if_match)
    return await answer(session, caller, organisations, id)


@routes.post(
    "/{id}/text-confirmations",
    scope="members:write",
    response=Organisation,
    status=200,
    conditional=True,
    refuses=[NotFound, actions.MergedAway],
)
async def confirm_organisation_text(
    id: UUID, new: OrganisationTextConfirmationCreate, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
) -> Response:
    """Confirm that a text says the same in other languages.

    A text that changes in one language leaves the others behind (`stale_texts`) until they are changed too, or
    confirmed here. `If-Match` names the state that was read, so that nothing newer is confirmed unseen.
    """
    await actions.confirm_texts(session, caller, id, new, if_match)
    return await answer(session, caller, organisations, id)


@routes.get("/{id}/tree", scope="members:read", response=OrganisationTree, refuses=[NotFound])
async def read_organisation_tree(
    id: UUID,
    runtime: CurrentRuntime,
    caller: CurrentCaller,
    limit: Annotated[int, Query(ge=1, le=500, description="Organisations at most; upper levels go first.")] = 200,
) -> OrganisationTree:
    """Read the tree of head office and branches.

    The whole tree the organisation stands in, from the topmost head office down. A partner finds itself alone.
    """
    return await tree(runtime.read, caller, id, limit)


@routes.delete("/{id}", scope="members:write", refuses=[actions.OrganisationInUse])
async def delete_organisation(id: UUID, session: WriteSession, caller: CurrentCaller, if_match: IfMatch) -> Response:
    """Delete an organisation that nothing refers to.

    One with affiliations or memberships is archived instead: `PATCH` its status.
    """
    await actions.delete(session, caller, id, if_match)
    return Response(status_code=204)
