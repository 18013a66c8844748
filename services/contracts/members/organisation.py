"""Organisations: members of the alliance, and those that may become members."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import MISSING, Field, StringConstraints
from typing_extensions import TypeAliasType

from services.contracts.base import (
    Email,
    Input,
    Instant,
    Label,
    Names,
    NamesPatch,
    Output,
    Phone,
    PhoneInput,
    Tag,
    Website,
)
from services.contracts.codes import CountryCode

OrganisationKind = TypeAliasType(
    "OrganisationKind",
    Literal[
        "destination_authority",
        "scenic_area",
        "hotel",
        "travel_agency",
        "media_outlet",
        "association",
        "university",
        "enterprise",
        "government_body",
        "international_organisation",
        "other",
    ],
)

Subdivision = Annotated[str, StringConstraints(max_length=6, pattern=r"^[A-Z]{2}-[A-Z0-9]{1,3}$")]
"""ISO 3166-2, such as `CN-GZ`."""


class Identifier(Input):
    """An id that someone else gave the organisation; unique within its scheme."""

    scheme: Annotated[str, StringConstraints(max_length=30, pattern=r"^[a-z][a-z0-9-]{0,29}$")] = Field(
        description="Whose id it is.", examples=["wikidata"]
    )
    value: Annotated[str, StringConstraints(max_length=100, pattern=r"^[!-~]{1,100}$")] = Field(
        description="The id in that register.", examples=["Q1234567"]
    )


Emails = Annotated[list[Email], Field(max_length=20)]
Phones = Annotated[list[PhoneInput], Field(max_length=20)]
Identifiers = Annotated[list[Identifier], Field(max_length=50)]
Tags = Annotated[list[Tag], Field(max_length=50)]


class OrganisationCreate(Input):
    """A new organisation."""

    names: Names = Field(description="In each language it is used in; sorted and shown by `en`, else `zh`.")
    kind: OrganisationKind = Field(description="What kind of organisation it is.", examples=["destination_authority"])
    country: CountryCode | None = Field(None, description="ISO 3166-1, where it sits.", examples=["CN"])
    subdivision: Subdivision | None = Field(None, description="ISO 3166-2, within `country`.", examples=["CN-GZ"])
    city: Label | None = Field(None, examples=["Guiyang"])
    address: Label | None = Field(None, examples=["38 Zhonghua North Road"])
    website: Website | None = Field(None, examples=["https://tourism.example.org"])
    emails: Emails = Field([], examples=[["office@tourism.example.org"]])
    phones: Phones = []
    identifiers: Identifiers = Field([], description="Ids that others gave it; each unique among organisations.")
    tags: Tags = Field([], examples=[["mountain", "council"]])


class OrganisationUpdate(Input):
    """What changes; left out keeps, null clears (RFC 7396)."""

    names: NamesPatch | MISSING = MISSING
    kind: OrganisationKind | MISSING = MISSING
    country: CountryCode | None | MISSING = MISSING
    subdivision: Subdivision | None | MISSING = MISSING
    city: Label | None | MISSING = MISSING
    address: Label | None | MISSING = MISSING
    website: Website | None | MISSING = MISSING
    emails: Emails | MISSING = MISSING
    phones: Phones | MISSING = MISSING
    identifiers: Identifiers | MISSING = MISSING
    tags: Tags | MISSING = MISSING
    status: Literal["active", "archived"] | MISSING = Field(
        MISSING,
        description="`archived` takes it out of daily work and keeps its history; `active` brings it back.",
    )


class Organisation(Output):
    """An organisation."""

    id: UUID
    names: Names
    kind: OrganisationKind
    country: CountryCode | None = None
    subdivision: str | None = None
    city: str | None = None
    address: str | None = None
    website: str | None = None
    emails: list[str]
    phones: list[Phone]
    identifiers: list[Identifier]
    tags: list[str]
    status: Literal["active", "archived", "merged"]
    merged_into: UUID | None = Field(None, description="The organisation that took its place, when `merged`.")
    version: int = Field(description="Raised by each change.")
    created_at: Instant
    updated_at: Instant


class OrganisationSummary(Output):
    """An organisation, as other records embed one."""

    id: UUID
    names: Names
    kind: OrganisationKind
    country: CountryCode | None = None
    status: Literal["active", "archived", "merged"]
