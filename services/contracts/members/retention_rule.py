"""Retention rules: how long records about persons are kept."""

from typing import Literal
from uuid import UUID

from pydantic import MISSING, Field
from typing_extensions import TypeAliasType

from services.contracts.base import Input, Instant, Output
from services.contracts.retention import KeepDays, RetainedAfter, RetentionPreview

RetainedResource = TypeAliasType(
    "RetainedResource", Literal["persons", "notes", "documents", "registrations", "contacts"]
)
RetentionStatus = TypeAliasType("RetentionStatus", Literal["active", "paused"])


class RetentionRuleCreate(Input):
    """A new rule. It begins paused: look at its preview first."""

    resource: RetainedResource = Field(
        description="Persons who were not in use for as long are forgotten: no role held, to come or ended since, "
        "no registration for an event that is to come or ended since, no decision, note or document since. Notes and "
        "documents about persons are deleted. "
        "Participants become anonymous once their event is over for as long, contacts once they left their post.",
        examples=["notes"],
    )
    after: RetainedAfter = Field("updated_at", description="From when the days count.", examples=["updated_at"])
    keep_days: KeepDays = Field(description="How long they are kept.", examples=[1825])


class RetentionRuleUpdate(Input):
    """What changes; left out keeps."""

    keep_days: KeepDays | MISSING = Field(MISSING, description="How long they are kept.", examples=[1825])
    status: RetentionStatus | MISSING = Field(MISSING, description="Only an `active` rule is applied, once a day.")


class RetentionRule(Output):
    """How long records of a kind are kept."""

    id: UUID
    resource: RetainedResource
    after: RetainedAfter = Field(description="From when the days count.")
    keep_days: int = Field(description="How long they are kept.")
    status: RetentionStatus = Field(description="Only an `active` rule is applied, once a day.")
    version: int = Field(description="Raised by each change.")
    created_at: Instant
    updated_at: Instant


__all__ = [
    "KeepDays",
    "RetainedAfter",
    "RetainedResource",
    "RetentionPreview",
    "RetentionRule",
    "RetentionRuleCreate",
    "RetentionRuleUpdate",
    "RetentionStatus",
]
