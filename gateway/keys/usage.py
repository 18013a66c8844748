"""Keeps `last_used_at`: off the hot path, in batches, about twice a minute."""

import asyncio
from typing import Final

import structlog
from sqlalchemy import ARRAY, DateTime, Uuid, bindparam, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from gateway.identity import Identity
from services.kit.db import Database

_EVERY: Final = 30.0

# In the order of ids, so that two replicas cannot wait for each other. The version stays: use is no edit.
_STORE = text(
    """
    UPDATE api_key SET last_used_at = greatest(api_key.last_used_at, used.at)
    FROM (
        SELECT k.id, u.at FROM unnest(:ids, :ats) AS u(id, at) JOIN api_key k ON k.id = u.id
        ORDER BY k.id FOR NO KEY UPDATE OF k
    ) AS used
    WHERE api_key.id = used.id
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)), bindparam("ats", type_=ARRAY(DateTime(timezone=True))))

log = structlog.get_logger(__name__)


async def keep_usage(database: Database, identity: Identity, every: float = _EVERY) -> None:
    """Store again and again, until cancelled; then once more. `every` is in seconds."""
    try:
        while True:
            await asyncio.sleep(every)
            await _store_or_tell(database, identity)
    finally:
        await _store_or_tell(database, identity)


async def _store_or_tell(database: Database, identity: Identity) -> None:
    try:
        await store_usage(database, identity)
    except Exception as error:  # nobody awaits this loop: whatever it is, it must not end it unseen
        log.error("key_usage_not_stored", exc_info=error)


async def store_usage(database: Database, identity: Identity) -> None:
    """Store what was used since the last time. What cannot be stored is kept for the next time."""
    used = identity.take_used()
    if not used:
        return
    stored = False
    try:
        async with asyncio.timeout(5), database.transaction() as session:
            await session.execute(_STORE, {"ids": list(used), "ats": list(used.values())})
        stored = True
    except (DBAPIError, PoolTimeout, TimeoutError) as error:
        log.warning("key_usage_not_stored", keys=len(used), reason=type(error).__name__)
    finally:
        if not stored:
            identity.put_back_used(used)
