"""Slows down guessing of passwords. Counted in PostgreSQL, so all replicas count together; it always ends by itself.

An attempt is counted before the password is looked at, so a hundred guesses at once count as a hundred. Per account
and address five are free, then the wait doubles from 5 s up to a quarter of an hour; per address a hundred are free.
There is no limit per account alone: with one, anybody could lock anybody out.
"""

import hashlib
from typing import Final

from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.kit.db import Database
from services.kit.errors import TooManyRequests

FREE_PER_ACCOUNT_AND_ADDRESS: Final = 5
FREE_PER_ADDRESS: Final = 100
FIRST_WAIT: Final = 5
LONGEST_WAIT: Final = 900

_COUNT = text(
    """
    INSERT INTO sign_in_throttle AS t (key, attempts, seen_at, blocked_until) VALUES (:key, 1, now(), now())
    ON CONFLICT (key) DO UPDATE SET
        attempts = CASE WHEN t.seen_at < now() - :forgotten * interval '1 second' THEN 1 ELSE t.attempts + 1 END,
        seen_at = now(),
        blocked_until = CASE
            WHEN t.seen_at < now() - :forgotten * interval '1 second' OR t.attempts + 1 < :free THEN now()
            ELSE now() + least(:first * power(2, least(t.attempts + 1 - :free, 20)), :longest) * interval '1 second' END
    WHERE t.blocked_until <= now()
    RETURNING attempts
    """
)
_WAIT = text("SELECT extract(epoch FROM blocked_until - now()) FROM sign_in_throttle WHERE key = :key")
_CLEAR = text("DELETE FROM sign_in_throttle WHERE key = :key")
_GIVE_BACK = text("UPDATE sign_in_throttle SET attempts = greatest(attempts - 1, 0) WHERE key = :key")
_FORGET = text("DELETE FROM sign_in_throttle WHERE seen_at < now() - :after * interval '1 second'").bindparams(
    bindparam("after", LONGEST_WAIT * 4)
)


class SignInThrottled(TooManyRequests):
    """Too many attempts to sign in.

    Wait as many seconds as `Retry-After` says, then try again. Nothing is locked for good.
    """

    status = 429


def _key(*parts: str) -> bytes:
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).digest()


async def admit(database: Database, account: str, address: str) -> None:
    """Count an attempt. Raises `SignInThrottled` when it comes too early."""
    limits = (
        (_key("address", address), FREE_PER_ADDRESS),
        (_key("account", account.casefold(), address), FREE_PER_ACCOUNT_AND_ADDRESS),
    )
    wait = 0.0
    # A transaction of its own: the count stays when the sign-in is refused and everything else rolled back.
    async with database.transaction() as session:
        for key, free in limits:
            values = {"key": key, "free": free, "first": FIRST_WAIT, "longest": LONGEST_WAIT, "forgotten": LONGEST_WAIT}
            if await session.scalar(_COUNT, values) is None:
                wait = float(await session.scalar(_WAIT, {"key": key}) or 0.0)
                break
    if wait:
        raise SignInThrottled(retry_after=max(1, round(wait + 0.5)))


async def clear(database: Database, account: str, address: str) -> None:
    """Forget the failures of an account at an address, after the right password."""
    async with database.transaction() as session:
        await session.execute(_CLEAR, {"key": _key("account", account.casefold(), address)})
        await session.execute(_GIVE_BACK, {"key": _key("address", address)})


async def forget_old(session: AsyncSession) -> None:
    """Delete counts that no longer matter."""
    await session.execute(_FORGET)
