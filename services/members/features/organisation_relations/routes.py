"""Relations between organisations over HTTP."""

from uuid import UUID

from fastapi import Response

from services.contracts.base import BulkCreate, BulkResults
from services.contracts.members.organisation_relation import (
    OrganisationRelation,
    OrganisationRelationCreate,
    OrganisationRelationUpdate,
)
from services.kit.bulk import create_all
from services.kit.errors import NotFound
from services.kit.routing import CurrentCaller, IfMatch, Routes, WriteSession, answer
from services.members.features.organisation_relations import actions
from services.members.features.organisation_relations.queries import organisation_relations
from services.members.features.organisations.actions import MergedAway

routes = Routes("/v1/organisation-relations", tag="Organisations")
routes.reads(organisation_relations, scope="members:read")


@routes.post(
    "", scope="members:write", response=OrganisationRelation, refuses=[NotFound, actions.AlreadyRelated, MergedAway]
)
async def create_organisation_relation(
    new: OrganisationRelationCreate, session: WriteSession, caller: CurrentCaller
) -> Response:
    """Relate two organisations.

    Which of them operates, supervises, succeeds or is a member of the other, or that they are partners. Head office and
    branch is no relation: set the branch's `parent_id`.
    """
    row = await actions.create(session, caller, new)
    return await answer(session, caller, organisation_relations, row.id, 201)


@routes.post("/bulk", scope="members:write", response=BulkResults, status=200)
async def create_organisation_relations(
    bulk: BulkCreate[OrganisationRelationCreate], session: WriteSession, caller: CurrentCaller
) -> BulkResults:
    """Create up to 1,000 relations.

    Each has its own result; with `atomic` one refusal refuses all.
    """
    return await create_all(session, caller, bulk, actions.create)


@routes.patch("/{id}", scope="members:write", response=OrganisationRelation, refuses=[actions.AlreadyRelated])
async def update_organisation_relation(
    id: UUID, change: OrganisationRelationUpdate, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
) -> Response:
    """Change the dates or the note of a relation.

    Set `ends_on` when it ends: the history stays.
    """
    await actions.update(session, caller, id, change, if_match)
    return await answer(session, caller, organisation_relations, id)


@routes.delete("/{id}", scope="members:write")
async def delete_organisation_relation(
    id: UUID, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
) -> Response:
    """Delete a relation that was entered by mistake.

    One that was true once is ended instead: set `ends_on`.
    """
    await actions.delete(session, caller, id, if_match)
    return Response(status_code=204)
