"""Sites: the scenic areas, hotels, trails and other places that members run."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import MISSING, Field, Strict
from typing_extensions import TypeAliasType

from services.contracts.base import (
    Input,
    Instant,
    Label,
    Names,
    NamesPatch,
    Output,
    Tag,
    Texts,
    TextsPatch,
    Website,
)
from services.contracts.codes import CountryCode
from services.contracts.custom_field import CustomValues, CustomValuesPatch
from services.contracts.members.designation import HeldDesignation
from services.contracts.members.organisation import OrganisationSummary, Subdivision
from services.contracts.text_confirmation import STALE_TEXTS, Confirmation, StaleTexts

SiteKind = TypeAliasType(
    "SiteKind",
    Literal[
        "scenic_area",
        "nature_reserve",
        "geopark",
        "village",
        "trail",
        "ski_area",
        "camp",
        "hotel",
        "museum",
        "heritage_site",
        "resort",
        "other",
    ],
)

Tags = Annotated[list[Tag], Field(max_length=50)]

_NAMES = [{"zh": "梵净山景区", "en": "Fanjingshan Scenic Area"}]
_DESCRIPTION = [{"zh": "武陵山脉主峰。", "en": "The main peak of the Wuling Mountains."}]


class Coordinates(Input):
    """A place on the earth, in decimal degrees (WGS 84)."""

    lat: Annotated[float, Strict()] = Field(ge=-90, le=90, description="Latitude; north is positive.", examples=[27.91])
    lon: Annotated[float, Strict()] = Field(
        ge=-180, le=180, description="Longitude; east is positive.", examples=[108.69]
    )


class SiteCreate(Input):
    """A new site."""

    organisation_id: UUID = Field(description="The member that runs it.")
    names: Names = Field(description="In each language it is used in; sorted by `en`, else `zh`.", examples=_NAMES)
    kind: SiteKind = Field(description="What kind of place it is.", examples=["scenic_area"])
    country: CountryCode | None = Field(None, description="ISO 3166-1, where it lies.", examples=["CN"])
    subdivision: Subdivision | None = Field(None, description="ISO 3166-2, within `country`.", examples=["CN-GZ"])
    city: Label | None = Field(None, examples=["Tongren"])
    address: Label | None = Field(None, examples=["Taiping Town, Jiangkou County"])
    coordinates: Coordinates | None = Field(None, description="Where on the map, such as its main gate.")
    website: Website | None = Field(None, examples=["https://fanjingshan.example.org"])
    description: Texts | None = Field(None, description="What visitors find there.", examples=_DESCRIPTION)
    tags: Tags = Field([], examples=[["mountain"]])
    custom: CustomValues = Field({}, description="Custom fields, by key.", examples=[{}])


class SiteUpdate(Input):
    """What changes; left out keeps, null clears (RFC 7396). Coordinates are given as a whole."""

    organisation_id: UUID | MISSING = Field(MISSING, description="The member that runs it from now on.")
    names: NamesPatch | MISSING = MISSING
    kind: SiteKind | MISSING = MISSING
    country: CountryCode | None | MISSING = MISSING
    subdivision: Subdivision | None | MISSING = MISSING
    city: Label | None | MISSING = MISSING
    address: Label | None | MISSING = MISSING
    coordinates: Coordinates | None | MISSING = MISSING
    website: Website | None | MISSING = MISSING
    description: TextsPatch | None | MISSING = MISSING
    tags: Tags | MISSING = MISSING
    status: Literal["active", "archived"] | MISSING = Field(
        MISSING,
        description="`archived` takes it out of daily work and keeps its history; `active` brings it back.",
    )
    custom: CustomValuesPatch | MISSING = Field(MISSING, examples=[{}])


class SiteTextConfirmationCreate(Confirmation):
    """The word of someone who read the languages of a site's text: they say the same."""

    field: Literal["names", "description"] = Field(description="Which text.", examples=["names"])


class Site(Output):
    """A site."""

    id: UUID
    organisation_id: UUID
    names: Names
    kind: SiteKind
    country: CountryCode | None = None
    subdivision: str | None = None
    city: str | None = None
    address: str | None = None
    coordinates: Coordinates | None = None
    website: str | None = None
    description: Texts | None = None
    tags: list[str]
    status: Literal["active", "archived"]
    organisation: OrganisationSummary | MISSING = Field(MISSING, description="With `expand=organisation`.")
    designations: Annotated[list[HeldDesignation], Field(max_length=100)] | MISSING = Field(
        MISSING, description="With `expand=designations`: those it holds today, the newest first."
    )
    custom: CustomValues = Field(description="Custom fields, by key; one without a value is left out.")
    stale_texts: StaleTexts = Field({}, description=STALE_TEXTS)
    version: int = Field(description="Raised by each change.")
    created_at: Instant
    updated_at: Instant
