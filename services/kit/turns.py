"""Turns: when many requests want the same row, a few work on it and the others wait here, first come first served.

The row's lock decides, here as on every replica; this only keeps a crowd at one row from taking every connection, and
from waiting in the database, where each who waits makes the others slower.
"""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager

from services.kit.errors import Unavailable


class Turns:
    """At most `at_once` for each key; `longest` may wait, each for `patience` seconds."""

    def __init__(self, *, patience: float, at_once: int = 3, longest: int = 2_000) -> None:
        self._at_once = at_once
        self._longest = longest
        self._patience = patience
        self._gates: dict[Hashable, asyncio.Semaphore] = {}
        self._present: dict[Hashable, int] = {}

    @asynccontextmanager
    async def of(self, key: Hashable) -> AsyncIterator[None]:
        """Wait for a turn and have it. `Unavailable` when too many wait, or it takes too long."""
        present = self._present.get(key, 0)
        if present >= self._longest:
            raise Unavailable("Too many wait for this already.", retry_after=5)
        gate = self._gates.setdefault(key, asyncio.Semaphore(self._at_once))
        self._present[key] = present + 1
        try:
            try:
                async with asyncio.timeout(self._patience):
                    await gate.acquire()
            except TimeoutError as error:
                raise Unavailable("Many want this at the moment.", retry_after=2) from error
            try:
                yield
            finally:
                gate.release()
        finally:
            self._present[key] -= 1
            if not self._present[key]:
                del self._present[key], self._gates[key]
