"""Subject files: all that is held about a person, in one archive for that person."""

from typing import Literal
from uuid import UUID

from pydantic import Field
from typing_extensions import TypeAliasType

from services.contracts.base import Instant, Output

SubjectFileState = TypeAliasType("SubjectFileState", Literal["waiting", "ready", "expired"])


class SubjectFile(Output):
    """An archive with everything held about a person in all services, as JSON and to be read."""

    id: UUID
    person_id: UUID
    state: SubjectFileState = Field(description="`ready` to be downloaded, until `expires_at`.")
    size: int | None = Field(None, description="Bytes, once it is ready.", examples=[48213])
    sha256: str | None = Field(None, description="Of the archive, in hexadecimal.")
    expires_at: Instant = Field(description="When the archive is removed.")
    requested_by: str = Field(description="Who asked for it.", examples=["user:01976b1e-7c3a-7000-8000-000000000009"])
    version: int = Field(description="Raised by each change.")
    created_at: Instant
    updated_at: Instant
