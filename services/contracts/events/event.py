"""Events: what people attend. An edition of a series is an event with a year."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import MISSING, Field
from typing_extensions import TypeAliasType

from services.contracts.base import (
    Input,
    Instant,
    Label,
    Names,
    NamesPatch,
    Output,
    Texts,
    TextsPatch,
    VenueTime,
    Whole,
)
from services.contracts.codes import CountryCode
from services.contracts.custom_field import CustomValues, CustomValuesPatch
from services.contracts.text_confirmation import STALE_TEXTS, Confirmation, StaleTexts

EventFormat = TypeAliasType("EventFormat", Literal["on_site", "online", "hybrid"])
EventStatus = TypeAliasType("EventStatus", Literal["draft", "published", "closed", "completed", "cancelled"])
Visibility = TypeAliasType("Visibility", Literal["public", "invited"])

Year = Annotated[Whole, Field(ge=1900, le=2199)]
Capacity = Annotated[Whole, Field(ge=1, le=1_000_000)]

_STARTS = {"local": "2027-05-29T09:00", "time_zone": "Asia/Makassar"}
_ENDS = {"local": "2027-05-29T17:30", "time_zone": "Asia/Makassar"}


class EventCreate(Input):
    """A new event; it begins as a draft."""

    names: Names = Field(
        description="In each language it is announced in; sorted and shown by `en`, else `zh`.",
        examples=[{"zh": "2027年国际山地旅游日", "en": "International Mountain Tourism Day 2027"}],
    )
    theme: Names | None = Field(
        None,
        description="This edition's theme, one line.",
        examples=[{"zh": "山地，共同的家园", "en": "Mountains, a shared home"}],
    )
    texts: Texts | None = Field(None, description="What it is about, for the programme.")
    series_id: UUID | None = Field(None, description="The series it belongs to.", examples=[None])
    edition_year: Year | None = Field(
        None,
        description="Makes it the series' yearly edition of that year; a series has one a year.",
        examples=[2027],
    )
    format: EventFormat = Field(description="Where people take part.", examples=["hybrid"])
    starts: VenueTime = Field(description="On the clock at the venue.", examples=[_STARTS])
    ends: VenueTime = Field(description="On the clock at the venue; not before `starts`.", examples=[_ENDS])
    venue: Names | None = Field(
        None,
        description="Name of the venue.",
        examples=[{"zh": "巴厘岛演示度假村", "en": "Bali Demo Resort"}],
    )
    city: Label | None = Field(None, examples=["Nusa Dua"])
    country: CountryCode | None = Field(None, description="ISO 3166-1, where it takes place.", examples=["ID"])
    capacity: Capacity | None = Field(None, description="Places in all; null: as many as come.", examples=[300])
    registration_opens_at: Instant | None = Field(
        None, description="Null: as soon as it is published.", examples=["2027-01-15T00:00:00Z"]
    )
    registration_closes_at: Instant | None = Field(
        None, description="Null: when it ends.", examples=["2027-05-20T16:00:00Z"]
    )
    visibility: Visibility = Field(
        "public", description="`public` events are in the calendar feed and seen by partners."
    )
    custom: CustomValues = Field({}, description="Custom fields, by key.", examples=[{}])


class EventUpdate(Input):
    """What changes; left out keeps, null clears (RFC 7396)."""

    names: NamesPatch | MISSING = MISSING
    theme: NamesPatch | None | MISSING = MISSING
    texts: TextsPatch | None | MISSING = MISSING
    series_id: UUID | None | MISSING = Field(MISSING, examples=[None])
    edition_year: Year | None | MISSING = Field(MISSING, examples=[2027])
    format: EventFormat | MISSING = MISSING
    starts: VenueTime | MISSING = Field(MISSING, examples=[_STARTS])
    ends: VenueTime | MISSING = Field(MISSING, examples=[_ENDS])
    venue: NamesPatch | None | MISSING = MISSING
    city: Label | None | MISSING = MISSING
    country: CountryCode | None | MISSING = MISSING
    capacity: Capacity | None | MISSING = Field(
        MISSING,
        description="Raising it gives the places to the waitlist; it cannot go below the places taken.",
    )
    registration_opens_at: Instant | None | MISSING = MISSING
    registration_closes_at: Instant | None | MISSING = MISSING
    visibility: Visibility | MISSING = MISSING
    status: EventStatus | MISSING = Field(
        MISSING,
        description="`draft` → `published` → `closed` (to registration; may be opened again) → `completed`; "
        "any of the first three → `cancelled`.",
        examples=["published"],
    )
    custom: CustomValuesPatch | MISSING = Field(MISSING, examples=[{}])


class SeriesSummary(Output):
    """A series, in few words."""

    id: UUID
    names: Names


class EventSummary(Output):
    """An event, in few words."""

    id: UUID
    names: Names
    starts: VenueTime
    ends: VenueTime
    status: EventStatus


class EventTextConfirmationCreate(Confirmation):
    """The word of someone who read the languages of an event's text: they say the same."""

    field: Literal["names", "theme", "texts", "venue"] = Field(description="Which text.", examples=["texts"])


class Event(Output):
    """An event."""

    id: UUID
    names: Names
    theme: Names | None = None
    texts: Texts | None = None
    series_id: UUID | None = None
    edition_year: int | None = None
    format: EventFormat
    starts: VenueTime
    ends: VenueTime
    starts_at: Instant = Field(description="The moment of `starts`, by the zone's rules as known today.")
    ends_at: Instant = Field(description="The moment of `ends`.")
    venue: Names | None = None
    city: str | None = None
    country: CountryCode | None = None
    capacity: int | None = None
    registration_opens_at: Instant | None = None
    registration_closes_at: Instant | None = None
    visibility: Visibility
    status: EventStatus
    published_at: Instant | None = Field(None, description="When it was first published.")
    custom: CustomValues = Field(description="Custom fields, by key; one without a value is left out.")
    stale_texts: StaleTexts = Field({}, description=STALE_TEXTS)
    version: int = Field(description="Raised by each change.")
    created_at: Instant
    updated_at: Instant
    series: SeriesSummary | None = Field(None, description="With `expand=series`.")
