"""The caller as the front found it, handed to the gateway's own operations."""

from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import Request
from sqlalchemy import false
from starlette.requests import HTTPConnection

from gateway.identity import Identity, Principal
from services.contracts.scopes import SCOPES
from services.kit.auth import ANONYMOUS, Caller
from services.kit.errors import Forbidden
from services.kit.given import Given
from services.kit.reading import EVERY_ROW, Rule

SIGNED_IN: Final = "signed-in"
"""Marks an operation that any valid credential may call, whatever its scopes."""


class FrontAuthenticator:
    """The kit's way to ask who calls. The front has checked the credential already; nothing else is believed."""

    async def __call__(self, request: HTTPConnection) -> Caller:
        """The caller."""
        caller: Caller = request.scope.get("state", {}).get("front_caller", ANONYMOUS)
        if caller.kind == "anonymous":
            return caller
        return replace(caller, scopes=caller.scopes | {SIGNED_IN})


def _principal(request: Request) -> Principal | None:
    found: Principal | None = request.scope["state"].get("front_principal")
    return found


def _address(request: Request) -> str:
    return str(request.scope["state"].get("front_address", "unknown"))


def _identity(request: Request) -> Identity:
    identity: Identity = request.app.state.identity
    return identity


CurrentPrincipal = Annotated[Principal | None, Given(_principal)]
Address = Annotated[str, Given(_address)]
"""The client's address, for throttling; never stored as it is."""
CurrentIdentity = Annotated[Identity, Given(_identity)]


STAFF_SEE_ALL: Final = (
    Rule("bound", lambda caller: caller.organisation_id is not None, false()),
    EVERY_ROW,
)
"""Users and roles are the alliance's own: a key that is bound to an organisation sees and changes none of them."""


def staff_only(caller: Caller) -> None:
    """Raise for a key that is bound to an organisation: a user or role it made would be bound to none."""
    if caller.organisation_id is not None:
        raise Forbidden("A key that is bound to an organisation does not make users and roles.")


def not_from_abroad(caller: Caller) -> None:
    """Raise for a caller abroad: a key or user it made might pass for one at the office, and be given more."""
    if caller.abroad:
        raise Forbidden("Keys and users are made, and given their country, at the office.")


def require_all(caller: Caller, scopes: Any, what: str) -> None:
    """Nobody hands on more than they have."""
    missing = sorted((set(scopes) & SCOPES.keys()) - caller.scopes)
    if missing:
        raise Forbidden(f"{what} holds scopes you do not: {', '.join(missing)}.")
