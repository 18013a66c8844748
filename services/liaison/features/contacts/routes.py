"""Contacts over HTTP."""

from uuid import UUID

from fastapi import Response

from services.contracts.base import BulkCreate, BulkResults
from services.contracts.liaison.contact import Contact, ContactCreate, ContactUpdate
from services.kit.bulk import create_all
from services.kit.errors import NotFound
from services.kit.routing import CurrentCaller, IfMatch, Routes, WriteSession, answer
from services.liaison.features.contacts import actions
from services.liaison.features.contacts.queries import contacts

routes = Routes("/v1/contacts", tag="Contacts")
routes.reads(contacts, scope="liaison:read")


@routes.post("", scope="liaison:write", response=Contact, refuses=[NotFound])
async def create_contact(new: ContactCreate, session: WriteSession, caller: CurrentCaller) -> Response:
    """Create a contact of a counterpart.

    Phones are read as those of the country the counterpart stands in, unless they say another.
    """
    row = await actions.create(session, caller, new)
    return await answer(session, caller, contacts, row.id, 201)


@routes.post("/bulk", scope="liaison:write", response=BulkResults, status=200)
async def create_contacts(bulk: BulkCreate[ContactCreate], session: WriteSession, caller: CurrentCaller) -> BulkResults:
    """Create up to 1,000 contacts.

    Each has its own result; with `atomic` one refusal refuses all.
    """
    return await create_all(session, caller, bulk, actions.create)


@routes.patch("/{id}", scope="liaison:write", response=Contact)
async def update_contact(
    id: UUID, change: ContactUpdate, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
) -> Response:
    """Change a contact.

    Someone who moves to another counterpart becomes a new contact there; set `until` here.
    """
    await actions.update(session, caller, id, change, if_match)
    return await answer(session, caller, contacts, id)


@routes.delete("/{id}", scope="liaison:write", refuses=[actions.ContactInUse])
async def delete_contact(id: UUID, session: WriteSession, caller: CurrentCaller, if_match: IfMatch) -> Response:
    """Delete a contact whom no interaction names.

    For one who left office, set `until` instead.
    """
    await actions.delete(session, caller, id, if_match)
    return Response(status_code=204)
