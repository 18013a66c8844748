"""Who comes with which registration, as members asks events."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.contracts.base import Input, Output

MOST_ASKED = 500


class ParticipantsQuestion(Input):
    """Who comes with these registrations?"""

    registration_ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_ASKED)]


class ParticipantKnown(Output):
    """A registration, and the person of members that it names."""

    registration_id: UUID
    person_id: UUID | None = None
    version: int = Field(description="The registration's.")


class Participants(Output):
    """The answer; a registration that there is none of is left out."""

    items: list[ParticipantKnown]
