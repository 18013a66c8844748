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
from services.kit.turns import Turns

_AT_MOST = 32
_PATIENCE_SECONDS = 10.0
_ENGLISH = "en"


class Feeds:
    """Feeds that were written. What is kept is keyed by the events' state, so replicas and restarts agree.

    Anybody may ask, so nothing is kept that anybody could make up: no language that no event has, and no empty feed.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[UUID | None, str, str], bytes] = OrderedDict()
        self._turns = Turns(patience=_PATIENCE_SECONDS, at_once=1)

    async def read(self, runtime: Runtime, series_id: UUID | None, language: str) -> bytes:
        """The feed of all public events, or of a series'."""
        versions, told = await state_of_feed(runtime, series_id, language)
        if versions is None:
            return calendar_of([], _ENGLISH)
        key = (series_id, language if told else _ENGLISH, versions)
        if key not in self._kept:
            async with self._turns.of(key):
                if key not in self._kept:
                    return await self._write(runtime, key)
        self._kept.move_to_end(key)
        return self._kept[key]

    async def _write(self, runtime: Runtime, key: tuple[UUID | None, str, str]) -> bytes:
        entries = await feed(runtime, key[0])
        # A thousand events take a good part of a second: not in the loop that serves everybody else.
        body = self._kept[key] = await asyncio.to_thread(calendar_of, entries, key[1])
        while len(self._kept) > _AT_MOST:
            self._kept.popitem(last=False)
        return body


async def calendar_of_event(runtime: Runtime, caller: Caller, id: UUID, language: str) -> bytes:
    """The calendar of one event."""
    entry = await one(runtime, caller, id)
    if entry is None:
        raise NotFound("There is no event with this id, or it is not yours to see.")
    return await asyncio.to_thread(calendar_of, [entry], language)


def tag_of(body: bytes) -> str:
    """The ETag of a calendar."""
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
