"""Rate limits: a sliding window per caller or address, counted in memory or, for replicas, in Redis.

The memory counter is our own because the hot path pays for it on every request: `limits`' asynchronous memory storage
starts a task per hit that walks every key it holds. Redis goes through `limits`.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final, Protocol

import structlog
from limits.aio.storage import RedisStorage
from redis.exceptions import RedisError

WINDOW: Final = 60
_KEPT: Final = 50_000
_REDIS_SECONDS: Final = 0.1
_REDIS_REST: Final = 5.0

log = structlog.get_logger(__name__)


class Standing:
    """Where a caller stands within a limit."""

    __slots__ = ("limit", "remaining", "reset")

    def __init__(self, limit: int, remaining: int, reset: int) -> None:
        self.limit = limit
        self.remaining = remaining
        """Requests left now; -1 when this one was too many."""
        self.reset = reset
        """Seconds until the window moves on."""

    @property
    def exceeded(self) -> bool:
        """Whether this request was too many."""
        return self.remaining < 0


class MemoryCounter:
    """Counts in this process: two fixed windows weighted into a sliding one; bounded in memory."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._window = int(clock() // WINDOW)
        self._now: dict[str, int] = {}
        self._before: dict[str, int] = {}

    def hit(self, key: str, limit: int, cost: int = 1) -> Standing:
        """Count a request (or only look, with `cost` 0). What is refused is not counted."""
        at = self._clock()
        window, into = int(at // WINDOW), at % WINDOW
        if window != self._window:
            self._before = self._now if window == self._window + 1 else {}
            self._now = {}
            self._window = window
        count = self._now.get(key, 0)
        used = count + self._before.get(key, 0) * (WINDOW - into) / WINDOW
        reset = int(WINDOW - into) + 1
        if used + cost > limit or (cost == 0 and used >= limit):
            return Standing(limit, -1, reset)
        if cost:
            if len(self._now) >= _KEPT and key not in self._now:
                # Addresses can be made up without end; the oldest count is the one to forget.
                del self._now[next(iter(self._now))]
            self._now[key] = count + cost
        return Standing(limit, int(limit - used - cost), reset)


class Limiter(Protocol):
    """Counts requests; `local` is the counter to use without waiting, when there is one."""

    local: MemoryCounter | None

    async def hit(self, key: str, limit: int, cost: int = 1) -> Standing: ...

    async def close(self) -> None: ...


class MemoryLimiter:
    """Limits of one process."""

    def __init__(self) -> None:
        self._counter = MemoryCounter()
        self.local: MemoryCounter | None = self._counter

    async def hit(self, key: str, limit: int, cost: int = 1) -> Standing:
        """Count a request."""
        return self._counter.hit(key, limit, cost)

    async def close(self) -> None:
        """Nothing to close."""


class RedisLimiter:
    """Limits that replicas share. While Redis does not answer each process counts for itself, and the log says so.

    The same sliding window as in memory, in one round trip a request: the count of the window before no longer
    changes, so it is asked for once and kept.
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._storage = RedisStorage(
            f"async+{url}",
            implementation="redispy",
            key_prefix="alliance-limit",
            socket_timeout=_REDIS_SECONDS,
            socket_connect_timeout=_REDIS_SECONDS,
        )
        self._meanwhile = MemoryCounter()
        self._resting_until = float("-inf")
        self._window = 0
        self._before: dict[str, int] = {}
        self.local: MemoryCounter | None = None

    async def hit(self, key: str, limit: int, cost: int = 1) -> Standing:
        """Count a request."""
        if time.monotonic() < self._resting_until:
            return self._meanwhile.hit(key, limit, cost)
        try:
            async with asyncio.timeout(_REDIS_SECONDS):
                return await self._hit(key, limit, cost)
        except (RedisError, OSError, TimeoutError) as error:
            self._resting_until = time.monotonic() + _REDIS_REST
            log.warning("redis_unreachable_counting_here", error=type(error).__name__)
            return self._meanwhile.hit(key, limit, cost)

    async def _hit(self, key: str, limit: int, cost: int) -> Standing:
        at = self._clock()
        window, into = int(at // WINDOW), at % WINDOW
        if window != self._window or len(self._before) >= _KEPT:
            self._window, self._before = window, {}
        kept = self._before  # of this window: while the answer is awaited the next one may begin
        before = kept.get(key)
        if before is None:
            before = kept[key] = await self._storage.get(f"{key}/{window - 1}")
        name = f"{key}/{window}"
        count = await (self._storage.incr(name, 2 * WINDOW, cost) if cost else self._storage.get(name))
        # Refused requests are counted here too; no more of them weigh on the next window than the limit itself.
        used = count + min(before, limit) * (WINDOW - into) / WINDOW
        reset = int(WINDOW - into) + 1
        exceeded = used > limit or (cost == 0 and used >= limit)
        return Standing(limit, -1 if exceeded else int(limit - used), reset)

    async def close(self) -> None:
        """Close the connections."""
        bridge: Any = self._storage.bridge
        await bridge.get_connection().aclose()


def new_limiter(redis_url: str | None) -> Limiter:
    """The limiter the settings ask for."""
    return RedisLimiter(redis_url) if redis_url else MemoryLimiter()
