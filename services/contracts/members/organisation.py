"""Organisations: members of the alliance, and those that may become members."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import MISSING, Field, StringConstraints
from typing_extensions import TypeAliasType

from services.contracts.base import (
    CalendarDate,
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
    Texts,
    TextsPatch,
    Website,
    Whole,
)
from services.contracts.codes import CountryCode
from services.contracts.custom_field import CustomValues, CustomValuesPatch
from services.contracts.text_confirmation import STALE_TEXTS, Confirmation, StaleTexts

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


_REASON = [{"zh": "理事单位，山地徒步线路合作方", "en": "Council unit; partner in the trekking routes"}]
_PARENT = ["01976b1e-7c3a-7000-8000-000000000002"]
_OFFICER = ["01976b1e-7c3a-7000-8000-000000000003"]


class Identifier(Input):
    """An id that someone else gave the organisation; unique within its scheme."""

    scheme: Annotated[str, StringConstraints(max_length=30, pattern=r"^[a-z][a-z0-9-]{0,29}$")] = Field(
        description="Whose id it is.", examples=["wikidata"]
    )
    value: Annotated[str, StringConstraints(max_length=100, pattern=r"^[!-~]{1,100}$")] = Field(
        description="The id in that register.", examples=["Q1234567"]
    )


class FormerName(Input):
    """What an organisation was called before."""

    names: Names = Field(examples=[{"zh": "贵州省旅游局", "en": "Guizhou Tourism Administration"}])
    until: CalendarDate | None = Field(
        None, description="Last day of that name; null when it is not known.", examples=["2018-11-06"]
    )


class KeyMember(Input):
    """Why an organisation is a key member, and for how long."""

    reason: Texts = Field(description="In each language it is written in.", examples=_REASON)
    starts_on: CalendarDate = Field(description="First day.", examples=["2026-01-01"])
    ends_on: CalendarDate | None = Field(
        None, description="Last day, included; null until it is revoked.", examples=["2027-12-31"]
    )


class KeyMemberPatch(Input):
    """What changes of the designation; left out keeps. A new designation needs `reason` and `starts_on`."""

    reason: TextsPatch | MISSING = Field(MISSING, examples=_REASON)
    starts_on: CalendarDate | MISSING = Field(MISSING, examples=["2026-01-01"])
    ends_on: CalendarDate | None | MISSING = Field(MISSING, examples=["2027-12-31"])


Emails = Annotated[list[Email], Field(max_length=20)]
Phones = Annotated[list[PhoneInput], Field(max_length=20)]
Identifiers = Annotated[list[Identifier], Field(max_length=50)]
Tags = Annotated[list[Tag], Field(max_length=50)]
MOST_FORMER_NAMES = 50
FormerNames = Annotated[list[FormerName], Field(max_length=MOST_FORMER_NAMES)]
CadenceDays = Annotated[Whole, Field(ge=1, le=3_650)]


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
    parent_id: UUID | None = Field(None, description="The head office, where it is a branch.", examples=_PARENT)
    former_names: FormerNames = Field([], description="What it was called before; searched as well.")
    description: Texts | None = Field(None, description="What it is and does, in each language it is written in.")
    officer_id: UUID | None = Field(
        None, description="The user of the secretariat who looks after it.", examples=_OFFICER
    )
    contact_cadence_days: CadenceDays | None = Field(
        None, description="How many days may pass without contact.", examples=[90]
    )
    key_member: KeyMember | None = Field(None, description="Set while it is designated a key member.")
    custom: CustomValues = Field({}, description="Custom fields, by key.", examples=[{}])


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
    parent_id: UUID | None | MISSING = Field(MISSING, examples=_PARENT)
    former_names: FormerNames | MISSING = Field(
        MISSING, description="All of them. A new name does not add the old one by itself: a renaming does."
    )
    description: TextsPatch | None | MISSING = MISSING
    officer_id: UUID | None | MISSING = Field(MISSING, examples=_OFFICER)
    contact_cadence_days: CadenceDays | None | MISSING = Field(MISSING, examples=[90])
    key_member: KeyMemberPatch | None | MISSING = MISSING
    status: Literal["active", "archived"] | MISSING = Field(
        MISSING,
        description="`archived` takes it out of daily work and keeps its history; `active` brings it back.",
    )
    custom: CustomValuesPatch | MISSING = Field(MISSING, examples=[{}])


class RenamingCreate(Input):
    """A new name that comes with keeping the old one."""

    names: NamesPatch = Field(description="The languages in which the name is another one now.")
    until: CalendarDate | None = Field(
        None, description="Last day of the old name; null when it is not known.", examples=["2026-05-28"]
    )


class OrganisationTextConfirmationCreate(Confirmation):
    """The word of someone who read the languages of an organisation's text: they say the same."""

    field: Literal["names", "description", "key_member"] = Field(
        description="Which text; for `key_member`, its reason.", examples=["description"]
    )


class Organisation(Output):
    """An organisation. What the office notes about it (cadence, key member, stale texts) partners don't see."""

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
    parent_id: UUID | None = Field(None, description="The head office, where it is a branch.")
    former_names: list[FormerName]
    description: Texts | None = None
    officer_id: UUID | None = Field(None, description="The user of the secretariat who looks after it.")
    contact_cadence_days: int | None = Field(None, description="How many days may pass without contact.")
    key_member: KeyMember | None = Field(None, description="The designation as a key member, with its days.")
    stale_texts: StaleTexts = Field({}, description=STALE_TEXTS)
    status: Literal["active", "archived", "merged"]
    merged_into: UUID | None = Field(None, description="The organisation that took its place, when `merged`.")
    custom: CustomValues = Field(description="Custom fields, by key; one without a value is left out.")
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
