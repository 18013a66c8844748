"""Attendance over HTTP."""

from uuid import UUID

from fastapi import Response

from services.contracts.events.attendance import Attendance, OnlineAudience, OnlineAudienceCreate
from services.events.features.attendance import actions
from services.kit.routing import CurrentCaller, CurrentRuntime, Routes, WriteSession

routes = Routes("/v1/events", tag="Attendance")


@routes.get("/{id}/attendance", scope="events:read", response=Attendance)
async def read_attendance(id: UUID, runtime: CurrentRuntime, caller: CurrentCaller) -> Response:
    """Count who came to an event.

    On-site persons are those checked in with an on-site admission; the online audience is what sources reported, and
    the two are never added up. A partner's key counts its own organisation.
    """
    return Response(await actions.count(runtime, caller, id), media_type="application/json")


@routes.post(
    "/{id}/online-audiences",
    scope="events:write",
    response=OnlineAudience,
    refuses=[actions.NotPublished],
)
async def record_online_audience(
    id: UUID, new: OnlineAudienceCreate, session: WriteSession, caller: CurrentCaller
) -> Response:
    """Record a figure of the online audience.

    A later figure of the same source takes the place of the earlier one, which stays as history.
    """
    recorded = await actions.record_audience(session, caller, id, new)
    return Response(
        recorded.model_dump_json(),
        201,
        {"Location": f"/v1/events/{id}/attendance"},
        "application/json",
    )
