"""What services ask the gateway for: its public keys, and a token of their own."""

import hmac
import json
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.limiting import Limiter
from gateway.settings import GatewaySettings
from gateway.table import SERVICES
from gateway.tokens import INTERNAL_SECONDS, Signer
from services.contracts.scopes import INTERNAL
from services.kit.auth import Caller
from services.kit.errors import BadRequest, TooManyRequests, Unauthenticated

_LONGEST: Final = 2_000
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

    def __init__(self, settings: GatewaySettings, signer: Signer, limiter: Limiter) -> None:
        self._secrets = settings.secrets_of_services
        self._signer = signer
        self._limiter = limiter

    async def keys(self, _: Request) -> Response:
        """`GET /.well-known/jwks.json`: the keys that verify what the gateway signs (RFC 7517)."""
        return Response(
            json.dumps(self._signer.public_keys()),
            media_type="application/jwk-set+json",
            headers={"Cache-Control": "public, max-age=60"},
        )

    async def token(self, request: Request) -> Response:
        """`POST /internal/tokens`: a token for a service that proves itself with its secret."""
        address = str(request.scope.get("state", {}).get("front_address", "unknown"))
        key = f"service-secret:{address}"
        if (await self._limiter.hit(key, _FAILURES_A_MINUTE, 0)).exceeded:
            raise TooManyRequests(retry_after=60)
        name, secret = await _asked(request)
        expected = self._secrets.get(name, "")
        # Compared in any case, so that the time tells nothing about which services there are.
        right = hmac.compare_digest(secret.encode(), expected.encode())
        if not (right and expected and name in SERVICES):
            await self._limiter.hit(key, _FAILURES_A_MINUTE)
            raise Unauthenticated("The service's secret is not right.")
        token = self._signer.internal_token(
            Caller(f"service:{name}", "service", _SCOPES | _WRITES.get(name, frozenset()), None, name)
        )
        return Response(json.dumps({"token": token, "expires_in": INTERNAL_SECONDS}), media_type="application/json")


async def _asked(request: Request) -> tuple[str, str]:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _LONGEST:
            raise BadRequest("The body is too long.")
    try:
        asked: Any = json.loads(body)
        name, secret = asked["service"], asked["secret"]
    except (ValueError, KeyError, TypeError) as error:
        raise BadRequest('Send {"service": "…", "secret": "…"}.') from error
    if not isinstance(name, str) or not isinstance(secret, str):
        raise BadRequest('Send {"service": "…", "secret": "…"}.')
    return name, secret
