"""Passwords: argon2id with OWASP's parameters, off the event loop and only a few at a time.

A hash costs 19 MiB and some 30 ms of a core, so unbounded sign-ins would take the machine from everybody else.
"""

import asyncio
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from services.kit.errors import Unavailable

_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_AT_ONCE: Final = 2
_MOST_WAITING: Final = 40

NOBODY: Final = "$argon2id$v=19$m=19456,t=2,p=1$341QNZNzsLFK0oyCzaIumA$2Y5ZEigYmuRgyI1A4ay5IQBA2dKhaVAAOedEDN3yewk"
"""A hash to check against when there is no such user, so that the answer takes as long."""


class _Bench:
    """Lets a few work and a few wait; the rest are sent away."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(_AT_ONCE)
        self._waiting = 0

    async def __aenter__(self) -> None:
        if self._waiting >= _MOST_WAITING:
            raise Unavailable("Too many people are signing in at this moment.", retry_after=2)
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1

    async def __aexit__(self, *_: object) -> None:
        self._free.release()


_BENCH: Final = _Bench()


async def hashed(password: str) -> str:
    """The hash to store."""
    async with _BENCH:
        return await asyncio.to_thread(_HASHER.hash, password)


async def matches(password: str, stored: str) -> bool:
    """Whether the password is the one that was hashed."""
    async with _BENCH:
        return await asyncio.to_thread(_verify, stored, password)


def _verify(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
