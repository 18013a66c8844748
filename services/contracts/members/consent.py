"""Consents: what a person agreed to, or no longer does. Only added to; the newest counts."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field
from typing_extensions import TypeAliasType

from services.contracts.base import Input, Instant, Label, Output, Whole
from services.contracts.members.person import PersonSummary
from services.contracts.members.purpose import Decision, PurposeKey

ConsentChannel = TypeAliasType(
    "ConsentChannel", Literal["web_form", "email", "phone", "paper", "in_person", "wechat", "other"]
)


class ConsentCreate(Input):
    """What a person decided."""

    person_id: UUID
    purpose: PurposeKey = Field(description="The purpose's key.", examples=["newsletter"])
    decision: Decision = Field(description="What the person decided.", examples=["given"])
    text_version: Annotated[Whole, Field(ge=1, le=2_147_483_647)] | None = Field(
        None, description="The version of the text that was shown; left out: the present one.", examples=[1]
    )
    decided_at: Instant | None = Field(
        None,
        description="When they decided, not in the future; left out: now.",
        examples=["2026-05-01T02:00:00Z"],
    )
    channel: ConsentChannel = Field(description="How it was said.", examples=["paper"])
    proof_document_id: UUID | None = Field(None, description="The document that shows it.", examples=[None])
    proof: Label | None = Field(None, description="Where the proof is, in words.", examples=["Form in folder 2026/3"])


class Consent(Output):
    """What a person decided once."""

    id: UUID
    person_id: UUID
    purpose: str = Field(description="The purpose's key.", examples=["newsletter"])
    decision: Decision = Field(description="What the person decided.")
    text_version: int = Field(description="The version of the text that was shown; 0: there was none.")
    decided_at: Instant = Field(description="When the person decided.")
    channel: ConsentChannel = Field(description="How it was said.")
    proof_document_id: UUID | None = Field(None, description="The document that shows it.")
    proof: str | None = Field(None, description="Where the proof is, in words.")
    recorded_by: str = Field(description="Who entered it.", examples=["user:01976b1e-7c3a-7000-8000-000000000009"])
    current: bool = Field(description="Whether it is what counts now for this person and purpose.")
    version: int = Field(description="Always 1: a consent is never changed, only followed by another.")
    created_at: Instant
    updated_at: Instant
    person: PersonSummary | None = Field(None, description="With `expand=person`.")
