"""Figures of the membership: what it is made of on a day, and how it goes from period to period.

Every figure says where its records are: following `records` lists exactly as many as `count` says.
"""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field
from typing_extensions import TypeAliasType

from services.contracts.base import CalendarDate, Names, Output
from services.contracts.codes import CountryCode
from services.contracts.members.membership import MembershipStatus
from services.contracts.members.organisation import OrganisationKind

MAX_PERIODS = 120

Interval = TypeAliasType("Interval", Literal["month", "quarter", "year"])


class Figure(Output):
    """A count, and the records it counts."""

    count: int = Field(examples=[2])
    records: str = Field(
        description="The query that lists exactly these records.",
        examples=["/v1/memberships?as_of=2026-05-29&status=active&status=grace"],
    )


class StatusFigure(Figure):
    """Memberships in a state."""

    status: MembershipStatus


class TypeFigure(Figure):
    """Memberships of a type that count."""

    type_id: UUID
    code: str = Field(description="The type's code.", examples=["full-member"])
    names: Names = Field(description="The type's names.")


class KindFigure(Figure):
    """Memberships of organisations of a kind that count."""

    kind: OrganisationKind


class CountryFigure(Figure):
    """Memberships of organisations in a country that count."""

    country: CountryCode | None = Field(description="Null: of organisations whose country is not known.")


class Composition(Output):
    """What the membership is made of on a day. A membership counts that is active or in grace then."""

    on: CalendarDate
    memberships: Figure = Field(description="Memberships that count.")
    organisations: Figure = Field(description="Organisations that have one; some have several.")
    by_status: list[StatusFigure] = Field(max_length=6, description="All memberships by what they are on the day.")
    by_type: Annotated[list[TypeFigure], Field(max_length=1_000)] | None = Field(
        description="Those that count; null when not asked for. Most first."
    )
    by_kind: Annotated[list[KindFigure], Field(max_length=100)] | None = Field(
        description="Those that count; null when not asked for. Most first."
    )
    by_country: Annotated[list[CountryFigure], Field(max_length=300)] | None = Field(
        description="Those that count; null when not asked for. Most first."
    )


class Retention(Output):
    """How many of those that were there stayed."""

    at_start: Figure = Field(description="Memberships that counted on the day before the period.")
    kept: Figure = Field(description="Those of them that count on its last day, whether or not they ever lapsed.")
    rate: float | None = Field(
        description="`kept` divided by `at_start`, to four places; null when there was none.", examples=[0.9375]
    )


class Period(Output):
    """What became of memberships in a period. A membership is counted once in each figure, however often it happened.

    A membership counts while it is active or in grace.
    """

    starts_on: CalendarDate = Field(description="First day.")
    ends_on: CalendarDate = Field(description="Last day, included.")
    joined: Figure = Field(description="Began to count for the first time.")
    renewed: Figure = Field(description="A further term began while it counted.")
    lapsed: Figure = Field(description="Ceased to count because no term followed within the grace.")
    resigned: Figure = Field(description="Ceased to count by a resignation.")
    expelled: Figure = Field(description="Ceased to count by an expulsion.")
    rejoined: Figure = Field(description="Began to count again: by a term after it had lapsed, or a reinstatement.")
    retention: Retention


class MembershipStatistics(Output):
    """The membership in figures; a partner's key sees those of its own organisation."""

    composition: Composition
    periods: list[Period] = Field(max_length=MAX_PERIODS, description="Oldest first.")
