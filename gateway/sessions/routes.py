"""`/v1/sessions`: sign-in for staff."""

from fastapi import Request, Response
from starlette.background import BackgroundTask

from gateway.callers import SIGNED_IN, Address, CurrentIdentity, CurrentPrincipal
from gateway.sessions import actions
from gateway.sessions.throttle import SignInThrottled
from services.contracts.gateway.session import SessionRefresh, SessionTokens, SignIn
from services.kit.errors import Conflict
from services.kit.failures import respond
from services.kit.routing import PUBLIC, Routes, WriteSession

routes = Routes("/v1/sessions", tag="Sign-in")


class NoSession(Conflict):
    """An API key has no session to end.

    Revoke the key at `/v1/api-keys/{id}` instead.
    """

    status = 409


# No Idempotency-Key on these: the stored answer would be a store of tokens. And no `dry_run`: the answer would hold an
# access token that is as good as any, while the use of the refresh token, and the end of a session whose old token
# came back, would be rolled back.
@routes.post(
    scope=PUBLIC,
    response=SessionTokens,
    keyed=False,
    rehearses=False,
    refuses=(actions.SignInRefused, SignInThrottled),
    summary="Sign in",
    description="Opens a session for a staff user. The access token lasts 15 minutes; refresh it before or after that.",
)
async def sign_in(credentials: SignIn, session: WriteSession, request: Request, address: Address) -> SessionTokens:
    """Sign in."""
    return await actions.sign_in(session, request.app.state.desk, credentials, address)


@routes.post(
    "/refresh",
    scope=PUBLIC,
    response=SessionTokens,
    keyed=False,
    rehearses=False,
    refuses=(actions.SessionEnded, actions.RefreshUnderWay),
    summary="Refresh a session",
    description="Exchanges the refresh token for new tokens. Each refresh token is good for one use: a second use of "
    "an old one ends the session, because somebody else may hold a copy.",
)
async def refresh_session(given: SessionRefresh, session: WriteSession, request: Request) -> SessionTokens | Response:
    """Refresh a session."""
    outcome = await actions.refresh(session, request.app.state.desk, given)
    if isinstance(outcome, actions.SessionEnded):
        return respond(outcome, request, request.app.state.runtime.settings.public_url)
    return outcome


@routes.delete(
    "/current",
    scope=SIGNED_IN,
    conditional=False,
    refuses=(NoSession,),
    summary="Sign out",
    description="Ends the session of the access token this is called with; its tokens stop working within seconds.",
)
async def sign_out(session: WriteSession, principal: CurrentPrincipal, identity: CurrentIdentity) -> Response:
    """Sign out."""
    if principal is None or principal.session_id is None:
        raise NoSession
    await actions.end(session, principal.caller, principal.session_id, "sign-out")
    return Response(status_code=204, background=BackgroundTask(identity.forget, principal.caller.subject))
