"""The doors of an event: held open while somebody is let in, and held alone by whoever changes the event's state.

A lock of their own beside the event's row: everybody who registers holds that row alone, and would wait for each who is
let in, of whom a crowd need never leave it free. Here PostgreSQL serves those who wait in their order. It is had after
every row (places.py), and what is read then says whether the event runs.
"""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.kit.statement import connection_of

_DOORS: Final = 1_685_024_627
"""First half of the advisory locks of this module ("doors")."""
_MOST: Final = 64
"""Locks there are, so that a bulk call for many events takes no more; events that share one seldom meet."""


async def hold_open(session: AsyncSession, event_ids: Iterable[UUID]) -> None:
    """Wait for changes of these events' states that have begun, and let none begin before the transaction ends."""
    doors = sorted({_door(id) for id in event_ids})
    if doors:
        sql = "SELECT pg_advisory_xact_lock_shared($1, door) IS NULL FROM unnest($2::int[]) door"
        await (await connection_of(session)).fetch(sql, [_DOORS, doors])


async def hold_alone(session: AsyncSession, event_id: UUID) -> None:
    """Wait for those who are being let in, and let nobody else in before the transaction ends."""
    await session.execute(
        text("SELECT pg_advisory_xact_lock(:doors, :door)"), {"doors": _DOORS, "door": _door(event_id)}
    )


def _door(event_id: UUID) -> int:
    return event_id.int % _MOST
