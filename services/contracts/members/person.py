"""Persons: whoever the alliance deals with, in whatever organisations, now or once."""

from typing import Annotated
from uuid import UUID

from pydantic import MISSING, Field, StringConstraints

from services.contracts.base import (
    CalendarDate,
    Email,
    Input,
    Instant,
    Label,
    Language,
    Names,
    NamesPatch,
    Output,
    Phone,
    PhoneInput,
    Prose,
    Tag,
)
from services.contracts.codes import CountryCode

Languages = Annotated[list[Language], Field(max_length=20)]
OtherEmails = Annotated[list[Email], Field(max_length=20)]
Phones = Annotated[list[PhoneInput], Field(max_length=20)]
Tags = Annotated[list[Tag], Field(max_length=50)]
WeChat = Annotated[str, StringConstraints(max_length=40, pattern=r"^[A-Za-z0-9_-]{3,40}$")]
"""A WeChat id."""


class PersonCreate(Input):
    """A new person."""

    names: Names = Field(
        description="The whole name in each language it is used in; sorted by `en`, else `zh`.",
        examples=[{"zh": "林晓山", "en": "Lin Xiaoshan"}],
    )
    family_name: Label | None = Field(None, description="In Latin letters, as in the passport.", examples=["Lin"])
    given_name: Label | None = Field(None, description="In Latin letters, as in the passport.", examples=["Xiaoshan"])
    languages: Languages = Field([], description="Spoken, best first.", examples=[["zh", "en"]])
    email: Email | None = Field(
        None,
        description="Main address; no two persons have the same, whatever its capitals.",
        examples=["xiaoshan.lin@tourism.example.org"],
    )
    other_emails: OtherEmails = Field([], description="Further addresses.", examples=[["xiaoshan@mail.example.org"]])
    phones: Phones = []
    wechat: WeChat | None = Field(None, description="WeChat id.", examples=["lin_xiaoshan"])
    country: CountryCode | None = Field(
        None,
        description="ISO 3166-1, where the person lives; also the hint for phones without a prefix.",
        examples=["CN"],
    )
    tags: Tags = Field([], examples=[["speaker"]])
    birth_date: CalendarDate | None = Field(None, description="Needs persons:sensitive.", examples=["1980-02-29"])
    requirements: Prose | None = Field(
        None,
        description="Dietary, access and medical needs; needs persons:sensitive.",
        examples=["Vegetarian; uses a wheelchair."],
    )


class PersonUpdate(Input):
    """What changes; left out keeps, null clears (RFC 7396)."""

    names: NamesPatch | MISSING = MISSING
    family_name: Label | None | MISSING = MISSING
    given_name: Label | None | MISSING = MISSING
    languages: Languages | MISSING = MISSING
    email: Email | None | MISSING = MISSING
    other_emails: OtherEmails | MISSING = MISSING
    phones: Phones | MISSING = MISSING
    wechat: WeChat | None | MISSING = MISSING
    country: CountryCode | None | MISSING = MISSING
    tags: Tags | MISSING = MISSING
    birth_date: CalendarDate | None | MISSING = Field(MISSING, description="Needs persons:sensitive.")
    requirements: Prose | None | MISSING = Field(MISSING, description="Needs persons:sensitive.")


class Person(Output):
    """A person. `birth_date` and `requirements` are left out for callers without persons:sensitive."""

    id: UUID
    names: Names
    family_name: str | None = None
    given_name: str | None = None
    languages: list[str]
    email: str | None = None
    other_emails: list[str]
    phones: list[Phone]
    wechat: str | None = None
    country: CountryCode | None = None
    tags: list[str]
    birth_date: CalendarDate | None = Field(None, description="Shown with persons:sensitive.")
    requirements: str | None = Field(None, description="Shown with persons:sensitive.")
    version: int = Field(description="Raised by each change.")
    created_at: Instant
    updated_at: Instant


class PersonSummary(Output):
    """A person, as other records embed one."""

    id: UUID
    names: Names
    country: CountryCode | None = None
