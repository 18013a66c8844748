"""Affiliations over HTTP."""

from uuid import UUID

from fastapi import Response

from services.contracts.base import BulkCreate, BulkResults
from services.contracts.members.affiliation import (
    Affiliation,
    AffiliationCreate,
    AffiliationTextConfirmationCreate,
    AffiliationUpdate,
)
from services.kit.bulk import create_all
from services.kit.errors import NotFound
from services.kit.routing import CurrentCaller, IfMatch, Routes, WriteSession, answer
from services.members.features.affiliations import actions
from services.members.features.affiliations.queries import affiliations
from services.members.features.organisations.actions import MergedAway
from services.members.features.persons.actions import PersonMergedAway

routes = Routes("/v1/affiliations", tag="Affiliations")
routes.reads(affiliations, scope="persons:read")


@routes.post(
    "",
    scope="persons:write",
    response=Affiliation,
    refuses=[NotFound, actions.AlreadyAffiliated, actions.PrimaryTaken, MergedAway, PersonMergedAway],
)
async def create_affiliation(new: AffiliationCreate, session: WriteSession, caller: CurrentCaller) -> Response:
    """Give a person a role in an organisation.

    A person may hold several, in several organisations, each with its own dates.
    """
    row = await actions.create(session, caller, new)
    return await answer(session, caller, affiliations, row.id, 201)


@routes.post("/bulk", scope="persons:write", response=BulkResults, status=200)
async def create_affiliations(
    bulk: BulkCreate[AffiliationCreate], session: WriteSession, caller: CurrentCaller
) -> BulkResults:
    """Create up to 1,000 affiliations.

    Each has its own result; with `atomic` one refusal refuses all.
    """
    return await create_all(session, caller, bulk, actions.create)


@routes.patch(
    "/{id}",
    scope="persons:write",
    response=Affiliation,
    refuses=[actions.AlreadyAffiliated, actions.PrimaryTaken],
)
async def update_affiliation(
    id: UUID, change: AffiliationUpdate, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
) -> Response:
    """Change the role or the dates of an affiliation.

    Set `ends_on` when a person leaves: the history stays.
    """
    await actions.update(session, caller, id, change, if_match)
    return await answer(session, caller, affiliations, id)


@routes.post(
    "/{id}/text-confirmations",
    scope="persons:write",
    response=Affiliation,
    status=200,
    conditional=True,
    refuses=[NotFound],
)
async def confirm_affiliation_text(
    id: UUID, new: AffiliationTextConfirmationCreate, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
) -> Response:
    """Confirm that a role says the same in other languages.

    As with organisations: a text that changes in one language leaves the others behind until they follow.
    """
    await actions.confirm_text(session, caller, id, new, if_match)
    return await answer(session, caller, affiliations, id)


@routes.delete("/{id}", scope="persons:write")
async def delete_affiliation(id: UUID, session: WriteSession, caller: CurrentCaller, if_match: IfMatch) -> Response:
    """Delete an affiliation that was entered by mistake.

    One that was true once is ended instead: set `ends_on`.
    """
    await actions.delete(session, caller, id, if_match)
    return Response(status_code=204)
