"""Check-ins: a participant's code was read at the door."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.contracts.base import Input, Instant, Label, Names, Output

Code = Annotated[str, StringConstraints(max_length=32, pattern=r"^[A-Z2-7]{32}$")]
"""160 random bits in base 32, which a QR code holds in its compact alphanumeric form."""


class CheckInCreate(Input):
    """A code that was read."""

    code: Code = Field(description="As the QR code says it.", examples=["MZXW6YTBOI7777777777777777777777"])
    place: Label | None = Field(None, description="The door or device.", examples=["North gate"])


class CheckIn(Output):
    """A participant was let in."""

    id: UUID
    registration_id: UUID
    event_id: UUID
    participant_names: Names = Field(description="Whom to greet.")
    admission_type_names: Names = Field(description="What they hold.")
    place: str | None = None
    checked_in_by: str = Field(description="Who read the code: `user:…` or `key:…`.")
    version: int = Field(description="Raised by each change.")
    created_at: Instant = Field(description="When they came in.")
    updated_at: Instant
