"""What other services ask events."""

from collections.abc import Sequence
from uuid import UUID

from services.clients.counting import count_of
from services.clients.subjects import SubjectsClient
from services.contracts.events.participants import Participants, ParticipantsQuestion


class EventsClient(SubjectsClient):
    """Questions to the events service. Raises a 502, 503 or 504 problem when it cannot answer."""

    async def registrations_of(self, organisation_id: UUID, on_behalf_of: str | None = None) -> int:
        """How many registrations an organisation sent."""
        return await count_of(self, "/v1/registrations", organisation_id, on_behalf_of, "organisation_id")

    async def registrations_of_person(self, person_id: UUID, on_behalf_of: str | None = None) -> int:
        """How many registrations are linked to a person."""
        return await count_of(self, "/v1/registrations", person_id, on_behalf_of, "person_id")

    async def participants(self, registration_ids: Sequence[UUID]) -> Participants:
        """Who comes with these registrations."""
        question = ParticipantsQuestion(registration_ids=list(registration_ids))
        reply = await self.post("/internal/participants", question)
        return Participants.model_validate_json(reply.content)
