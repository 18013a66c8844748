"""What other services ask members."""

from datetime import date
from uuid import UUID

from services.contracts.members.organisation import Organisation
from services.contracts.members.standing import Standing
from services.kit.http import Peer


class MembersClient(Peer):
    """Questions to the members service. Raises `NotFound`, or a 502, 503 or 504 problem when it cannot answer."""

    async def standing(self, organisation_id: UUID, on: date, on_behalf_of: str | None = None) -> Standing:
        """An organisation's standing on a date; `on_behalf_of` is the originating caller's token."""
        path = f"/v1/organisations/{organisation_id}/standing"
        return await self.get(path, Standing, on_behalf_of=on_behalf_of, on=on.isoformat())

    async def organisation(self, id: UUID, on_behalf_of: str | None = None) -> Organisation:
        """An organisation; one that was merged names its winner in `merged_into`."""
        return await self.get(f"/v1/organisations/{id}", Organisation, on_behalf_of=on_behalf_of)
