"""Purposes over HTTP."""

from uuid import UUID

from fastapi import Response

from services.contracts.members.purpose import Purpose, PurposeCreate, PurposeUpdate
from services.kit.routing import CurrentCaller, IfMatch, Routes, WriteSession, answer
from services.members.features.purposes import actions
from services.members.features.purposes.queries import purpose_texts, purposes

routes = Routes("/v1/purposes", tag="Privacy")
routes.reads(purposes, scope="persons:read")

text_routes = Routes("/v1/purpose-texts", tag="Privacy")
text_routes.reads(purpose_texts, scope="persons:read")


@routes.post("", scope="privacy:write", response=Purpose, refuses=[actions.PurposeKeyTaken])
async def create_purpose(new: PurposeCreate, session: WriteSession, caller: CurrentCaller) -> Response:
    """Create a purpose.

    `access` says that sensitive fields may be read for it, `consent` that persons agree to it.
    """
    row = await actions.create(session, caller, new)
    return await answer(session, caller, purposes, row.id, 201)


@routes.patch("/{id}", scope="privacy:write", response=Purpose)
async def update_purpose(
    id: UUID, change: PurposeUpdate, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
) -> Response:
    """Change, archive or restore a purpose.

    Another text becomes the next version; consents keep naming the version that was agreed to.
    """
    await actions.update(session, caller, id, change, if_match)
    return await answer(session, caller, purposes, id)


@routes.delete("/{id}", scope="privacy:write", refuses=[actions.PurposeInUse])
async def delete_purpose(id: UUID, session: WriteSession, caller: CurrentCaller, if_match: IfMatch) -> Response:
    """Delete a purpose that nobody has decided on.

    One with consents is archived instead: `PATCH` its status.
    """
    await actions.delete(session, caller, id, if_match)
    return Response(status_code=204)
