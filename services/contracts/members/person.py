"""Persons: whoever the alliance deals with, in whatever organisations, now or once."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import MISSING, AfterValidator, Field, StringConstraints
from typing_extensions import TypeAliasType

from services.contracts.base import (
    ByLanguage,
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
    ShortLabel,
    Tag,
)
from services.contracts.codes import CountryCode
from services.contracts.custom_field import CustomValues, CustomValuesPatch
from services.contracts.members.organisation import Identifier, Identifiers, OrganisationSummary
from services.contracts.members.purpose import ConsentState
from services.contracts.text_confirmation import STALE_TEXTS, Confirmation, StaleTexts

Languages = Annotated[list[Language], Field(max_length=20)]
OtherEmails = Annotated[list[Email], Field(max_length=20)]
Phones = Annotated[list[PhoneInput], Field(max_length=20)]
Tags = Annotated[list[Tag], Field(max_length=50)]
WeChat = Annotated[str, StringConstraints(max_length=40, pattern=r"^[A-Za-z0-9_-]{3,40}$")]
"""A WeChat id."""
PassportNumber = Annotated[
    str, StringConstraints(max_length=20, pattern=r"^[A-Za-z0-9]{3,20}$"), AfterValidator(str.upper)
]
NameOrder = TypeAliasType("NameOrder", Literal["family_first", "given_first"])
ChannelKind = TypeAliasType("ChannelKind", Literal["email", "phone", "wechat", "whatsapp", "other"])
ChannelPurpose = TypeAliasType("ChannelPurpose", Literal["work", "assistant", "emergency", "other"])

_FAMILY, _GIVEN = ["林"], ["晓山"]
_PARTS = {"zh": {"family": "林", "given": "晓山", "order": "family_first"}}
_TITLES = [{"zh": "教授", "en": "Professor"}]
_SALUTATIONS = [{"zh": "尊敬的林教授", "en": "Dear Professor Lin"}]
_CHANNELS = [[{"kind": "phone", "value": "0851 8555 0123", "purpose": "assistant", "valid_from": "2026-01-01"}]]
_PRIVATE = [[{"kind": "wechat", "value": "xiaoshan-home", "purpose": "emergency"}]]
_PASSPORT_NUMBER = ["E00000000"]
_DIET, _HEALTH = ["Vegetarian; no peanuts."], ["Uses a wheelchair."]


class NamePartsInput(Input):
    """A name in one language by its parts, at least one of them."""

    family: ShortLabel | None = Field(None, examples=_FAMILY)
    given: ShortLabel | None = Field(None, examples=_GIVEN)
    order: NameOrder | None = Field(
        None,
        description="Which comes first; left out, the family name in zh, ja, ko, vi and hu, else the given one.",
        examples=["family_first"],
    )


class NamePartsPatch(Input):
    """What changes of a name's parts; left out keeps, null clears."""

    family: ShortLabel | None | MISSING = Field(MISSING, examples=_FAMILY)
    given: ShortLabel | None | MISSING = Field(MISSING, examples=_GIVEN)
    order: NameOrder | MISSING = Field(MISSING, examples=["family_first"])


class NameParts(Output):
    """A name in one language by its parts."""

    family: str | None = Field(None, examples=_FAMILY)
    given: str | None = Field(None, examples=_GIVEN)
    order: NameOrder = Field(description="Which comes first.", examples=["family_first"])


class ChannelInput(Input):
    """A way to reach a person."""

    kind: ChannelKind = Field(description="What it is.", examples=["phone"])
    value: Label = Field(
        description="As people write it; a phone without a prefix is of the person's country.",
        examples=["0851 8555 0123"],
    )
    purpose: ChannelPurpose = Field("work", description="What it is for, or whose it is.", examples=["assistant"])
    valid_from: CalendarDate | None = Field(None, description="First day; null: always was.", examples=["2026-01-01"])
    valid_to: CalendarDate | None = Field(None, description="Last day, included; null: still is.", examples=[None])


