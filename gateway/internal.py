"""What services ask the gateway for: its public keys, a token of their own, and which users there are."""

import hmac
import json
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response

from gateway.identity import Identity
from gateway.limiting import Limiter
from gateway.settings import GatewaySettings
from gateway.table import SERVICES
from gateway.tables.user import UserRow
from gateway.tokens import INTERNAL_SECONDS, Signer
from services.contracts.scopes import INTERNAL
from services.kit.auth import Caller
from services.kit.db import Database
from services.kit.errors import BadRequest, Forbidden, TooManyRequests, Unauthenticated

_LONGEST: Final = 2_000
_MOST_USERS: Final = 1_000
_LONGEST_OF_USERS: Final = 50_000
_FAILURES_A_MINUTE: Final = 60

# What one service may ask of another: questions and deliveries.
_SCOPES: Final = frozenset(
    {
        INTERNAL,
        "changes:read",
        "events:read",
        "liaison:read",
        "members:read",
        "memberships:read",
        "persons:read",
        "registrations:read",
    }
)
# And what it may have another do: members imports files of counterparts.
_WRITES: Final[dict[str, frozenset[str]]] = {"members": frozenset({"liaison:write"})}


class Registry:
    """Answers the services."""

    def __init__(
        self, settings: GatewaySettings, signer: Signer, limiter: Limiter, database: Database, identity: Identity
    ) -> None:
        self._secrets = settings.secrets_of_services
        self._signer = signer
        self._limiter = limiter
        self._database = database
        self._identity = identity

    async def keys(self, _: Request) -> Response:
        """`GET /.well-known/jwks.json`: the keys that verify what the gateway signs (RFC 7517)."""
        return Response(
            json.dumps(self._signer.public_keys()),
            media_type="application/jwk-set+json",
            headers={"Cache-Control": "public, max-age=60"},
        )

    async def token(self, request: Request) -> Response:
        """`POST /internal/tokens`: a token for a service that proves itself with its secret.

        With `acting_for`, one to be sent beside it: of who started what the service does later, as they are now. A
        service that may have others do nothing acts for nobody.
        """
        asked = await _asked(request, _LONGEST)
        name = await self._proven(request, asked)
        writes = _WRITES.get(name, frozenset())
        caller = Caller(f"service:{name}", "service", _SCOPES | writes, None, name)
        if "acting_for" in asked:
            starter = await self._identity.holder(str(asked["acting_for"])) if writes else None
            if starter is None:
                raise Forbidden("They may not call any more, or this service does nothing for others.")
            # Read for them it may what it reads for itself; have done no more than they could.
            scopes = _SCOPES - {INTERNAL} | (writes & starter.scopes)
            caller = replace(starter, scopes=scopes, via=caller.subject)
        token = self._signer.internal_token(caller)
        return Response(json.dumps({"token": token, "expires_in": INTERNAL_SECONDS}), media_type="application/json")

    async def users(self, request: Request) -> Response:
        """`POST /internal/users`: which of some ids are of no user."""
        asked = await _asked(request, _LONGEST_OF_USERS)
        await self._proven(request, asked)
        try:
            ids = {UUID(str(id)) for id in asked["ids"][:_MOST_USERS]}
        except (ValueError, KeyError, TypeError) as error:
            raise BadRequest('Send {"service": "…", "secret": "…", "ids": ["…"]}.') from error
        async with self._database.sessions() as session:
            known = set(await session.scalars(select(UserRow.id).where(UserRow.id.in_(ids))))
        return Response(json.dumps({"unknown": sorted(map(str, ids - known))}), media_type="application/json")

    async def _proven(self, request: Request, asked: dict[str, Any]) -> str:
        """The service that asks, once its secret is found to be right."""
        address = str(request.scope.get("state", {}).get("front_address", "unknown"))
        key = f"service-secret:{address}"
        if (await self._limiter.hit(key, _FAILURES_A_MINUTE, 0)).exceeded:
            raise TooManyRequests(retry_after=60)
        name, secret = str(asked["service"]), str(asked["secret"])
        expected = self._secrets.get(name, "")
        # Compared in any case, so that the time tells nothing about which services there are.
        right = hmac.compare_digest(secret.encode(), expected.encode())
        if not (right and expected and name in SERVICES):
            await self._limiter.hit(key, _FAILURES_A_MINUTE)
            raise Unauthenticated("The service's secret is not right.")
        return name


async def _asked(request: Request, longest: int) -> dict[str, Any]:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > longest:
            raise BadRequest("The body is too long.")
    try:
        asked: Any = json.loads(body)
        named = isinstance(asked["service"], str) and isinstance(asked["secret"], str)
    except (ValueError, KeyError, TypeError) as error:
        raise BadRequest('Send {"service": "…", "secret": "…"}.') from error
    if not named:
        raise BadRequest('Send {"service": "…", "secret": "…"}.')
    return dict(asked)
