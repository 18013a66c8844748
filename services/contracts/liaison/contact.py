"""Contacts: the people of a counterpart, with rank and precedence."""

from typing import Annotated
from uuid import UUID

from pydantic import MISSING, Field

from services.contracts.base import (
    CalendarDate,
    Email,
    Input,
    Instant,
    Language,
    Names,
    NamesPatch,
    Output,
    Phone,
    PhoneInput,
    Whole,
)
from services.contracts.liaison.counterpart import CounterpartBrief

Emails = Annotated[list[Email], Field(max_length=20)]
Phones = Annotated[list[PhoneInput], Field(max_length=20)]
Languages = Annotated[list[Language], Field(max_length=10)]
Precedence = Annotated[Whole, Field(ge=1, le=9999)]


class ContactCreate(Input):
    """A new contact of a counterpart."""

    counterpart_id: UUID
    person_id: UUID | None = Field(
        None, description="The person in members, where it is known who it is.", examples=[None]
    )
    names: Names = Field(
        description="The name in each script it is used in.", examples=[{"zh": "丁真子", "en": "Tenzin Example"}]
    )
    title: Names | None = Field(
        None, description="Rank or office.", examples=[{"zh": "文化参赞", "en": "Cultural Counsellor"}]
    )
    precedence: Precedence | None = Field(
        None, description="Order of precedence within the counterpart; 1 comes first.", examples=[3]
    )
    emails: Emails = Field([], examples=[["counsellor@embassy.example.org"]])
    phones: Phones = []
    languages: Languages = Field([], description="Best first.", examples=[["ne", "en"]])
    since: CalendarDate | None = Field(None, description="First day in this office.", examples=["2025-03-01"])
    until: CalendarDate | None = Field(None, description="Last day in this office; not before `since`.")


class ContactUpdate(Input):
    """What changes; left out keeps, null clears (RFC 7396)."""

    person_id: UUID | None | MISSING = Field(MISSING, description="The person in members.", examples=[None])
    names: NamesPatch | MISSING = MISSING
    title: NamesPatch | None | MISSING = MISSING
    precedence: Precedence | None | MISSING = MISSING
    emails: Emails | MISSING = MISSING
    phones: Phones | MISSING = MISSING
    languages: Languages | MISSING = MISSING
    since: CalendarDate | None | MISSING = MISSING
    until: CalendarDate | None | MISSING = MISSING


class Contact(Output):
    """A contact."""

    id: UUID
    counterpart_id: UUID
    counterpart: CounterpartBrief | MISSING = Field(MISSING, description="With `expand=counterpart`.")
    person_id: UUID | None = Field(None, description="The person in members, where it is known who it is.")
    names: Names
    title: Names | None = None
    precedence: int | None = None
    emails: list[str]
    phones: list[Phone]
    languages: list[str]
    since: CalendarDate | None = None
    until: CalendarDate | None = None
    current: bool = Field(
        description="In office on `as_of`, else on the office's today; unknown dates count as in office."
    )
    version: int = Field(description="Raised by each change.")
    created_at: Instant
    updated_at: Instant


class ContactBrief(Output):
    """A contact as other records embed it."""

    id: UUID
    names: Names
    title: Names | None = None
