"""Delivery: the worker reads its service's change log in order and posts it to the inboxes of others.

One worker at a time delivers to a subscriber (an advisory lock of its connection); the position moves only after the
subscriber has stored the changes, so a crash repeats and never loses.

It reads in windows of settled transactions, and within a window by sequence: of two transactions that wrote one record,
the one that began first may have written last, so the order of transactions would turn its changes round.
"""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import structlog
from sqlalchemy import BigInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from services.kit.changes import Xid8
from services.kit.db import Base
from services.kit.errors import Problem
from services.kit.http import Peer
from services.kit.runtime import Runtime

_POLL_SECONDS = 0.3
_BATCH = 200
_PARCEL_BYTES = 2 * 1024 * 1024
_ROUND_SECONDS = 30.0
"""A round that takes longer has lost its server, and begins anew with another connection."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Subscription:
    """A service that wants changes whose type begins with one of the prefixes."""

    service: str
    prefixes: tuple[str, ...]


class PositionRow(Base):
    """How far a subscriber has been told: all before `transaction_id`, and up to `sequence` of the window behind it."""

    __tablename__ = "delivery_position"

    subscriber: Mapped[str] = mapped_column(primary_key=True)
    transaction_id: Mapped[int] = mapped_column(Xid8, server_default=text("'0'"))
    window_end: Mapped[int | None] = mapped_column(Xid8)
    """Transactions before this one are in the window; null between windows."""
    sequence: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))


# It ends before the oldest transaction that runs, or earlier: a record's changes are numbered in the order they were
# made, and one whose predecessor is of a transaction behind the window waits for it.
_OPEN_WINDOW = """
UPDATE delivery_position p SET sequence = 0, window_end = (
    SELECT least(oldest, (
        SELECT c.transaction_id
        FROM change c
        WHERE c.transaction_id >= p.transaction_id AND c.transaction_id < oldest AND EXISTS (
            SELECT FROM change earlier
            WHERE earlier.resource_id = c.resource_id AND earlier.sequence < c.sequence
              AND earlier.transaction_id >= oldest
        )
        ORDER BY c.transaction_id
        LIMIT 1
    ))
    FROM pg_snapshot_xmin(pg_current_snapshot()) AS oldest
)
WHERE p.subscriber = %s AND p.window_end IS NULL
"""
_CLOSE_WINDOW = """
UPDATE delivery_position SET transaction_id = window_end, window_end = NULL, sequence = 0 WHERE subscriber = %s
"""
# Asked several times a second: of the last change, which is one entry of the index. Whether there is any behind the
# position PostgreSQL would look for from the log's beginning, and find none at its end.
_WAITING = """
SELECT (SELECT c.transaction_id FROM change c ORDER BY c.transaction_id DESC, c.sequence DESC LIMIT 1)
    >= p.transaction_id
FROM delivery_position p
WHERE p.subscriber = %s
"""
# The window is taken by transaction first: by sequence alone PostgreSQL might read the log from its beginning. Only
# numbers of it, from the index: behind an import it holds 100,000 changes, and is gone through for each batch.
_NEXT = """
WITH settled AS MATERIALIZED (
    SELECT c.sequence
    FROM change c, delivery_position p
    WHERE p.subscriber = %s AND c.transaction_id >= p.transaction_id AND c.transaction_id < p.window_end
      AND c.sequence > p.sequence
), batch AS MATERIALIZED (
    SELECT sequence FROM settled ORDER BY sequence LIMIT %s
)
SELECT told.sequence, told.type, row_to_json(told)::text
FROM batch CROSS JOIN LATERAL (
    SELECT sequence, id, type, resource, resource_id, resource_version, organisation_ids, before, after, actor, via,
           request_id, at
    FROM change
    WHERE change.sequence = batch.sequence
) AS told
ORDER BY told.sequence
"""


class Courier:
    """Delivers to one subscriber until it is stopped."""

    def __init__(self, runtime: Runtime, subscription: Subscription, peer: Peer) -> None:
        self._runtime = runtime
        self._subscription = subscription
        self._peer = peer

    async def run(self) -> None:
        """Work until cancelled; a lost database or subscriber is tried again."""
        wait = _POLL_SECONDS
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._runtime.database.conninfo, autocommit=True
                ) as connection:
                    await self._lead(connection)
                    wait = _POLL_SECONDS
                    while True:
                        async with asyncio.timeout(_ROUND_SECONDS):
                            more = await self._deliver_some(connection)
                        # Changes are left to gather: a parcel of one costs this side and the other as much as one of
                        # thirty, and took a third of what a crowded machine has for the requests themselves.
                        if not more:
                            await asyncio.sleep(_POLL_SECONDS)
            except (psycopg.Error, Problem, OSError, TimeoutError) as error:
                log.warning("delivery_waits", subscriber=self._subscription.service, reason=type(error).__name__)
                wait = min(wait * 2, 5.0)
                await asyncio.sleep(wait)

    async def _lead(self, connection: psycopg.AsyncConnection[Any]) -> None:
        name = self._subscription.service
        await connection.execute(
            "INSERT INTO delivery_position (subscriber) VALUES (%s) ON CONFLICT DO NOTHING", (name,)
        )
        while True:
            cursor = await connection.execute(
                "SELECT pg_try_advisory_lock(hashtextextended('courier:' || %s, 0))", (name,)
            )
            row = await cursor.fetchone()
            if row is not None and row[0]:
                return
            await asyncio.sleep(2)

    async def _deliver_some(self, connection: psycopg.AsyncConnection[Any]) -> bool:
        """Deliver the next changes of the window, opening and closing it; answers whether more are waiting."""
        name = self._subscription.service
        waiting = await (await connection.execute(_WAITING, (name,))).fetchone()
        if waiting is None or not waiting[0]:
            return False
        await connection.execute(_OPEN_WINDOW, (name,))
        rows = await (await connection.execute(_NEXT, (name, _BATCH))).fetchall()
        for some in _parcels([Told(*row) for row in rows]):
            wanted = [told.text for told in some if told.type.startswith(self._subscription.prefixes)]
            if wanted:
                # PostgreSQL wrote each change as the contract `Delivery` has it: an import tells of 100,000.
                parcel = f'{{"source": "{self._runtime.name}", "changes": [{", ".join(wanted)}]}}'
                await self._peer.post("/internal/inbox", parcel, within=10.0)
            await connection.execute(
                "UPDATE delivery_position SET sequence = %s WHERE subscriber = %s", (some[-1].sequence, name)
            )
        if len(rows) == _BATCH:
            return True
        await connection.execute(_CLOSE_WINDOW, (name,))
        return False


@dataclass(frozen=True, slots=True)
class Told:
    """A change as it is delivered."""

    sequence: int
    type: str
    text: str
    """The contract's `Change` in JSON."""


def _parcels(changes: Iterable[Told]) -> Iterator[list[Told]]:
    """The changes in order, cut so that none is larger than an inbox takes."""
    parcel: list[Told] = []
    size = 0
    for change in changes:
        own = len(change.text.encode())
        if parcel and size + own > _PARCEL_BYTES:
            yield parcel
            parcel, size = [], 0
        parcel.append(change)
        size += own
    if parcel:
        yield parcel
