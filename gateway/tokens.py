"""Tokens the gateway signs (Ed25519): access tokens for staff, and internal ones that tell a service who calls."""

import time
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from services.kit.auth import ALGORITHMS, AUDIENCE, ISSUER, Caller
from services.kit.errors import Unauthenticated

ACCESS_AUDIENCE: Final = "alliance-gateway"
INTERNAL_SECONDS: Final = 300
RENEWED_BEFORE_END: Final = 60


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What a staff access token says: whose it is, and which signed-in session it belongs to."""

    user_id: UUID
    session_id: UUID
    expires_at: float


class Signer:
    """Holds the private keys. The first signs; all are published, so that a key can be replaced without a break."""

    def __init__(self, jwks: list[dict[str, Any]]) -> None:
        self._keys = [OKPKey.import_key({**jwk, "use": "sig", "alg": "Ed25519"}) for jwk in jwks]
        for key in self._keys:
            key.ensure_kid()
        self._set = KeySet(list(self._keys))
        self._access_claims = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": ACCESS_AUDIENCE},
            sub={"essential": True},
            exp={"essential": True},
        )

    def public_keys(self) -> dict[str, Any]:
        """The JWKS to publish; no private part."""
        return {"keys": [key.as_dict(private=False) for key in self._keys]}

    def access_token(self, user_id: UUID, session_id: UUID, seconds: int) -> str:
        """A staff access token."""
        now = int(time.time())
        return self._sign(
            {
                "iss": ISSUER,
                "aud": ACCESS_AUDIENCE,
                "sub": f"user:{user_id}",
                "sid": str(session_id),
                "iat": now,
                "exp": now + seconds,
            }
        )

    def read_access_token(self, token: str) -> AccessClaims:
        """The claims of an access token. Raises `Unauthenticated`."""
        try:
            claims = jwt.decode(token, self._set, algorithms=ALGORITHMS).claims
            self._access_claims.validate(claims)
            return AccessClaims(UUID(claims["sub"].removeprefix("user:")), UUID(claims["sid"]), float(claims["exp"]))
        except (JoseError, ValueError, KeyError, AttributeError, TypeError) as error:
            raise Unauthenticated("The access token is not valid or has expired.") from error

    def internal_token(self, caller: Caller, seconds: int = INTERNAL_SECONDS) -> str:
        """A token for the services that carries exactly this caller; `via` is the only service that may show it."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": caller.subject,
            "kind": caller.kind,
            "scope": " ".join(sorted(caller.scopes)),
            "iat": now,
            "exp": now + min(seconds, INTERNAL_SECONDS),
        }
        if caller.organisation_id is not None:
            claims["org"] = str(caller.organisation_id)
        if caller.name is not None:
            claims["name"] = caller.name
        if caller.abroad:
            claims["abroad"] = True
        if caller.via is not None:
            claims["act"] = {"sub": caller.via}  # RFC 8693
        return self._sign(claims)

    def _sign(self, claims: dict[str, Any]) -> str:
        key = self._keys[0]
        return jwt.encode({"alg": "Ed25519", "kid": key.kid}, claims, key, algorithms=ALGORITHMS)
