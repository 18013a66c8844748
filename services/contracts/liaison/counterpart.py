"""Counterparts: embassies, ministries, agencies and others the alliance keeps in touch with."""

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
    Website,
    Whole,
)
from services.contracts.codes import CountryCode
from services.contracts.custom_field import CustomValues, CustomValuesPatch
from services.contracts.liaison.colleague import Colleague
from services.contracts.text_confirmation import STALE_TEXTS, Confirmation, StaleTexts

CounterpartKind = TypeAliasType(
    "CounterpartKind",
    Literal[
        "embassy",
        "high_commission",
        "apostolic_nunciature",
        "permanent_mission",
        "delegation",
        "interests_section",
        "consulate_general",
        "consulate",
        "vice_consulate",
        "consular_agency",
        "honorary_consulate",
        "representative_office",
        "trade_office",
        "ministry",
        "government_body",
        "tourism_agency",
        "cooperation_unit",
        "international_organisation",
        "other",
    ],
)
"""Missions as the Vienna conventions and Commonwealth practice name them, then bodies that are no mission."""

CounterpartStatus = Literal["active", "archived"]


class CounterpartIdentifier(Input):
    """An id that someone else gave the counterpart; unique within its scheme."""

    scheme: Annotated[str, StringConstraints(max_length=30, pattern=r"^[a-z][a-z0-9-]{0,29}$")] = Field(
        description="Whose id it is.", examples=["wikidata"]
    )
    value: Annotated[str, StringConstraints(max_length=100, pattern=r"^[!-~]{1,100}$")] = Field(
        description="The id in that register.", examples=["Q1234567"]
    )


Emails = Annotated[list[Email], Field(max_length=20)]
Phones = Annotated[list[PhoneInput], Field(max_length=20)]
Identifiers = Annotated[list[CounterpartIdentifier], Field(max_length=50)]
Tags = Annotated[list[Tag], Field(max_length=50)]
CadenceDays = Annotated[Whole, Field(ge=1, le=3650)]


class CounterpartCreate(Input):
    """A new counterpart."""

    names: Names = Field(
        description="In each language it is used in; sorted and shown by `en`, else `zh`.",
        examples=[{"zh": "尼泊尔驻华大使馆", "en": "Embassy of Nepal in China"}],
    )
    kind: CounterpartKind = Field(description="What kind of counterpart it is.", examples=["embassy"])
    represents: CountryCode | None = Field(
        None, description="ISO 3166-1, the country it represents; null for an international body.", examples=["NP"]
    )
    stands_in: CountryCode | None = Field(None, description="ISO 3166-1, the country it stands in.", examples=["CN"])
    city: Label | None = Field(None, examples=["Beijing"])
    address: Label | None = Field(None, examples=["1 Example Street, Sanlitun"])
    website: Website | None = Field(None, examples=["https://embassy.example.org"])
    emails: Emails = Field([], examples=[["office@embassy.example.org"]])
    phones: Phones = []
    identifiers: Identifiers = Field([], description="Ids that others gave it; each unique among counterparts.")
    organisation_id: UUID | None = Field(
        None,
        description="The members' organisation that it is, when it is one. Partners bound to it see the counterpart.",
    )
    contact_cadence_days: CadenceDays | None = Field(
        None, description="We talk at least once in so many days; null: no rhythm.", examples=[90]
    )
    owner: Colleague | None = Field(None, description="Who of ours keeps the contact.")
    tags: Tags = Field([], examples=[["mountain-day-2026"]])
    custom: CustomValues = Field({}, description="Custom fields, by key.", examples=[{}])


class CounterpartUpdate(Input):
    """What changes; left out keeps, null clears (RFC 7396)."""

    names: NamesPatch | MISSING = MISSING
    kind: CounterpartKind | MISSING = MISSING
    represents: CountryCode | None | MISSING = MISSING
    stands_in: CountryCode | None | MISSING = MISSING
    city: Label | None | MISSING = MISSING
    address: Label | None | MISSING = MISSING
    website: Website | None | MISSING = MISSING
    emails: Emails | MISSING = MISSING
    phones: Phones | MISSING = MISSING
    identifiers: Identifiers | MISSING = MISSING
    organisation_id: UUID | None | MISSING = MISSING
    contact_cadence_days: CadenceDays | None | MISSING = MISSING
    owner: Colleague | None | MISSING = MISSING
    tags: Tags | MISSING = MISSING
    status: CounterpartStatus | MISSING = Field(
        MISSING,
        description="`archived` takes it out of daily work and keeps its history; `active` brings it back.",
    )
    custom: CustomValuesPatch | MISSING = Field(MISSING, examples=[{}])


class CounterpartTextConfirmationCreate(Confirmation):
    """The word of someone who read the languages of a counterpart's names: they say the same."""

    field: Literal["names"] = Field(description="Which text.", examples=["names"])


class Counterpart(Output):
    """A counterpart."""

    id: UUID
    names: Names
    kind: CounterpartKind
    represents: CountryCode | None = None
    stands_in: CountryCode | None = None
    city: str | None = None
    address: str | None = None
    website: str | None = None
    emails: list[str]
    phones: list[Phone]
    identifiers: list[CounterpartIdentifier]
    organisation_id: UUID | None = None
    organisation_names: Names | None = Field(
        None, description="The organisation's names as members last told them; null until they did."
    )
    contact_cadence_days: int | None = None
    last_contact_on: CalendarDate | None = Field(
        None, description="Date of the last interaction that you may see; null when there is none."
    )
    next_due_on: CalendarDate | None = Field(
        None,
        description="The last contact you may see plus the cadence; without one, the day the cadence was set. "
        "Null without a cadence.",
    )
    due: bool = Field(description="Active, and `next_due_on` is `as_of` (else the office's today) or before.")
    owner: Colleague | None = None
    tags: list[str]
    status: CounterpartStatus
    custom: CustomValues = Field(description="Custom fields, by key; one without a value is left out.")
    stale_texts: StaleTexts = Field({}, description=STALE_TEXTS)
    version: int = Field(description="Raised by each change.")
    created_at: Instant
    updated_at: Instant


class CounterpartBrief(Output):
    """A counterpart as other records embed it."""

    id: UUID
    names: Names
    kind: CounterpartKind
    represents: CountryCode | None = None
