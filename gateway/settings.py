"""What the gateway reads from its environment, besides what every process reads."""

import json
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Any, Self

from pydantic import Field, SecretStr, model_validator

from services.kit.settings import Settings

_MINIMUM_SECRET = 32


class GatewaySettings(Settings):
    """The gateway's settings."""

    signing_keys: SecretStr = Field(
        description="JSON list of private Ed25519 JWKs. The first signs; the others stay valid until removed."
    )
    service_secrets: SecretStr = Field(description='Each service\'s secret: `{"members": "…", …}`.')
    redis_url: SecretStr | None = Field(
        None,
        description="Redis or Valkey for limits that replicas share; without it each process counts for itself.",
    )
    office_country: Annotated[str, Field(pattern="^[A-Z]{2}$")] = Field(
        "CN", description="Where the office is (ISO 3166-1). Keys and users with another country are abroad."
    )
    cors_origins: str = Field("", description="Origins a browser may call from, comma-separated, or `*`.")
    trusted_proxies: str = Field(
        "", description="Networks (CIDR, comma-separated) whose `X-Forwarded-For` tells the client's address."
    )
    caller_requests_per_minute: Annotated[int | None, Field(ge=1)] = Field(
        None, description="Limit of one key or user. Default: 6,000 in production, 600,000 locally."
    )
    address_requests_per_minute: Annotated[int | None, Field(ge=1)] = Field(
        None,
        description="Limit of one address without a credential. Default: 1,200 in production, 60,000 locally.",
    )
    address_failures_per_minute: Annotated[int | None, Field(ge=1)] = Field(
        None, description="Bad credentials taken from one address. Default: 60 in production, 6,000 locally."
    )
    in_flight: Annotated[int, Field(ge=1)] = Field(
        2_000, description="Requests a gateway process carries at once; one more gets a 503."
    )
    in_flight_per_service: Annotated[int, Field(ge=1)] = Field(1_000, description="Of these, to one service.")
    at_once_per_service: Annotated[int, Field(ge=1)] = Field(
        12,
        description="Reads, and a third as many writes, that a service is given at once by a gateway process; the next "
        "ones wait their turn for a moment, or get a 503. With several replicas of a service, so many for each.",
    )
    max_upload_bytes: Annotated[int, Field(ge=1_024)] = Field(
        64 * 1024 * 1024,
        description="Largest body passed on to a service, which may set a lower limit itself.",
    )
    access_token_seconds: Annotated[int, Field(ge=60, le=3_600)] = 900
    refresh_token_days: Annotated[int, Field(ge=1, le=365)] = 30

    @model_validator(mode="after")
    def _well_formed(self) -> Self:
        keys = self.signing_jwks
        if not keys or not all(key.get("crv") == "Ed25519" and key.get("d") for key in keys):
            raise ValueError("SIGNING_KEYS must be a JSON list of private Ed25519 JWKs")
        secrets = self.secrets_of_services
        if self.environment == "production" and any(len(secret) < _MINIMUM_SECRET for secret in secrets.values()):
            raise ValueError("SERVICE_SECRETS must hold secrets of at least 32 characters in production")
        _ = self.trusted_networks
        return self

    @cached_property
    def signing_jwks(self) -> list[dict[str, Any]]:
        """The private keys, first the one that signs."""
        parsed = _json("SIGNING_KEYS", self.signing_keys)
        if not isinstance(parsed, list) or not all(isinstance(key, dict) for key in parsed):
            raise ValueError("SIGNING_KEYS must be a JSON list of private Ed25519 JWKs")
        return parsed

    @cached_property
    def secrets_of_services(self) -> dict[str, str]:
        """Service → the secret it proves itself with."""
        parsed = _json("SERVICE_SECRETS", self.service_secrets)
        if not isinstance(parsed, dict) or not all(isinstance(value, str) for value in parsed.values()):
            raise ValueError("SERVICE_SECRETS must be a JSON object of strings")
        return parsed

    @cached_property
    def trusted_networks(self) -> list[IPv4Network | IPv6Network]:
        """Networks whose forwarding headers are believed."""
        return [ip_network(network.strip()) for network in self.trusted_proxies.split(",") if network.strip()]

    @cached_property
    def origins(self) -> frozenset[str]:
        """Origins allowed to call from a browser."""
        return frozenset(origin.strip().rstrip("/") for origin in self.cors_origins.split(",") if origin.strip())

    @property
    def per_caller(self) -> int:
        """Requests a minute of one key or user."""
        return self.caller_requests_per_minute or self._by_environment(6_000, 600_000)

    @property
    def per_address(self) -> int:
        """Requests a minute of one address without a credential."""
        return self.address_requests_per_minute or self._by_environment(1_200, 60_000)

    @property
    def failures_per_address(self) -> int:
        """Bad credentials a minute from one address."""
        return self.address_failures_per_minute or self._by_environment(60, 6_000)

    def _by_environment(self, production: int, local: int) -> int:
        return production if self.environment == "production" else local


def _json(name: str, value: SecretStr) -> Any:
    try:
        return json.loads(value.get_secret_value())
    except json.JSONDecodeError as error:
        raise ValueError(f"{name} must be JSON") from error
