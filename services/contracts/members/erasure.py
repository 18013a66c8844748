"""Erasures: a person forgotten, in every service, with a receipt from each."""

from typing import Literal
from uuid import UUID

from pydantic import Field
from typing_extensions import TypeAliasType

from services.contracts.base import Input, Instant, Output
from services.contracts.subject import ErasureReceipt

ErasureReason = TypeAliasType("ErasureReason", Literal["asked_for", "consent_withdrawn", "retention", "unlawful"])
ErasureState = TypeAliasType("ErasureState", Literal["running", "done"])


class ErasureCreate(Input):
    """Whom to forget."""

    person_id: UUID
    reason: ErasureReason = Field(description="Why.", examples=["asked_for"])


class Erasure(Output):
    """A person who is forgotten. It names them by an id that leads nowhere any more."""

    id: UUID
    person_id: UUID
    reason: ErasureReason = Field(description="Why.")
    state: ErasureState = Field(description="`done` once every service has confirmed it.")
    receipts: list[ErasureReceipt] = Field(description="What each service did, and when.")
    requested_by: str = Field(description="Who decided it.", examples=["user:01976b1e-7c3a-7000-8000-000000000009"])
    version: int = Field(description="Raised by each receipt.")
    created_at: Instant
    updated_at: Instant
