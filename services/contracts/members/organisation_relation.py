"""Relations: what one organisation is to another, from when until when."""

from typing import Literal
from uuid import UUID

from pydantic import MISSING, Field
from typing_extensions import TypeAliasType

from services.contracts.base import CalendarDate, Input, Instant, Output, Prose
from services.contracts.members.organisation import OrganisationSummary

RelationKind = TypeAliasType(
    "RelationKind",
    Literal["operates", "supervises", "partner_of", "successor_of", "member_of"],
)

_FROM = ["01976b1e-7c3a-7000-8000-000000000001"]
_TO = ["01976b1e-7c3a-7000-8000-000000000002"]
_KIND = "Read it as a sentence: `from` operates, supervises, … `to`. Partners are so in both directions."


class OrganisationRelationCreate(Input):
    """A new relation. The same relation between two organisations never overlaps with itself."""

    from_id: UUID = Field(description="The organisation that operates, supervises, succeeds …", examples=_FROM)
    kind: RelationKind = Field(description=_KIND, examples=["operates"])
    to_id: UUID = Field(description="The organisation that is operated, supervised, succeeded …", examples=_TO)
    starts_on: CalendarDate | None = Field(
        None, description="First day; null when it is not known.", examples=["2024-03-01"]
    )
    ends_on: CalendarDate | None = Field(
        None, description="Last day, included; null while it lasts.", examples=["2027-02-28"]
    )
    note: Prose | None = Field(None, description="For colleagues; partners don't see it.", examples=["By contract."])


class OrganisationRelationUpdate(Input):
    """What changes; left out keeps, null clears (RFC 7396)."""

    starts_on: CalendarDate | None | MISSING = Field(MISSING, examples=["2024-03-01"])
    ends_on: CalendarDate | None | MISSING = Field(MISSING, examples=["2027-02-28"])
    note: Prose | None | MISSING = Field(MISSING, examples=["By contract."])


class OrganisationRelation(Output):
    """What one organisation is to another."""

    id: UUID
    from_id: UUID
    kind: RelationKind = Field(description=_KIND)
    to_id: UUID
    starts_on: CalendarDate | None = None
    ends_on: CalendarDate | None = Field(None, description="Last day, included.")
    note: str | None = Field(None, description="For colleagues; left out for partners.")
    from_organisation: OrganisationSummary | None | MISSING = Field(
        MISSING, description="With `expand=from_organisation`; null where it is not yours to see."
    )
    to_organisation: OrganisationSummary | None | MISSING = Field(
        MISSING, description="With `expand=to_organisation`; null where it is not yours to see."
    )
    version: int = Field(description="Raised by each change.")
    created_at: Instant
    updated_at: Instant
