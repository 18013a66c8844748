"""The feed, written once for each state of the events."""

import asyncio
import hashlib
from collections import OrderedDict
from uuid import UUID

from services.events.features.calendar.queries import feed, one, state_of_feed
from services.events.features.calendar.writing import calendar_of
from services.kit.auth import Caller
from services.kit.errors import NotFound
from services.kit.runtime import Runtime

_KEPT = 32


class Feeds:
    """Feeds that were written. What is kept is keyed by the events' state, so replicas and restarts agree."""

    def __init__(self) -> None:
        self._written: OrderedDict[tuple[UUID | None, str, str], bytes] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()

    async def read(self, runtime: Runtime, series_id: UUID | None, language: str) -> bytes:
        """The feed of all public events, or of a series'."""
        key = (series_id, language, await state_of_feed(runtime, series_id))
        async with self._one_at_a_time:
            if key not in self._written:
                entries = await feed(runtime, series_id)
                # A thousand events take a good part of a second: not in the loop that serves everybody else.
                self._written[key] = await asyncio.to_thread(calendar_of, entries, language)
                if len(self._written) > _KEPT:
                    self._written.popitem(last=False)
            self._written.move_to_end(key)
            return self._written[key]


async def calendar_of_event(runtime: Runtime, caller: Caller, id: UUID, language: str) -> bytes:
    """The calendar of one event."""
    entry = await one(runtime, caller, id)
    if entry is None:
        raise NotFound("There is no event with this id, or it is not yours to see.")
    return await asyncio.to_thread(calendar_of, [entry], language)


def tag_of(body: bytes) -> str:
    """The ETag of a calendar."""
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