class Channel(Output):
    """A way to reach a person."""

    kind: ChannelKind = Field(description="What it is.")
    value: str = Field(description="As it was given.", examples=["0851 8555 0123"])
    normalised: str | None = Field(
        None,
        description="Phones and WhatsApp in E.164, e-mail in small letters; null where it is none that can exist.",
        examples=["+8685185550123"],
    )
    purpose: ChannelPurpose = Field(description="What it is for, or whose it is.")
    valid_from: CalendarDate | None = None
    valid_to: CalendarDate | None = Field(None, description="Last day, included.")


class Passport(Input):
    """A travel document."""

    number: PassportNumber = Field(description="Kept in capitals.", examples=_PASSPORT_NUMBER)
    country: CountryCode = Field(description="Who issued it.", examples=["CN"])
    expires_on: CalendarDate | None = Field(None, description="Last day of validity.", examples=["2031-05-28"])


class PassportPatch(Input):
    """What changes of the travel document; left out keeps. A new one needs `number` and `country`."""

    number: PassportNumber | MISSING = Field(MISSING, examples=_PASSPORT_NUMBER)
    country: CountryCode | MISSING = Field(MISSING, examples=["CN"])
    expires_on: CalendarDate | None | MISSING = Field(MISSING, examples=["2031-05-28"])


NamePartsByLanguage = TypeAliasType(
    "NamePartsByLanguage", Annotated[dict[Language, NameParts], Field(max_length=20), ByLanguage()]
)
NamePartsByLanguageInput = TypeAliasType(
    "NamePartsByLanguageInput", Annotated[dict[Language, NamePartsInput], Field(max_length=20), ByLanguage()]
)
NamePartsByLanguagePatch = TypeAliasType(
    "NamePartsByLanguagePatch",
    Annotated[dict[Language, NamePartsPatch | None], Field(max_length=20), ByLanguage()],
)
Channels = Annotated[list[ChannelInput], Field(max_length=30)]


class PersonCreate(Input):
    """A new person."""

    names: Names | None = Field(
        None,
        description="The whole name in each language it is used in; sorted by `en`, else `zh`. A language that is in "
        "`name_parts` alone gets its whole name from there.",
        examples=[{"zh": "林晓山", "en": "Lin Xiaoshan"}],
    )
    name_parts: NamePartsByLanguageInput = Field(
        {}, description="The parts of the name in each language it is used in.", examples=[_PARTS]
    )
    titles: Names | None = Field(None, description="Before the name, in each language.", examples=_TITLES)
    salutations: Names | None = Field(None, description="How a letter begins, in each language.", examples=_SALUTATIONS)
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
    address: Label | None = Field(None, examples=["38 Zhonghua North Road, Guiyang"])
    channels: Channels = Field([], description="Further ways to reach them at work.", examples=_CHANNELS)
    identifiers: Identifiers = Field([], description="Ids that others gave them; each unique among persons.")
    tags: Tags = Field([], examples=[["speaker"]])
    birth_date: CalendarDate | None = Field(None, description="Needs persons:sensitive.", examples=["1980-02-29"])
    diet: Prose | None = Field(None, description="What they eat, and not; needs persons:sensitive.", examples=_DIET)
    health: Prose | None = Field(
        None, description="Access and medical needs; needs persons:sensitive.", examples=_HEALTH
    )
    passport: Passport | None = Field(None, description="Needs persons:sensitive.")
    private_channels: Channels = Field(
        [], description="Ways to reach them in private; needs persons:sensitive.", examples=_PRIVATE
    )
    custom: CustomValues = Field({}, description="Custom fields, by key.", examples=[{}])


