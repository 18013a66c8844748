"""Follow-ups: what is to be done after an interaction, by whom and by when."""

from typing import Literal
from uuid import UUID

from pydantic import MISSING, Field
from typing_extensions import TypeAliasType

from services.contracts.base import CalendarDate, Input, Instant, Names, NamesPatch, Output, Texts, TextsPatch
from services.contracts.liaison.colleague import Colleague
from services.contracts.liaison.counterpart import CounterpartBrief
from services.contracts.liaison.interaction import Confidentiality, InteractionBrief

FollowUpStatus = TypeAliasType("FollowUpStatus", Literal["open", "done", "dropped"])


class FollowUpCreate(Input):
    """Something to be done. Someone owns it, and it has a day."""

    counterpart_id: UUID
    interaction_id: UUID | None = Field(
        None,
        description="The interaction it came out of, with the same counterpart. It is as confidential as that.",
    )
    owner: Colleague = Field(description="Who of ours does it.")
    due_on: CalendarDate = Field(
        description="The last day on which it is in time, in the office's calendar.", examples=["2026-03-26"]
    )
    subject: Names = Field(
        description="In one line.", examples=[{"zh": "寄送方案终稿", "en": "Send the final proposal"}]
    )
    note: Texts | None = Field(None, examples=[{"en": "In both languages, with the map."}])


class FollowUpUpdate(Input):
    """What changes; left out keeps, null clears (RFC 7396)."""

    owner: Colleague | MISSING = MISSING
    due_on: CalendarDate | MISSING = MISSING
    subject: NamesPatch | MISSING = MISSING
    note: TextsPatch | None | MISSING = MISSING
    status: FollowUpStatus | MISSING = Field(
        MISSING, description="`done` or `dropped` closes it; `open` takes that back."
    )


class FollowUp(Output):
    """A follow-up."""

    id: UUID
    counterpart_id: UUID
    counterpart: CounterpartBrief | MISSING = Field(MISSING, description="With `expand=counterpart`.")
    interaction_id: UUID | None = None
    interaction: InteractionBrief | None = Field(None, description="With `expand=interaction`.")
    owner: Colleague
    due_on: CalendarDate
    subject: Names
    note: Texts | None = None
    status: FollowUpStatus
    overdue: bool = Field(description="Open, and `due_on` lies before `as_of`, else before the office's today.")
    closed_at: Instant | None = Field(None, description="When it was done or dropped.")
    closed_by: str | None = Field(None, description="Who closed it: `user:…` or `key:…`.")
    confidentiality: Confidentiality = Field(description="That of its interaction; `normal` without one.")
    version: int = Field(description="Raised by each change.")
    created_at: Instant
    updated_at: Instant
