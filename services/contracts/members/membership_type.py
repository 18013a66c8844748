"""Membership types: how long a term is, how long the grace after it, and what it entitles to."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import MISSING, Field, StringConstraints
from typing_extensions import TypeAliasType

from services.contracts.base import Input, Instant, Names, NamesPatch, Output, Whole
from services.contracts.text_confirmation import STALE_TEXTS, Confirmation, StaleTexts

Code = Annotated[str, StringConstraints(max_length=40, pattern=r"^[a-z][a-z0-9-]{0,39}$")]
"""A short name for programs, such as `council` or `member-price`."""

GraceDays = Annotated[Whole, Field(ge=0, le=730)]
Entitlements = Annotated[list[Code], Field(max_length=50)]
Seats = Annotated[Whole, Field(ge=1, le=1_000_000)]
MembershipTypeStatus = TypeAliasType("MembershipTypeStatus", Literal["active", "archived"])


class RollingPeriod(Input):
    """A term lasts so many months from the day it starts."""

    kind: Literal["rolling"] = Field(description="This rule.")
    months: Whole = Field(description="How long a term is.", ge=1, le=120, examples=[12])


class FixedPeriod(Input):
    """A term ends with the alliance's year, whenever it starts. The year begins on this day."""

    kind: Literal["fixed"] = Field(description="This rule.")
    start_month: Whole = Field(description="1 is January.", ge=1, le=12, examples=[1])
    start_day: Whole = Field(ge=1, le=28, description="Up to 28, so that every year has it.", examples=[1])


Period = TypeAliasType("Period", Annotated[RollingPeriod | FixedPeriod, Field(discriminator="kind")])

_CODE = ["full-member"]
_NAMES = [{"zh": "正式会员", "en": "Full member"}]
_PERIOD = [{"kind": "fixed", "start_month": 1, "start_day": 1}]


class MembershipTypeCreate(Input):
    """A new membership type."""

    code: Code = Field(description="Unique among types; never changes.", examples=_CODE)
    names: Names = Field(examples=_NAMES)
    period: Period = Field(description="How long a term is when its dates are not given.", examples=_PERIOD)
    grace_days: GraceDays = Field(
        0, description="Days after a term's end on which the member still counts as one.", examples=[30]
    )
    entitlements: Entitlements = Field(
        [], description="What its members are entitled to, as codes of your own.", examples=[["member-price", "vote"]]
    )
    seats: Seats | None = Field(None, description="How many persons it covers; null: any.", examples=[5])


class MembershipTypeUpdate(Input):
    """What changes; left out keeps, null clears (RFC 7396). Terms that exist keep their dates and their grace."""

    names: NamesPatch | MISSING = Field(MISSING, examples=_NAMES)
    period: Period | MISSING = Field(MISSING, description="Given whole.", examples=_PERIOD)
    grace_days: GraceDays | MISSING = MISSING
    entitlements: Entitlements | MISSING = MISSING
    seats: Seats | None | MISSING = MISSING
    status: MembershipTypeStatus | MISSING = Field(
        MISSING, description="`archived`: no new memberships of this type; those that exist go on."
    )


class MembershipTypeTextConfirmationCreate(Confirmation):
    """The word of someone who read the languages of a membership type's names: they say the same."""

    field: Literal["names"] = Field(description="Which text.", examples=["names"])


class MembershipType(Output):
    """A kind of membership."""

    id: UUID
    code: str
    names: Names
    period: Period
    grace_days: int
    entitlements: list[str]
    seats: int | None = None
    status: MembershipTypeStatus
    stale_texts: StaleTexts = Field({}, description=STALE_TEXTS)
    version: int = Field(description="Raised by each change.")
    created_at: Instant
    updated_at: Instant


class MembershipTypeSummary(Output):
    """A membership type, as other records embed one."""

    id: UUID
    code: str
    names: Names
    entitlements: list[str]
