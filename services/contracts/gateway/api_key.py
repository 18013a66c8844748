"""API keys: credentials of partner organisations and programs."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field
from typing_extensions import TypeAliasType

from services.contracts.base import Input, Instant, Label, Output
from services.contracts.codes import CountryCode

Scope = TypeAliasType(
    "Scope",
    Literal[
        "members:read",
        "members:write",
        "persons:read",
        "persons:write",
        "persons:sensitive",
        "notes:read",
        "notes:write",
        "notes:manage",
        "documents:read",
        "documents:write",
        "memberships:read",
        "memberships:write",
        "events:read",
        "events:write",
        "registrations:read",
        "registrations:write",
        "check-ins:write",
        "liaison:read",
        "liaison:write",
        "liaison:confidential",
        "custom-fields:write",
        "changes:read",
        "records:export",
        "audit:read",
        "privacy:read",
        "privacy:write",
        "users:read",
        "users:write",
        "roles:read",
        "roles:write",
        "api-keys:read",
        "api-keys:write",
    ],
)
"""Every scope, spelt out so that generated clients know them; a test compares it with `services.contracts.scopes`."""


def _each_once(scopes: list[Scope]) -> list[Scope]:
    return sorted(set(scopes))


Scopes = Annotated[list[Scope], Field(min_length=1, max_length=100), AfterValidator(_each_once)]


class ApiKey(Output):
    """An API key; its secret part is shown once, when it is made."""

    id: UUID
    name: str = Field(description="Whose it is and what for.", examples=["Ticketing partner, production"])
    hint: str = Field(description="How the newest secret begins.", examples=["alc_live_4fT9aZ"])
    scopes: list[str] = Field(description="What it may do.", examples=[["events:read", "registrations:write"]])
    organisation_id: UUID | None = Field(description="The key sees only this organisation's records; null: all.")
    country: CountryCode | None = Field(
        None,
        description="Where it is used (ISO 3166-1); null: where the office is. Abroad it gets only persons who agreed "
        "to the transfer across borders.",
    )
    expires_at: Instant | None = Field(description="When it ends by itself; null: never.")
    revoked_at: Instant | None = Field(description="When it was revoked; null while it is not.")
    last_used_at: Instant | None = Field(description="Exact to about a minute.")
    created_at: Instant
    updated_at: Instant


class ApiKeyCreate(Input):
    """A new API key."""

    name: Label = Field(description="Whose it is and what for.", examples=["Ticketing partner, production"])
    scopes: Scopes = Field(description="You can give only scopes you hold.", examples=[["events:read"]])
    organisation_id: UUID | None = Field(None, description="Bind the key to this organisation's records.")
    country: CountryCode | None = Field(
        None, description="Where it is used; null: where the office is. It never changes.", examples=["NP"]
    )
    expires_at: Instant | None = Field(None, description="When it ends by itself.", examples=["2027-12-31T00:00:00Z"])


class ApiKeyRotation(Input):
    """How to change over to a new secret."""

    overlap_seconds: Annotated[int, Field(ge=0, le=30 * 86_400)] = Field(
        3_600, description="How long the old secret still works.", examples=[86400]
    )


class ApiKeyIssued(ApiKey):
    """An API key with its secret. It is not shown again."""

    key: str = Field(
        description="Keep it secret; send it as `Authorization: Bearer …`.",
        examples=["alc_live_" + "4fT9aZ0c1d2e3f4g5h6i7j8k9l0m1n2p" + "00abcd"],
    )
