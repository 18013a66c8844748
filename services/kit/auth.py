"""Who is calling: tokens that the gateway signed, verified with its public keys, and the scopes they carry.

A service trusts nothing else. Between services the asking service sends its own token, and the originating caller's
beside it in `X-On-Behalf-Of`: the scopes are the service's, the rows are the originating caller's. What a service does
later, when that caller's token has ended, it does with one that the gateway gave it to act for them (claim `act`): it
counts beside that service's own token only, and for no more than it says.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Literal, Protocol
from uuid import UUID

import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from starlette.requests import HTTPConnection

from services.contracts.scopes import NEEDS_PURPOSE, PUBLIC
from services.kit.errors import Forbidden, PurposeRequired, Unauthenticated, Unavailable

ISSUER = "alliance-gateway"
AUDIENCE = "alliance-services"
ALGORITHMS = ["Ed25519"]
ON_BEHALF_OF = "x-on-behalf-of"
_ON_BEHALF_OF = ON_BEHALF_OF.encode()

_KEPT_TOKENS = 10_000
_REFETCH_SECONDS = 5.0
_CLOCK_SKEW_SECONDS = 10
"""A token from a gateway whose clock is ahead by less is taken; its end counts to the second."""
_KINDS = ("staff", "partner", "service")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and what they may do."""

    subject: str
    """`user:<uuid>`, `key:<uuid>`, `service:<name>`, or `anonymous`."""
    kind: Literal["staff", "partner", "service", "anonymous"]
    scopes: frozenset[str] = frozenset()
    organisation_id: UUID | None = None
    """The organisation a partner is bound to; such a caller sees that organisation's rows only."""
    name: str | None = None
    via: str | None = None
    """The service that asks on this caller's behalf."""
    abroad: bool = False
    """Whether the caller sits in another country than the office: personal data leaves the country on the way there."""
    purpose: str | None = None
    """What the caller says a read is for: see `holds`."""

    def require(self, scope: str) -> None:
        """Raise unless the caller holds the scope."""
        if scope == PUBLIC or scope in self.scopes:
            return
        if self.kind == "anonymous":
            raise Unauthenticated()
        raise Forbidden(f"This needs the scope {scope}.")

    def holds(self, scope: str) -> bool:
        """Whether the caller may read what the scope guards: some scopes count only with a stated purpose."""
        return scope in self.scopes and (self.purpose is not None or scope not in NEEDS_PURPOSE)

    def require_to_read(self, scope: str) -> None:
        """Raise unless the caller may read, or ask by, what the scope guards."""
        self.require(scope)
        if not self.holds(scope):
            raise PurposeRequired("Say what it is for, in the header `Purpose` or the parameter `purpose`.")

    @property
    def reading_scopes(self) -> frozenset[str]:
        """The scopes that count for what is read."""
        return self.scopes if self.purpose is not None else self.scopes - NEEDS_PURPOSE

    def stating(self, purpose: str | None) -> "Caller":
        """The same caller with this purpose; with None, one who is shown nothing that needs one."""
        return self if purpose == self.purpose else replace(self, purpose=purpose)


ANONYMOUS = Caller("anonymous", "anonymous")


def staff_only(caller: Caller) -> None:
    """Raise for a partner: the alliance's own staff decides this, whatever a partner's key holds."""
    if caller.kind == "partner":
        raise Forbidden("Only the alliance's staff may do this.")


class Authenticator(Protocol):
    """Finds out who calls; raises `Unauthenticated` for a bad credential, answers `ANONYMOUS` for none."""

    async def __call__(self, request: HTTPConnection) -> Caller: ...


class TokenAuthenticator:
    """Verifies the gateway's tokens.

    `fetch_keys` answers its JWKS; they are fetched again when an unknown one signs.
    """

    def __init__(self, fetch_keys: Callable[[], Awaitable[KeySet]]) -> None:
        self._fetch_keys = fetch_keys
        self._keys: KeySet | None = None
        self._fetched_at = float("-inf")
        """When they were last asked for, also in vain."""
        self._verified: dict[str, tuple[Caller, float]] = {}
        self._one_fetch = asyncio.Lock()

    async def __call__(self, request: HTTPConnection) -> Caller:
        authorization = original = None
        for name, value in request.scope["headers"]:  # once through, where each look-up would go through all
            if name == b"authorization" and authorization is None:
                authorization = value.decode("latin-1")
            elif name == _ON_BEHALF_OF and original is None:
                original = value.decode("latin-1")
        if authorization is None:
            return ANONYMOUS
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthenticated("Only Bearer tokens are taken.")
        caller = await self.verify(token)
        if caller.via is not None:
            raise Unauthenticated("The token is for acting on somebody's behalf, and does not stand for them alone.")
        if caller.kind == "service" and original:
            origin = await self.verify(original)
            if origin.via is None:
                return replace(origin, scopes=caller.scopes, via=caller.subject)
            if origin.via != caller.subject:
                raise Unauthenticated("The token was given to another service.")
            return replace(origin, scopes=caller.scopes & origin.scopes)
        return caller

    async def verify(self, token: str) -> Caller:
        """The caller a token names. Verified tokens are kept until they end, so the signature costs once."""
        kept = self._verified.get(token)
        if kept is not None:
            if kept[1] > time.time():
                return kept[0]
            del self._verified[token]
            raise Unauthenticated("The token has expired.")
        claims = await self._claims(token)
        try:
            expires_at = float(claims["exp"])
            caller = Caller(
                subject=str(claims["sub"]),
                kind=claims["kind"],
                scopes=frozenset(str(claims.get("scope", "")).split()),
                organisation_id=UUID(claims["org"]) if claims.get("org") else None,
                name=claims.get("name"),
                via=str(claims["act"]["sub"]) if "act" in claims else None,
                abroad=claims.get("abroad") is True,
            )
        except (KeyError, ValueError, TypeError) as error:
            raise Unauthenticated("The token is not one of ours.") from error
        if caller.kind not in _KINDS:
            raise Unauthenticated("The token is not one of ours.")
        if expires_at <= time.time():
            raise Unauthenticated("The token has expired.")
        if len(self._verified) >= _KEPT_TOKENS:
            self._verified.clear()
        self._verified[token] = (caller, expires_at)
        return caller

    async def _claims(self, token: str) -> jwt.Claims:
        keys = self._keys or await self._new_keys()
        registry = jwt.JWTClaimsRegistry(
            leeway=_CLOCK_SKEW_SECONDS,
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": AUDIENCE},
            sub={"essential": True},
            exp={"essential": True},
        )
        for attempt in (1, 2):
            try:
                decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
                registry.validate(decoded.claims)
                return decoded.claims
            except (JoseError, ValueError) as error:
                # An unknown key may be a new one: ask once more, but never more often than every few seconds.
                if attempt == 1 and time.monotonic() - self._fetched_at > _REFETCH_SECONDS:
                    keys = await self._new_keys()
                    continue
                raise Unauthenticated("The token is not valid.") from error
        raise Unauthenticated("The token is not valid.")

    async def _new_keys(self) -> KeySet:
        asked_at = time.monotonic()
        async with self._one_fetch:
            # Another request may have tried while this one waited. How that went counts for all who did: one after the
            # other they would each wait as long as a gateway that hangs is waited for.
            if self._fetched_at < asked_at:
                try:
                    self._keys = await self._fetch_keys()
                except Unavailable:
                    log.warning("gateway_keys_not_refreshed")
                self._fetched_at = time.monotonic()
            if self._keys is None:
                raise Unavailable("The gateway's keys cannot be read.")
            return self._keys
