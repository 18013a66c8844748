"""What the worker does about duplicates, done now."""

import asyncio
from typing import Any

from services.members.features.duplicates.following import follow
from tests.wire.api import Api

CANDIDATES = "/v1/duplicate-candidates"


async def look(members: Api) -> None:
    """Look for duplicates of all that changed so far."""
    await members.settled()
    while await asyncio.to_thread(follow, members.runtime.database.conninfo):
        pass


async def candidates_of(members: Api, record: dict[str, Any], **params: Any) -> list[dict[str, Any]]:
    """The candidates with a record."""
    return await members.items(CANDIDATES, record_id=record["id"], **params)
