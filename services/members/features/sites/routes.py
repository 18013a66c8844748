"""Sites over HTTP."""

from uuid import UUID

from fastapi import Response

from services.contracts.base import BulkCreate, BulkResults
from services.contracts.members.site import Site, SiteCreate, SiteTextConfirmationCreate, SiteUpdate
from services.kit.bulk import create_all
from services.kit.drift import confirm
from services.kit.errors import NotFound
from services.kit.routing import CurrentCaller, IfMatch, Routes, WriteSession, answer
from services.members.features.organisations.actions import MergedAway
from services.members.features.sites import actions
from services.members.features.sites.queries import sites

routes = Routes("/v1/sites", tag="Sites")
routes.reads(sites, scope="members:read")


@routes.post("", scope="members:write", response=Site, refuses=[NotFound, MergedAway])
async def create_site(new: SiteCreate, session: WriteSession, caller: CurrentCaller) -> Response:
    """Add a site of a member.

    A partner's key that is bound to the organisation reads it.
    """
    row = await actions.create(session, caller, new)
    return await answer(session, caller, sites, row.id, 201)


@routes.post("/bulk", scope="members:write", response=BulkResults, status=200)
async def create_sites(bulk: BulkCreate[SiteCreate], session: WriteSession, caller: CurrentCaller) -> BulkResults:
    """Create up to 1,000 sites.

    Each has its own result; with `atomic` one refusal refuses all.
    """
    return await create_all(session, caller, bulk, actions.create)


@routes.patch("/{id}", scope="members:write", response=Site, refuses=[MergedAway])
async def update_site(
    id: UUID, change: SiteUpdate, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
) -> Response:
    """Change, hand over, archive or restore a site.

    With `organisation_id` another member runs it from now on, and reads its whole history.
    """
    await actions.update(session, caller, id, change, if_match)
    return await answer(session, caller, sites, id)


@routes.post(
    "/{id}/text-confirmations",
    scope="members:write",
    response=Site,
    status=200,
    conditional=True,
    refuses=[NotFound],
)
async def confirm_site_text(
    id: UUID, new: SiteTextConfirmationCreate, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
) -> Response:
    """Confirm that a site's text says the same in other languages.

    As with organisations: a text that changes in one language leaves the others behind until they follow.
    """
    told = "members.site.updated"
    await confirm(session, caller, sites, id, new, if_match, told=told, required_scopes=["members:read"])
    return await answer(session, caller, sites, id)


@routes.delete("/{id}", scope="members:write", refuses=[actions.SiteInUse])
async def delete_site(id: UUID, session: WriteSession, caller: CurrentCaller, if_match: IfMatch) -> Response:
    """Delete a site that was entered by mistake.

    One with designations is archived instead: `PATCH` its status.
    """
    await actions.delete(session, caller, id, if_match)
    return Response(status_code=204)
