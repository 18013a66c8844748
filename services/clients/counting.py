"""How many records a service has of an organisation."""

from uuid import UUID

from pydantic import JsonValue

from services.contracts.base import Page
from services.kit.http import Peer


async def count_of(peer: Peer, path: str, organisation_id: UUID, on_behalf_of: str | None) -> int:
    """The `total` of a list; `on_behalf_of` is the originating caller's token."""
    asked = {"organisation_id": str(organisation_id), "count": "true", "limit": "1", "fields": "id"}
    page = await peer.get(path, Page[JsonValue], on_behalf_of=on_behalf_of, **asked)
    return page.total or 0
