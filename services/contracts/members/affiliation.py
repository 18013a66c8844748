"""Affiliations: who holds which role in which organisation, from when until when."""

from typing import Literal
from uuid import UUID

from pydantic import MISSING, Field

from services.contracts.base import CalendarDate, Flag, Input, Instant, Names, NamesPatch, Output
from services.contracts.members.organisation import OrganisationSummary
from services.contracts.members.person import PersonSummary
from services.contracts.text_confirmation import STALE_TEXTS, Confirmation, StaleTexts

_ROLE = [{"zh": "秘书长", "en": "Secretary General"}]


class AffiliationCreate(Input):
    """A new affiliation. The same role of a person in an organisation never overlaps with itself."""

    person_id: UUID
    organisation_id: UUID
    role: Names | None = Field(None, description="Title or function in each language it is used in.", examples=_ROLE)
    starts_on: CalendarDate | None = Field(
        None, description="First day; null when it is not known.", examples=["2024-03-01"]
    )
    ends_on: CalendarDate | None = Field(
        None, description="Last day, included; null while it lasts.", examples=["2027-02-28"]
    )
    primary: Flag | None = Field(
        None,
        description="Whether it is the person's main role; of those held on one day only one can be. Left out, it is "
        "unless another is on some of its days.",
        examples=[True],
    )


class AffiliationUpdate(Input):
    """What changes; left out keeps, null clears (RFC 7396)."""

    role: NamesPatch | None | MISSING = Field(MISSING, examples=_ROLE)
    starts_on: CalendarDate | None | MISSING = Field(MISSING, examples=["2024-03-01"])
    ends_on: CalendarDate | None | MISSING = Field(MISSING, examples=["2027-02-28"])
    primary: Flag | MISSING = Field(MISSING, description="Take it from the other role before you give it to this.")


class AffiliationTextConfirmationCreate(Confirmation):
    """The word of someone who read the languages of a role: they say the same."""

    field: Literal["role"] = Field(description="Which text.", examples=["role"])


class Affiliation(Output):
    """A role of a person in an organisation."""

    id: UUID
    person_id: UUID
    organisation_id: UUID
    role: Names | None = None
    starts_on: CalendarDate | None = None
    ends_on: CalendarDate | None = Field(None, description="Last day, included.")
    primary: bool = Field(
        description="Whether it is marked as the person's main role on its days; `primary_on` finds that of a day."
    )
    person: PersonSummary | MISSING = Field(MISSING, description="With `expand=person`.")
    organisation: OrganisationSummary | MISSING = Field(MISSING, description="With `expand=organisation`.")
    stale_texts: StaleTexts = Field({}, description=STALE_TEXTS)
    version: int = Field(description="Raised by each change.")
    created_at: Instant
    updated_at: Instant
