"""Persons over HTTP."""

from uuid import UUID

from fastapi import Response

from services.contracts.base import BulkCreate, BulkResults
from services.contracts.members.person import Person, PersonCreate, PersonTextConfirmationCreate, PersonUpdate
from services.kit.bulk import create_all
from services.kit.drift import confirm
from services.kit.errors import NotFound
from services.kit.routing import CurrentCaller, IfMatch, Routes, WriteSession, answer
from services.members.features.persons import actions
from services.members.features.persons.queries import persons

routes = Routes("/v1/persons", tag="Persons")
routes.reads(persons, scope="persons:read")


@routes.post(
    "",
    scope="persons:write",
    response=Person,
    purposeful=True,
    refuses=[actions.EmailTaken, actions.PersonIdentifierTaken],
)
async def create_person(new: PersonCreate, session: WriteSession, caller: CurrentCaller) -> Response:
    """Create a person.

    The birth date, diet, health, passport and private channels also need persons:sensitive.
    """
    row = await actions.create(session, caller, new)
    return await answer(session, caller, persons, row.id, 201)


@routes.post("/bulk", scope="persons:write", response=BulkResults, status=200)
async def create_persons(bulk: BulkCreate[PersonCreate], session: WriteSession, caller: CurrentCaller) -> BulkResults:
    """Create up to 1,000 persons.

    Each has its own result; with `atomic` one refusal refuses all.
    """
    return await create_all(session, caller, bulk, actions.create)


@routes.patch(
    "/{id}",
    scope="persons:write",
    response=Person,
    purposeful=True,
    refuses=[actions.EmailTaken, actions.PersonIdentifierTaken, actions.PersonMergedAway],
)
async def update_person(
    id: UUID, change: PersonUpdate, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
) -> Response:
    """Change a person.

    The birth date, diet, health, passport and private channels also need persons:sensitive. A whole name that was made
    of its parts follows them; one that was given stays.
    """
    await actions.update(session, caller, id, change, if_match)
    return await answer(session, caller, persons, id)


@routes.post(
    "/{id}/text-confirmations",
    scope="persons:write",
    response=Person,
    status=200,
    conditional=True,
    refuses=[NotFound],
)
async def confirm_person_text(
    id: UUID, new: PersonTextConfirmationCreate, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
) -> Response:
    """Confirm that a person's text says the same in other languages.

    As with organisations: a text that changes in one language leaves the others behind until they follow.
    """
    told, scopes = "members.person.updated", ["persons:read"]
    await confirm(session, caller, persons, id, new, if_match, told=told, required_scopes=scopes)
    return await answer(session, caller, persons, id)


@routes.delete("/{id}", scope="persons:write", refuses=[actions.PersonInUse])
async def delete_person(id: UUID, session: WriteSession, caller: CurrentCaller, if_match: IfMatch) -> Response:
    """Delete a person who has no affiliations.

    Affiliations are ended rather than deleted when they were true once.
    """
    await actions.delete(session, caller, id, if_match)
    return Response(status_code=204)
