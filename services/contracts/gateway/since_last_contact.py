"""What changed about an organisation since the last contact with it, told by all services together."""

from typing import Literal
from uuid import UUID

from pydantic import Field
from typing_extensions import TypeAliasType

from services.contracts.base import Instant
from services.contracts.gateway.timeline import Timeline
from services.contracts.liaison.interaction import InteractionBrief

WhoseContact = TypeAliasType("WhoseContact", Literal["me", "anyone"])


class LastContact(InteractionBrief):
    """The interaction that counts as the last contact."""

    counterpart_id: UUID


class SinceLastContact(Timeline):
    """The last contact, and one page of what changed from its day on, newest first."""

    by: WhoseContact = Field(description="Whose contact counts.")
    last_contact: LastContact | None = Field(
        None, description="Null when there was none that you may see: everything is new then."
    )
    since: Instant | None = Field(
        None, description="When the day of that contact began in the office; its own record is left out."
    )
