"""Callers of every kind, with tokens signed as the gateway signs them."""

import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey

from services.contracts.scopes import INTERNAL, SCOPES
from services.kit.auth import AUDIENCE, ISSUER

LASTS = 3 * 3_600
"""Seconds. The gateway's tokens last five minutes; `make models` goes on for longer with one."""


@dataclass
class Signer:
    """Signs like the gateway; services under test trust its public key."""

    key: OKPKey

    @classmethod
    def new(cls) -> "Signer":
        return cls(OKPKey.generate_key("Ed25519", {"kid": "test", "use": "sig"}))

    @property
    def public(self) -> KeySet:
        """What the gateway's JWKS would say."""
        return KeySet([OKPKey.import_key(self.key.as_dict(private=False))])

    def token(
        self, subject: str, kind: str, scopes: list[str], organisation_id: UUID | None = None, **claims: Any
    ) -> str:
        """A token for a caller."""
        now = int(time.time())
        payload = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": subject,
            "kind": kind,
            "scope": " ".join(scopes),
            "iat": now,
            "exp": now + LASTS,
            **({"org": str(organisation_id)} if organisation_id else {}),
            **claims,
        }
        return jwt.encode({"alg": "Ed25519", "kid": "test"}, payload, self.key, algorithms=["Ed25519"])

    def staff(self, *scopes: str) -> str:
        """A staff member; without scopes, one who holds them all."""
        return self.token(f"user:{uuid4()}", "staff", list(scopes or SCOPES))

    def partner(self, organisation_id: UUID, *scopes: str) -> str:
        """A partner's key bound to an organisation."""
        return self.token(f"key:{uuid4()}", "partner", list(scopes or SCOPES), organisation_id)

    def service(self, name: str, *scopes: str) -> str:
        """A service."""
        return self.token(f"service:{name}", "service", [INTERNAL, *scopes])
