"""Attendance: who came, on site and online kept apart."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.contracts.base import Input, Instant, Label, Output, Whole
from services.contracts.codes import CountryCode


class OnlineAudienceCreate(Input):
    """A figure of those who followed online, as a platform or a partner reports it."""

    source: Label = Field(description="Who counted.", examples=["Live stream of the venue"])
    viewers: Annotated[Whole, Field(ge=0, le=2_000_000_000)] = Field(
        description="Who followed, in all.", examples=[9400]
    )


class OnlineAudience(Output):
    """The latest figure of one source."""

    source: str
    viewers: int = Field(description="Who followed, in all.")
    recorded_at: Instant = Field(description="When the figure was given.")


class RegistrationCounts(Output):
    """Registrations by state."""

    confirmed: int = Field(description="Those with a place.")
    waitlisted: int = Field(description="Those who wait for one.")
    cancelled: int = Field(description="Those who will not come.")


class CountryCount(Output):
    """Persons from one country."""

    country: CountryCode
    persons: int = Field(description="Checked in on site.")


class OnSiteAttendance(Output):
    """Those who were checked in at the venue."""

    persons: int = Field(description="Checked in on site.")
    country_count: int = Field(description="How many countries they came from.")
    countries: list[CountryCount] = Field(description="Most persons first; those who named one.")
    country_unknown: int = Field(description="Those who named no country.")


class OnlineAttendance(Output):
    """Those who followed from elsewhere."""

    checked_in: int = Field(description="Holders of an online admission who were checked in.")
    viewers: int | None = Field(
        description="Sum of the latest figure of each source; null for partners, whose view is their organisation's."
    )
    audiences: list[OnlineAudience] = Field(description="The latest figure of each source.")


class Attendance(Output):
    """The attendance of an event. A partner's key sees the numbers of its own organisation."""

    event_id: UUID
    registrations: RegistrationCounts
    on_site: OnSiteAttendance
    online: OnlineAttendance
