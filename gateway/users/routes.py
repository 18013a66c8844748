"""`/v1/users`."""

from uuid import UUID

from fastapi import Response
from starlette.background import BackgroundTask

from gateway.callers import CurrentIdentity
from gateway.users import actions
from gateway.users.queries import USERS
from services.contracts.gateway.user import User, UserCreate, UserUpdate
from services.kit.routing import CurrentCaller, IfMatch, Routes, WriteSession, answer

routes = Routes("/v1/users", tag="Users")
routes.reads(USERS, scope="users:read")


# No Idempotency-Key: the fingerprint kept with it would be one of a password.
@routes.post(
    scope="users:write",
    response=User,
    keyed=False,
    refuses=(actions.UserEmailTaken,),
    summary="Create a user",
    description="A member of staff. You can give only roles whose scopes you hold yourself.",
)
async def create_user(new: UserCreate, session: WriteSession, caller: CurrentCaller) -> Response:
    """Create a user."""
    return await answer(session, caller, USERS, await actions.create(session, caller, new), 201)


@routes.patch(
    "/{id}",
    scope="users:write",
    response=User,
    refuses=(actions.UserEmailTaken, actions.LastAdministrator),
    summary="Change a user",
    description="Also disables a user and sets a new password; both end the user's sessions within seconds.",
)
async def change_user(
    id: UUID,
    update: UserUpdate,
    session: WriteSession,
    caller: CurrentCaller,
    if_match: IfMatch,
    identity: CurrentIdentity,
) -> Response:
    """Change a user."""
    await actions.change(session, caller, id, if_match, update)
    response = await answer(session, caller, USERS, id)
    response.background = BackgroundTask(identity.forget, f"user:{id}")
    return response
