"""What was done with records, as the audit log tells it."""

from typing import Any
from uuid import UUID

from pydantic import Field

from services.contracts.base import Instant, Output


class AuditEntry(Output):
    """Somebody saw, took out, decided or ended something."""

    id: UUID
    at: Instant = Field(description="When.")
    action: str = Field(description="What, `resource.verb`.", examples=["persons.exported"])
    actor: str = Field(
        description="Who: `user:…`, `key:…` or `service:…`; on a service's call the one on whose behalf it asked.",
        examples=["user:01976b1e-7c3a-7000-8000-000000000009"],
    )
    via: str | None = Field(description="The service that asked on the actor's behalf.", examples=["service:events"])
    request_id: str | None = Field(description="`X-Request-Id` of the request.")
    resource: str = Field(description="What kind of record it was about.", examples=["person"])
    about: list[UUID] = Field(description="Which records, up to a thousand of them.")
    about_count: int = Field(description="How many records.", examples=[1])
    fields: list[str] = Field(description="The fields that were shown.", examples=[["birth_date"]])
    purpose: str | None = Field(description="What the caller said it is for.", examples=["visa_letter"])
    detail: dict[str, Any] = Field(description="How it was asked for; no personal values.")
    sequence: int = Field(description="Place in the service's chain, without gaps.", examples=[42])
    hash: str = Field(description="SHA-256 of the row and of the hash before it, in hexadecimal.")
