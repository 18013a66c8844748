"""How many records a service has of an organisation or a person."""

from typing import Literal
from uuid import UUID

from pydantic import JsonValue

from services.contracts.base import Page
from services.kit.http import Peer


async def count_of(
    peer: Peer, path: str, id: UUID, on_behalf_of: str | None, by: Literal["organisation_id", "person_id"]
) -> int:
    """The `total` of a list that is filtered `by` the id; `on_behalf_of` is the originating caller's token."""
    asked = {by: str(id), "count": "true", "limit": "1", "fields": "id"}
    page = await peer.get(path, Page[JsonValue], on_behalf_of=on_behalf_of, **asked)
    return page.total or 0
