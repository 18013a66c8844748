"""What other services ask events."""

from uuid import UUID

from services.clients.counting import count_of
from services.clients.subjects import SubjectsClient


class EventsClient(SubjectsClient):
    """Questions to the events service. Raises a 502, 503 or 504 problem when it cannot answer."""

    async def registrations_of(self, organisation_id: UUID, on_behalf_of: str | None = None) -> int:
        """How many registrations an organisation sent."""
        return await count_of(self, "/v1/registrations", organisation_id, on_behalf_of)
