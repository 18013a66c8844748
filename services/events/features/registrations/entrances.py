"""Where a crowd comes in: held open by all of it together, and held alone by whoever changes what it comes for.

Locks of their own beside the event's row. A row that a crowd shares is never free for who wants it alone, and one that
each holds alone makes all of them wait for each other. Here PostgreSQL serves those who wait in their order. What the
crowd comes for is read after the lock is had, in a statement of its own, and then stays until the transaction ends.
"""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.kit.statement import connection_of

_MOST: Final = 64
"""Locks there are of a kind, so that a bulk call for many events takes no more; events that share one seldom meet."""
_BY_TYPE: Final = """
SELECT pg_advisory_xact_lock_shared($1, number) IS NULL
FROM (
    SELECT DISTINCT get_byte(uuid_send(event_id), 15) % 64 AS number
    FROM admission_type WHERE id = ANY($2::uuid[]) ORDER BY number
) AS at
"""
"""The same numbers as `_number`: the last byte of the id tells."""


class Entrance:
    """A lock for each event, of one kind."""

    def __init__(self, kind: int) -> None:
        self._kind = kind
        """First half of its advisory locks: four letters as a number."""

    async def hold_open(self, session: AsyncSession, event_ids: Iterable[UUID]) -> None:
        """Wait for those who have it alone or asked for that before, and let nobody have it alone meanwhile."""
        numbers = sorted({_number(id) for id in event_ids})
        if numbers:
            sql = "SELECT pg_advisory_xact_lock_shared($1, number) IS NULL FROM unnest($2::int[]) number"
            await (await connection_of(session)).fetch(sql, [self._kind, numbers])

    async def hold_open_by_type(self, session: AsyncSession, admission_type_ids: Iterable[UUID]) -> None:
        """The same for the events of these admission types."""
        await (await connection_of(session)).fetch(_BY_TYPE, [self._kind, list(admission_type_ids)])

    async def hold_alone(self, session: AsyncSession, event_id: UUID) -> None:
        """Wait for those who hold it open, and let nobody else do so before the transaction ends."""
        named = {"kind": self._kind, "number": _number(event_id)}
        await session.execute(text("SELECT pg_advisory_xact_lock(:kind, :number)"), named)


def _number(event_id: UUID) -> int:
    return event_id.int % _MOST


DESK: Final = Entrance(1_684_370_283)
"""Who registers holds it open. Who changes what is registered for (the event, its admission types) has it alone, before
the event's row. The nightly look at time zones does not: registering may as well have been a moment earlier."""
DOORS: Final = Entrance(1_685_024_627)
"""Who lets in holds them open. Who changes the event's state has them alone, after every row."""
