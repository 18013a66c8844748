"""Registrations over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Response

from services.contracts.base import BulkCreate, BulkResults
from services.contracts.events.registration import (
    CancellationCreate,
    Registration,
    RegistrationCreate,
    RegistrationUpdate,
)
from services.events.features.registrations import actions, codes, refusals
from services.events.features.registrations.asking import Answers, asking, in_turn
from services.events.features.registrations.queries import registrations
from services.kit.routing import (
    CurrentCaller,
    CurrentRuntime,
    IfMatch,
    Prepared,
    Routes,
    WriteSession,
    answer,
)

routes = Routes("/v1/registrations", tag="Registrations")
routes.reads(registrations, scope="registrations:read")


@routes.post(
    "",
    scope="registrations:write",
    response=Registration,
    prepare=asking(within=0.8),  # the gateway waits 1.7 s for a sign of life, and a crowd has its turns after this
    turn=in_turn,
    refuses=[
        refusals.NoSuchAdmissionType,
        refusals.NoSuchOrganisation,
        refusals.OrganisationMerged,
        refusals.RegistrationClosed,
        refusals.MembersOnly,
        refusals.AlreadyRegistered,
    ],
)
async def create_registration(
    new: RegistrationCreate,
    session: WriteSession,
    caller: CurrentCaller,
    answers: Annotated[Answers, Prepared],
) -> Response:
    """Register a participant.

    There is a place, and it is `confirmed`; or there is none, and it is `waitlisted`. The price is the member price
    when the organisation is a member on the day of the event. When members cannot be asked, the registration is taken
    at the standard price, `to_be_confirmed`, and confirmed as soon as members answers.
    """
    row = await actions.register(session, caller, new, answers)
    return await answer(session, caller, registrations, row.id, 201)


@routes.post("/bulk", scope="registrations:write", response=BulkResults, status=200, prepare=asking(within=5.0))
async def create_registrations(
    bulk: BulkCreate[RegistrationCreate],
    session: WriteSession,
    caller: CurrentCaller,
    answers: Annotated[Answers, Prepared],
) -> BulkResults:
    """Register up to 1,000 participants.

    Places are given in the order of the items. Each has its own result; with `atomic` one refusal refuses all.
    """
    return await actions.register_all(session, caller, bulk, answers)


@routes.patch(
    "/{id}",
    scope="registrations:write",
    response=Registration,
    refuses=[refusals.AlreadyCancelled, refusals.AlreadyRegistered],
)
async def update_registration(
    id: UUID, change: RegistrationUpdate, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
) -> Response:
    """Change the participant.

    Another person may come in the same place: the price and the code for the door stay.
    """
    await actions.update(session, caller, id, change, if_match)
    return await answer(session, caller, registrations, id)


@routes.post(
    "/{id}/cancellations",
    scope="registrations:write",
    response=Registration,
    status=200,
    refuses=[refusals.AlreadyCancelled, refusals.AlreadyLetIn],
)
async def cancel_registration(
    id: UUID, cancellation: CancellationCreate, session: WriteSession, caller: CurrentCaller
) -> Response:
    """Cancel a registration.

    Its place goes to the first on the waitlist at once. A second cancellation is a 409.
    """
    await actions.cancel(session, caller, id, cancellation)
    return await answer(session, caller, registrations, id)


@routes.get(
    "/{id}/qr",
    scope="registrations:write",
    refuses=[refusals.NoPlaceYet],
    responses={
        200: {
            "description": "The picture.",
            "content": {
                "image/svg+xml": {"schema": {"type": "string"}},
                "image/png": {"schema": {"type": "string", "format": "binary"}},
            },
        }
    },
    response_class=Response,
)
async def draw_code(
    id: UUID,
    runtime: CurrentRuntime,
    caller: CurrentCaller,
    format: Annotated[Literal["svg", "png"], Query(description="Of the picture.")] = "svg",
) -> Response:
    """Draw the QR code of a confirmed registration.

    It holds `code`, which `POST /v1/check-ins` takes. Send it to the participant and to nobody else.
    """
    code = await codes.code_of(runtime, caller, id)
    picture, media_type = (
        (codes.qr_png(code), "image/png") if format == "png" else (codes.qr_svg(code), "image/svg+xml")
    )
    return Response(picture, media_type=media_type, headers={"Cache-Control": "private, no-store"})
