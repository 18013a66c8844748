"""Looking for duplicates of what is new or changed, in whatever way it came: the change log tells.

A record and its change are one transaction, so nothing that was committed is missed and nothing that was rolled back is
looked at; and a thousand records that come at once are looked at together.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg

from services.kit.jobs import task
from services.kit.runtime import Runtime
from services.members.features.duplicates.finding import Finder, connect
from services.members.matching import Kind

_BATCH = 200
_SECONDS = 4.0
"""How long one run goes on, so that a worker that is asked to stop need not wait for it."""
_FOLLOWED: dict[str, Kind] = {"organisation": "organisations", "person": "persons"}

_LEAD = "SELECT pg_try_advisory_lock(hashtextextended('members.duplicates', 0))"
# Of what an import brings is told when it is done: meanwhile its rows come as fast as the machine allows.
_BUSY = "SELECT EXISTS (SELECT FROM import WHERE state = 'running' AND updated_at > now() - interval '10 minutes')"
_BEGIN = "INSERT INTO delivery_position (subscriber) VALUES ('duplicates') ON CONFLICT DO NOTHING"
_NEXT = """
SELECT c.transaction_id::text, c.sequence, c.resource, c.resource_id
FROM change c, delivery_position p
WHERE p.subscriber = 'duplicates' AND (c.transaction_id, c.sequence) > (p.transaction_id, p.sequence)
  AND c.transaction_id < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY c.transaction_id, c.sequence
LIMIT %s
"""
_MOVE = "UPDATE delivery_position SET transaction_id = %s::xid8, sequence = %s WHERE subscriber = 'duplicates'"
# Decisions about records that are gone are of no use; the pairs of one that was merged are its winner's now.
_GONE = """
DELETE FROM duplicate_candidate c
WHERE c.status <> 'merged' AND (c.left_id = ANY(%(ids)s) OR c.right_id = ANY(%(ids)s)) AND NOT EXISTS (
    SELECT FROM {table} r WHERE r.id IN (c.left_id, c.right_id) HAVING count(*) = 2
)
"""


@task("members.follow_for_duplicates", attempts=1, cron="* * * * * */5")
async def follow_for_duplicates(runtime: Runtime) -> None:
    """Look at what changed since the last time. On several workers one does it."""
    await asyncio.to_thread(follow, runtime.database.conninfo)


def follow(conninfo: str, seconds: float = _SECONDS) -> int:
    """Look at what changed, for so long; answers how many records were looked at."""
    ends = time.monotonic() + seconds
    looked = 0
    with connect(conninfo) as connection:
        led = connection.execute(_LEAD).fetchone()
        if led is None or not led[0]:
            return 0
        if (busy := connection.execute(_BUSY).fetchone()) is not None and busy[0]:
            return 0
        connection.execute(_BEGIN)
        while time.monotonic() < ends:
            changes = connection.execute(_NEXT, (_BATCH,)).fetchall()
            if not changes:
                break
            for resource, kind in _FOLLOWED.items():
                ids = sorted({change[3] for change in changes if change[2] == resource})
                looked += len(ids)
                if ids:
                    look_at(connection, kind, ids)
            connection.execute(_MOVE, changes[-1][:2])
    return looked


def look_at(connection: psycopg.Connection[Any], kind: Kind, ids: Sequence[UUID]) -> None:
    """Bring what is known of these records' duplicates up to date."""
    finder = Finder(connection, kind)
    if finder.index(ids) < len(ids):
        table = "organisation" if kind == "organisations" else "person"
        connection.execute(_GONE.format(table=table), {"ids": list(ids)})
    finder.search(ids)
