"""Admission types over HTTP."""

from uuid import UUID

from fastapi import Response

from services.contracts.base import BulkCreate, BulkResults
from services.contracts.events.admission_type import (
    AdmissionType,
    AdmissionTypeCreate,
    AdmissionTypeTextConfirmationCreate,
    AdmissionTypeUpdate,
)
from services.events.features.admission_types import actions
from services.events.features.admission_types.queries import admission_types
from services.events.features.registrations.places import BelowTaken
from services.kit.bulk import create_all
from services.kit.errors import NotFound
from services.kit.routing import CurrentCaller, IfMatch, Routes, WriteSession, answer

routes = Routes("/v1/admission-types", tag="Admission types")
routes.reads(admission_types, scope="events:read")


@routes.post("", scope="events:write", response=AdmissionType, refuses=[actions.NoSuchEvent])
async def create_admission_type(new: AdmissionTypeCreate, session: WriteSession, caller: CurrentCaller) -> Response:
    """Create an admission type.

    Its quota is a part of the event's capacity, not an addition to it.
    """
    row = await actions.create(session, caller, new)
    return await answer(session, caller, admission_types, row.id, 201)


@routes.post("/bulk", scope="events:write", response=BulkResults, status=200)
async def create_admission_types(
    bulk: BulkCreate[AdmissionTypeCreate], session: WriteSession, caller: CurrentCaller
) -> BulkResults:
    """Create up to 1,000 admission types.

    Each has its own result; with `atomic` one refusal refuses all.
    """
    return await create_all(session, caller, bulk, actions.create)


@routes.patch("/{id}", scope="events:write", response=AdmissionType, refuses=[BelowTaken])
async def update_admission_type(
    id: UUID, change: AdmissionTypeUpdate, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
) -> Response:
    """Change an admission type.

    Registrations keep the price they were made at. Places that a larger quota frees go to the waitlist at once.
    """
    await actions.update(session, caller, id, change, if_match)
    return await answer(session, caller, admission_types, id)


@routes.post(
    "/{id}/text-confirmations",
    scope="events:write",
    response=AdmissionType,
    status=200,
    conditional=True,
    refuses=[NotFound],
)
async def confirm_admission_type_text(
    id: UUID, new: AdmissionTypeTextConfirmationCreate, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
) -> Response:
    """Confirm that an admission type's names say the same in other languages.

    As with organisations: a text that changes in one language leaves the others behind until they follow.
    """
    await actions.confirm_text(session, caller, id, new, if_match)
    return await answer(session, caller, admission_types, id)


@routes.delete("/{id}", scope="events:write", refuses=[actions.AdmissionTypeInUse])
async def delete_admission_type(id: UUID, session: WriteSession, caller: CurrentCaller, if_match: IfMatch) -> Response:
    """Delete an admission type that nobody registered with.

    One that was used keeps its registrations' terms; set its quota to the places taken instead.
    """
    await actions.delete(session, caller, id, if_match)
    return Response(status_code=204)
