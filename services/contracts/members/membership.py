"""Memberships, their terms, and the decisions that end or restore them.

Terms and decisions are only ever added. The status is derived from them for any date, so "who was a member on
2024-05-29" always has an answer.
"""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import MISSING, Field, StringConstraints
from typing_extensions import TypeAliasType

from services.contracts.base import CalendarDate, Input, Instant, Output, Prose
from services.contracts.members.membership_type import MembershipTypeSummary
from services.contracts.members.organisation import OrganisationSummary

MembershipStatus = TypeAliasType(
    "MembershipStatus", Literal["pending", "active", "grace", "lapsed", "resigned", "expelled"]
)
"""On a date: `pending` before the first term; `active` within a term; `grace` within the grace days after it; `lapsed`
after those; `resigned` and `expelled` from the day of that decision until a reinstatement."""

DecisionKind = TypeAliasType("DecisionKind", Literal["resignation", "expulsion", "reinstatement"])

MembershipNumber = Annotated[str, StringConstraints(max_length=40, pattern=r"^[!-~]([ -~]{0,38}[!-~])?$")]

_FIRST = ["2024-01-01"]
_LAST = ["2024-12-31"]


class TermCreate(Input):
    """A term to add. Dates left out follow from the terms before and the type's period.

    The start: the day after the last term while that runs or is in its grace; else today in the office.
    """

    starts_on: CalendarDate | None = Field(None, description="First day.", examples=_FIRST)
    ends_on: CalendarDate | None = Field(None, description="Last day, included.", examples=_LAST)


class MembershipCreate(Input):
    """A new membership, with the terms it has had so far, if any."""

    organisation_id: UUID
    type_id: UUID
    number: MembershipNumber | None = Field(None, description="As on the certificate; unique.", examples=["IMTA-0117"])
    note: Prose | None = Field(None, examples=["Admitted by the council on its third meeting."])
    terms: Annotated[list[TermCreate], Field(max_length=100)] = Field(
        [], description="Oldest first; each is dated as if it had been added by itself."
    )


class MembershipUpdate(Input):
    """What changes; left out keeps, null clears. Another type is another membership."""

    number: MembershipNumber | None | MISSING = Field(MISSING, examples=["IMTA-0117"])
    note: Prose | None | MISSING = MISSING


class DecisionCreate(Input):
    """What was decided, and from which day it counts."""

    effective_on: CalendarDate = Field(description="The first day it counts.", examples=["2024-07-01"])
    reason: Prose | None = Field(None, description="Why it was decided.", examples=["By letter of 3 June 2024."])


class Term(Output):
    """A term as a membership embeds it."""

    id: UUID
    starts_on: CalendarDate
    ends_on: CalendarDate = Field(description="Last day, included.")
    grace_until: CalendarDate = Field(description="Last day of grace; that of the term when there is no grace.")


class Decision(Output):
    """A decision as a membership embeds it."""

    id: UUID
    kind: DecisionKind = Field(description="What was decided.")
    effective_on: CalendarDate


class Membership(Output):
    """An organisation's membership, with its status on the date asked for (`as_of`, today in the office by default)."""

    id: UUID
    organisation_id: UUID
    type_id: UUID
    number: str | None = None
    note: str | None = Field(None, description="The office's own; not shown to partners.")
    as_of: CalendarDate = Field(description="The date that `status` and `term` are for.")
    status: MembershipStatus = Field(description="On `as_of`, else today.")
    term: Term | None = Field(None, description="The last term that has begun by then.")
    organisation: OrganisationSummary | MISSING = Field(MISSING, description="With `expand=organisation`.")
    type: MembershipTypeSummary | MISSING = Field(MISSING, description="With `expand=type`.")
    terms: list[Term] | MISSING = Field(MISSING, description="With `expand=terms`: all of them, oldest first.")
    decisions: list[Decision] | MISSING = Field(
        MISSING, description="With `expand=decisions`: all of them, in the order they count."
    )
    version: int = Field(description="Raised by each change, a new term or decision included.")
    created_at: Instant
    updated_at: Instant


class MembershipTerm(Output):
    """A term of a membership."""

    id: UUID
    membership_id: UUID
    organisation_id: UUID = Field(description="The membership's organisation.")
    starts_on: CalendarDate = Field(description="First day.")
    ends_on: CalendarDate = Field(description="Last day, included.")
    grace_until: CalendarDate = Field(description="Last day of grace, by the type's rule when the term was added.")
    version: int
    created_at: Instant
    updated_at: Instant


class MembershipDecision(Output):
    """A resignation, expulsion or reinstatement."""

    id: UUID
    membership_id: UUID
    organisation_id: UUID = Field(description="The membership's organisation.")
    kind: DecisionKind = Field(description="What was decided.")
    effective_on: CalendarDate = Field(
        description="The first day it counts. Of several on one day the last one added counts."
    )
    reason: str | None = Field(None, description="Why it was decided; not shown to partners.")
    version: int
    created_at: Instant
    updated_at: Instant