class PersonUpdate(Input):
    """What changes; left out keeps, null clears (RFC 7396)."""

    names: NamesPatch | MISSING = MISSING
    name_parts: NamePartsByLanguagePatch | MISSING = Field(
        MISSING, description="By language; whole names that were made of the parts follow them.", examples=[_PARTS]
    )
    titles: NamesPatch | None | MISSING = Field(MISSING, examples=_TITLES)
    salutations: NamesPatch | None | MISSING = Field(MISSING, examples=_SALUTATIONS)
    family_name: Label | None | MISSING = MISSING
    given_name: Label | None | MISSING = MISSING
    languages: Languages | MISSING = MISSING
    email: Email | None | MISSING = MISSING
    other_emails: OtherEmails | MISSING = MISSING
    phones: Phones | MISSING = MISSING
    wechat: WeChat | None | MISSING = MISSING
    country: CountryCode | None | MISSING = MISSING
    address: Label | None | MISSING = MISSING
    channels: Channels | MISSING = Field(MISSING, examples=_CHANNELS)
    identifiers: Identifiers | MISSING = MISSING
    tags: Tags | MISSING = MISSING
    birth_date: CalendarDate | None | MISSING = Field(MISSING, description="Needs persons:sensitive.")
    diet: Prose | None | MISSING = Field(MISSING, description="Needs persons:sensitive.", examples=_DIET)
    health: Prose | None | MISSING = Field(MISSING, description="Needs persons:sensitive.", examples=_HEALTH)
    passport: PassportPatch | None | MISSING = Field(MISSING, description="Needs persons:sensitive.")
    private_channels: Channels | MISSING = Field(MISSING, description="Needs persons:sensitive.", examples=_PRIVATE)
    custom: CustomValuesPatch | MISSING = Field(MISSING, examples=[{}])


class HeldRole(Output):
    """A role that a person holds today."""

    id: UUID = Field(description="The affiliation's id.")
    organisation: OrganisationSummary = Field(description="Where it is held.")
    role: Names | None = Field(None, description="Title or function in each language it is used in.")
    starts_on: CalendarDate | None = None
    ends_on: CalendarDate | None = Field(None, description="Last day, included.")
    primary: bool = Field(description="Whether it is the person's main role today.")


class PersonTextConfirmationCreate(Confirmation):
    """The word of someone who read the languages of a person's text: they say the same."""

    field: Literal["names", "titles", "salutations"] = Field(description="Which text.", examples=["titles"])


class Person(Output):
    """A person. `birth_date`, `diet`, `health`, `passport` and `private_channels` are left out for callers without
    persons:sensitive, and without a stated purpose."""

    id: UUID
    names: Names
    name_parts: NamePartsByLanguage = Field(description="The parts of the name in each language it is used in.")
    titles: Names | None = Field(None, description="Before the name, in each language.")
    salutations: Names | None = Field(None, description="How a letter begins, in each language.")
    stale_texts: StaleTexts = Field({}, description=STALE_TEXTS)
    family_name: str | None = None
    given_name: str | None = None
    languages: list[str]
    email: str | None = None
    other_emails: list[str]
    phones: list[Phone]
    wechat: str | None = None
    country: CountryCode | None = None
    address: str | None = None
    channels: list[Channel] = Field(description="Further ways to reach them at work.")
    identifiers: list[Identifier]
    tags: list[str]
    birth_date: CalendarDate | None = Field(None, description="Shown with persons:sensitive, for a stated purpose.")
    diet: str | None = Field(None, description="Shown with persons:sensitive, for a stated purpose.")
    health: str | None = Field(None, description="Shown with persons:sensitive, for a stated purpose.")
    passport: Passport | None = Field(None, description="Shown with persons:sensitive, for a stated purpose.")
    private_channels: list[Channel] = Field([], description="Shown with persons:sensitive, for a stated purpose.")
    affiliations: Annotated[list[HeldRole], Field(max_length=1_000)] | MISSING = Field(
        MISSING, description="With `expand=affiliations`: the roles held today, the main one first."
    )
    custom: CustomValues = Field(description="Custom fields, by key; one without a value is left out.")
    status: Literal["active", "merged"]
    merged_into: UUID | None = Field(None, description="The person who took their place, when `merged`.")
    version: int = Field(description="Raised by each change.")
    created_at: Instant
    updated_at: Instant
    consents: list[ConsentState] | MISSING = Field(MISSING, description="What counts now. With `expand=consents`.")


class PersonSummary(Output):
    """A person, as other records embed one."""

    id: UUID
    names: Names
    country: CountryCode | None = None
