"""An organisation's standing: is it a member on a date, of what kind, since when."""

from typing import Literal
from uuid import UUID

from pydantic import Field
from typing_extensions import TypeAliasType

from services.contracts.base import CalendarDate, Output

StandingStatus = TypeAliasType(
    "StandingStatus", Literal["none", "pending", "active", "grace", "lapsed", "resigned", "expelled"]
)


class StandingTerm(Output):
    """A term of one of the organisation's memberships."""

    id: UUID
    membership_id: UUID
    starts_on: CalendarDate = Field(description="First day.")
    ends_on: CalendarDate = Field(description="Last day, included.")
    grace_until: CalendarDate = Field(description="Last day of grace.")


class Gap(Output):
    """Days between terms on which no term ran, or which a resignation or expulsion took away."""

    starts_on: CalendarDate = Field(description="First day.")
    ends_on: CalendarDate = Field(description="Last day, included.")


class Standing(Output):
    """What an organisation is to the alliance on a date. One that was merged has the standing of its winner."""

    organisation_id: UUID = Field(description="The organisation that was asked for.")
    merged_into: UUID | None = Field(None, description="The organisation whose standing this is, when merged.")
    on: CalendarDate = Field(description="The day that was asked about.")
    status: StandingStatus = Field(
        description="Of the membership that counts most on the day; `none` when it has never had one."
    )
    member: bool = Field(description="Whether it counts as a member: `active` or in `grace`.")
    membership_id: UUID | None = None
    type_code: str | None = Field(None, description="Code of that membership's type.", examples=["full-member"])
    entitlements: list[str] = Field(
        description="What it may claim on the day; empty unless a member.", examples=[["member-price"]]
    )
    seats: int | None = Field(None, description="How many persons the membership covers; null: any.")
    since: CalendarDate | None = Field(
        None, description="First day of the unbroken run of terms that the day lies in, or the last before it."
    )
    until: CalendarDate | None = Field(None, description="Last day of that run.")
    terms: list[StandingTerm] = Field(description="Every term there is, oldest first.")
    gaps: list[Gap] = Field(description="Between the first term and the last, oldest first.")
