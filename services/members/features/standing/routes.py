"""The standing of organisations over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.contracts.base import CalendarDate
from services.contracts.members.standing import Standing
from services.kit.clock import office_today
from services.kit.routing import CurrentCaller, CurrentRuntime, Routes
from services.members.features.standing.queries import standing

routes = Routes("/v1/organisations", tag="Memberships")


@routes.get("/{id}/standing", scope="members:read", response=Standing)
async def read_standing(
    id: UUID,
    runtime: CurrentRuntime,
    caller: CurrentCaller,
    on: Annotated[CalendarDate | None, Query(description="The day; today in the office when left out.")] = None,
) -> Standing:
    """Read an organisation's standing on a date.

    Whether it is a member, of what kind and since when, with every term and the gaps between them. One that was merged
    has the standing of its winner.
    """
    return await standing(runtime.read, caller, id, on or office_today())
