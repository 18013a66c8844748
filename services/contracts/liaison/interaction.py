"""Interactions: the daily log of what passed between the alliance and its counterparts."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import MISSING, Field, StringConstraints
from typing_extensions import TypeAliasType

from services.contracts.base import CalendarDate, Input, Instant, Label, Names, NamesPatch, Output, Texts, TextsPatch
from services.contracts.codes import TimeZone
from services.contracts.liaison.colleague import Colleague
from services.contracts.liaison.contact import ContactBrief
from services.contracts.liaison.counterpart import CounterpartBrief

InteractionChannel = TypeAliasType(
    "InteractionChannel", Literal["meeting", "visit", "call", "email", "letter", "wechat", "event", "other"]
)

Confidentiality = TypeAliasType("Confidentiality", Literal["normal", "confidential"])


class TimeOfDay(Input):
    """A time on the clock, with the zone the clock is in."""

    local: Annotated[str, StringConstraints(max_length=5, pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = Field(
        description="Hours and minutes.", examples=["14:30"]
    )
    time_zone: TimeZone = Field(description="IANA zone.", examples=["Asia/Shanghai"])


Colleagues = Annotated[list[Colleague], Field(max_length=50)]
ContactIds = Annotated[list[UUID], Field(max_length=50)]
OtherNames = Annotated[list[Label], Field(max_length=50)]


class InteractionCreate(Input):
    """Something that passed between us and a counterpart."""

    counterpart_id: UUID
    channel: InteractionChannel = Field(description="How it took place.", examples=["meeting"])
    occurred_on: CalendarDate = Field(description="The day it was there; not in the future.", examples=["2026-03-12"])
    time: TimeOfDay | None = Field(None, description="When on that day, if it matters.")
    ours: Colleagues = Field([], description="Who took part of ours.")
    contact_ids: ContactIds = Field(
        [], description="Contacts who took part, also of other counterparts.", examples=[[]]
    )
    their_names: OtherNames = Field(
        [], description="Others of theirs, who are no contacts.", examples=[["Second Secretary Example"]]
    )
    subject: Names = Field(
        description="In one line.", examples=[{"zh": "山地旅游日合作方案", "en": "Proposal for Mountain Tourism Day"}]
    )
    summary: Texts | None = Field(
        None,
        description="What was said and agreed.",
        examples=[{"zh": "对方将确认场地。", "en": "They will confirm the venue."}],
    )
    confidentiality: Confidentiality = Field(
        "normal", description="`confidential` needs the scope `liaison:confidential`, to write and to see."
    )


class InteractionUpdate(Input):
    """What changes; left out keeps, null clears (RFC 7396)."""

    channel: InteractionChannel | MISSING = MISSING
    occurred_on: CalendarDate | MISSING = MISSING
    time: TimeOfDay | None | MISSING = MISSING
    ours: Colleagues | MISSING = MISSING
    contact_ids: ContactIds | MISSING = MISSING
    their_names: OtherNames | MISSING = MISSING
    subject: NamesPatch | MISSING = MISSING
    summary: TextsPatch | None | MISSING = MISSING
    confidentiality: Confidentiality | MISSING = Field(
        MISSING, description="Changing it needs the scope `liaison:confidential`."
    )


class Interaction(Output):
    """An interaction."""

    id: UUID
    counterpart_id: UUID
    counterpart: CounterpartBrief | MISSING = Field(MISSING, description="With `expand=counterpart`.")
    channel: InteractionChannel
    occurred_on: CalendarDate
    time: TimeOfDay | None = None
    ours: list[Colleague]
    contact_ids: list[UUID]
    contacts: list[ContactBrief] | MISSING = Field(MISSING, description="With `expand=contacts`, by precedence.")
    their_names: list[str]
    subject: Names
    summary: Texts | None = None
    confidentiality: Confidentiality
    version: int = Field(description="Raised by each change.")
    created_at: Instant
    updated_at: Instant


class InteractionBrief(Output):
    """An interaction as other records embed it."""

    id: UUID
    channel: InteractionChannel
    occurred_on: CalendarDate
    subject: Names
