"""The caller as the front found it, handed to the gateway's own operations."""

from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from gateway.identity import Identity, Principal
from services.contracts.scopes import SCOPES
from services.kit.auth import ANONYMOUS, Caller
from services.kit.errors import Forbidden

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


async def _principal(request: Request) -> Principal | None:
    found: Principal | None = request.scope["state"].get("front_principal")
    return found


async def _address(request: Request) -> str:
    return str(request.scope["state"].get("front_address", "unknown"))


async def _identity(request: Request) -> Identity:
    identity: Identity = request.app.state.identity
    return identity


CurrentPrincipal = Annotated[Principal | None, Depends(_principal)]
Address = Annotated[str, Depends(_address)]
"""The client's address, for throttling; never stored as it is."""
CurrentIdentity = Annotated[Identity, Depends(_identity)]


def require_all(caller: Caller, scopes: Any, what: str) -> None:
    """Nobody hands on more than they have."""
    missing = sorted((set(scopes) & SCOPES.keys()) - caller.scopes)
    if missing:
        raise Forbidden(f"{what} holds scopes you do not: {', '.join(missing)}.")
