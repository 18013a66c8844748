"""Designations: what a site was rated, named or chosen as, by whom, and from when until when."""

from typing import Literal
from uuid import UUID

from pydantic import MISSING, Field
from typing_extensions import TypeAliasType

from services.contracts.base import CalendarDate, Input, Instant, Label, Names, NamesPatch, Output, Website
from services.contracts.codes import CountryCode
from services.contracts.text_confirmation import STALE_TEXTS, Confirmation, StaleTexts

DesignationKind = TypeAliasType(
    "DesignationKind", Literal["rating", "demonstration_observation_site", "heritage", "other"]
)

_LABEL = [{"zh": "国家5A级旅游景区", "en": "National AAAAA Tourist Attraction"}]
_AWARDED_BY = [{"zh": "文化和旅游部", "en": "Ministry of Culture and Tourism"}]


class DesignationSource(Input):
    """Where it is written."""

    title: Label | None = Field(None, description="What the source is called.", examples=["Announcement 12 of 2018"])
    url: Website | None = Field(
        None, description="Where it was published.", examples=["https://gazette.example.org/12"]
    )
    document_id: UUID | None = Field(None, description="A document of ours that holds it.", examples=[None])


class DesignationCreate(Input):
    """A new designation. What replaces an earlier one is a designation of its own; end the earlier one."""

    site_id: UUID
    kind: DesignationKind = Field(description="What kind of designation it is.", examples=["rating"])
    label: Names = Field(description="What it is called, in each language.", examples=_LABEL)
    grade: Label | None = Field(None, description="Where there are several.", examples=["AAAAA"])
    awarded_by: Names | None = Field(None, description="Who decided it.", examples=_AWARDED_BY)
    awarded_on: CalendarDate | None = Field(
        None, description="First day; null when it is not known.", examples=["2018-10-29"]
    )
    valid_until: CalendarDate | None = Field(
        None, description="Last day, included; null when it has no end.", examples=["2028-10-28"]
    )
    revoked_on: CalendarDate | None = Field(
        None, description="First day on which it no longer counts, when it was taken away.", examples=[None]
    )
    source: DesignationSource | None = Field(None, description="Where it is written.")


class DesignationUpdate(Input):
    """What changes; left out keeps, null clears (RFC 7396). A source is given as a whole."""

    kind: DesignationKind | MISSING = MISSING
    label: NamesPatch | MISSING = MISSING
    grade: Label | None | MISSING = MISSING
    awarded_by: NamesPatch | None | MISSING = MISSING
    awarded_on: CalendarDate | None | MISSING = Field(MISSING, examples=["2018-10-29"])
    valid_until: CalendarDate | None | MISSING = Field(MISSING, examples=["2028-10-28"])
    revoked_on: CalendarDate | None | MISSING = Field(MISSING, examples=["2026-03-01"])
    source: DesignationSource | None | MISSING = MISSING


class DesignatedSite(Output):
    """A site, as its designations embed it."""

    id: UUID
    organisation_id: UUID
    names: Names
    country: CountryCode | None = None
    status: Literal["active", "archived"]


class DesignationTextConfirmationCreate(Confirmation):
    """The word of someone who read the languages of a designation: they say the same."""

    field: Literal["label", "awarded_by"] = Field(description="Which text.", examples=["label"])


class Designation(Output):
    """A designation of a site."""

    id: UUID
    site_id: UUID
    kind: DesignationKind
    label: Names
    grade: str | None = None
    awarded_by: Names | None = None
    awarded_on: CalendarDate | None = None
    valid_until: CalendarDate | None = Field(None, description="Last day, included.")
    revoked_on: CalendarDate | None = Field(None, description="First day on which it no longer counts.")
    source: DesignationSource | None = None
    site: DesignatedSite | MISSING = Field(MISSING, description="With `expand=site`.")
    stale_texts: StaleTexts = Field({}, description=STALE_TEXTS)
    version: int = Field(description="Raised by each change.")
    created_at: Instant
    updated_at: Instant


class HeldDesignation(Output):
    """A designation, as its site embeds it."""

    id: UUID
    kind: DesignationKind
    label: Names
    grade: str | None = None
    awarded_on: CalendarDate | None = None
    valid_until: CalendarDate | None = Field(None, description="Last day, included.")
