"""`/v1/roles`."""

from uuid import UUID

from fastapi import Response

from gateway.roles import actions
from gateway.roles.queries import ROLES
from services.contracts.gateway.role import Role, RoleCreate, RoleUpdate
from services.kit.routing import CurrentCaller, IfMatch, Routes, WriteSession, answer

routes = Routes("/v1/roles", tag="Roles")
routes.reads(ROLES, scope="roles:read")


@routes.post(
    scope="roles:write",
    response=Role,
    refuses=(actions.RoleNameTaken,),
    summary="Create a role",
    description="A named set of scopes. You can give only scopes you hold yourself.",
)
async def create_role(new: RoleCreate, session: WriteSession, caller: CurrentCaller) -> Response:
    """Create a role."""
    return await answer(session, caller, ROLES, await actions.create(session, caller, new), 201)


@routes.patch(
    "/{id}",
    scope="roles:write",
    response=Role,
    refuses=(actions.RoleFixed,),
    summary="Change a role",
    description="Holds for everybody who has the role within seconds.",
)
async def change_role(
    id: UUID, update: RoleUpdate, session: WriteSession, caller: CurrentCaller, if_match: IfMatch
) -> Response:
    """Change a role."""
    await actions.change(session, caller, id, if_match, update)
    return await answer(session, caller, ROLES, id)


@routes.delete(
    "/{id}",
    scope="roles:write",
    refuses=(actions.RoleFixed, actions.RoleInUse),
    summary="Delete a role",
    description="Only a role that no user holds.",
)
async def delete_role(id: UUID, session: WriteSession, caller: CurrentCaller, if_match: IfMatch) -> Response:
    """Delete a role."""
    await actions.delete(session, caller, id, if_match)
    return Response(status_code=204)
