"""Admission types: the ways into an event, each with its own quota and prices."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import MISSING, Field
from typing_extensions import TypeAliasType

from services.contracts.base import Input, Instant, Money, Names, NamesPatch, Output, Whole
from services.contracts.events.event import EventSummary
from services.contracts.text_confirmation import STALE_TEXTS, Confirmation, StaleTexts

Eligibility = TypeAliasType("Eligibility", Literal["everyone", "members"])
Presence = TypeAliasType("Presence", Literal["on_site", "online"])

Quota = Annotated[Whole, Field(ge=0, le=1_000_000)]


class AdmissionTypeCreate(Input):
    """A new way into an event."""

    event_id: UUID
    names: Names = Field(examples=[{"zh": "会员代表", "en": "Member delegate"}])
    presence: Presence = Field("on_site", description="Where its holders take part; attendance is counted apart.")
    eligibility: Eligibility = Field(
        "everyone", description="`members`: only for organisations that are members on the day of the event."
    )
    quota: Quota | None = Field(
        None, description="How many of the event's places; null: as many as the event has.", examples=[120]
    )
    price: Money = Field(examples=[{"amount": 120000, "currency": "CNY"}])
    member_price: Money | None = Field(
        None,
        description="For organisations that are members on the day of the event; in the currency of `price`.",
        examples=[{"amount": 80000, "currency": "CNY"}],
    )


class AdmissionTypeUpdate(Input):
    """What changes; left out keeps, null clears (RFC 7396). Registrations keep the price they were made at."""

    names: NamesPatch | MISSING = MISSING
    presence: Presence | MISSING = MISSING
    eligibility: Eligibility | MISSING = MISSING
    quota: Quota | None | MISSING = Field(
        MISSING, description="Raising it gives the places to the waitlist; it cannot go below the places taken."
    )
    price: Money | MISSING = MISSING
    member_price: Money | None | MISSING = MISSING


class AdmissionTypeSummary(Output):
    """A way into an event, in few words."""

    id: UUID
    names: Names


class AdmissionTypeTextConfirmationCreate(Confirmation):
    """The word of someone who read the languages of an admission type's names: they say the same."""

    field: Literal["names"] = Field(description="Which text.", examples=["names"])


class AdmissionType(Output):
    """A way into an event."""

    id: UUID
    event_id: UUID
    names: Names
    presence: Presence
    eligibility: Eligibility
    quota: int | None = None
    price: Money
    member_price: Money | None = None
    stale_texts: StaleTexts = Field({}, description=STALE_TEXTS)
    version: int = Field(description="Raised by each change.")
    created_at: Instant
    updated_at: Instant
    event: EventSummary | MISSING = Field(MISSING, description="With `expand=event`.")
