"""`/v1/me`: the caller about themselves."""

from typing import cast
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import select
from starlette.background import BackgroundTask

from gateway import passwords
from gateway.callers import SIGNED_IN, Address, CurrentIdentity, CurrentPrincipal
from gateway.sessions import actions as sessions
from gateway.sessions import throttle
from gateway.tables.user import UserRow
from gateway.users.queries import USERS
from services.contracts.gateway.me import Me, PasswordChange
from services.contracts.scopes import SCOPES
from services.kit.changes import save
from services.kit.errors import Conflict, Forbidden
from services.kit.etag import held
from services.kit.routing import CurrentCaller, CurrentRuntime, Routes, WriteSession

routes = Routes("/v1/me", tag="You")


class NoPassword(Conflict):
    """An API key has no password.

    Rotate the key at `/v1/api-keys/{id}/rotations` instead.
    """

    status = 409


class WrongPassword(Forbidden):
    """The current password is not right.

    Check it. After several failures you have to wait a little.
    """

    status = 403


@routes.get(
    scope=SIGNED_IN,
    response=Me,
    summary="Who am I?",
    description="The user or key behind the credential, its roles and its scopes.",
)
async def read_me(caller: CurrentCaller, runtime: CurrentRuntime) -> Me:
    """Who am I?"""
    me = Me(
        subject=caller.subject,
        kind="partner" if caller.kind == "partner" else "staff",
        name=caller.name,
        scopes=sorted(caller.scopes & SCOPES.keys()),
        organisation_id=caller.organisation_id,
    )
    if caller.subject.startswith("user:"):
        rows = await runtime.read("SELECT email, roles FROM user_account WHERE id = $1", [_user_id(caller.subject)])
        if rows:
            me.email, me.roles = rows[0]
    return me


# No Idempotency-Key: the fingerprint kept with it would be one of a password.
@routes.post(
    "/password",
    scope=SIGNED_IN,
    status=204,
    keyed=False,
    refuses=(NoPassword, WrongPassword, throttle.SignInThrottled),
    summary="Change my password",
    description="Ends your other sessions.",
)
async def change_password(
    change: PasswordChange,
    session: WriteSession,
    caller: CurrentCaller,
    principal: CurrentPrincipal,
    identity: CurrentIdentity,
    address: Address,
    request: Request,
) -> Response:
    """Change my password."""
    if principal is None or principal.session_id is None:
        raise NoPassword
    database = request.app.state.runtime.database
    id = _user_id(caller.subject)
    await throttle.admit(database, caller.subject, address)
    stored = cast("str", await session.scalar(select(UserRow.password_hash).where(UserRow.id == id)))
    await session.rollback()  # no connection is held while passwords are checked
    if not await passwords.matches(change.current_password.get_secret_value(), stored):
        raise WrongPassword
    await throttle.clear(database, caller.subject, address)
    new_hash = await passwords.hashed(change.new_password.get_secret_value())
    row = await held(session, caller, USERS, id)
    if row.password_hash != stored:
        raise WrongPassword  # changed by somebody else in the meantime
    row.password_hash = new_hash
    await save(session, caller, "gateway.user.updated", row, required_scopes=["users:read"])
    await sessions.end_all(session, caller, id, "password-changed", but=principal.session_id)
    return Response(status_code=204, background=BackgroundTask(identity.forget, caller.subject))


def _user_id(subject: str) -> UUID:
    return UUID(subject.removeprefix("user:"))
