"""Connections for reads, kept and lent.

psycopg's own pool guards itself with an `asyncio.Lock`, and now and then holds it while a turn of the event loop ends.
From then on the lock passes on once a turn for as long as anybody wants it. Under load reads waited 0.18 s for one of
eight connections, of which one was in use (docs/adr/0025). Here nothing is guarded, since nothing is awaited between
looking and taking.
"""

import asyncio
import select
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import psycopg
from psycopg.pq import TransactionStatus

from services.kit.connection import Connection

_LIFETIME_SECONDS: Final = 1_800.0
_IDLE_SECONDS: Final = 600.0


class NoConnection(psycopg.OperationalError):
    """There was no connection in time, or there will be none: the process ends."""


class ReadPool:
    """At most `size` connections, made when they are first needed. Those who find none wait, first come first served:
    each for `patience` seconds, `longest` in all."""

    def __init__(
        self, connect: Callable[[], Awaitable[Connection]], size: int, *, patience: float = 5.0, longest: int = 400
    ) -> None:
        self._connect = connect
        self._places = asyncio.Semaphore(size)
        self._patience = patience
        self._longest = longest
        self._waiting = 0
        self._idle: deque[tuple[Connection, float]] = deque()
        """Connections and since when nobody uses them, the last used last."""
        self._made: dict[Connection, float] = {}
        """When each was made."""
        self._is_closed = False

    async def take(self) -> Connection:
        """A connection to be given back. `NoConnection` when none is free in time, psycopg's error when none can be
        made."""
        if self._places.locked():
            await self._wait()
        else:
            await self._places.acquire()
        try:
            if self._is_closed:
                raise NoConnection("the pool is closed")
            while self._idle:
                connection, _ = self._idle.pop()
                if not is_lost(connection):
                    return connection
                await self._drop(connection)
            connection = await self._connect()
        except BaseException:  # a caller who gives up, too
            self._places.release()
            raise
        self._made[connection] = time.monotonic()
        return connection

    async def give_back(self, connection: Connection) -> None:
        """Lend it to the next, or drop what has served its time or is not between two statements."""
        now = time.monotonic()
        self._places.release()
        if (
            self._is_closed
            or connection.pgconn.transaction_status != TransactionStatus.IDLE
            or now - self._made[connection] > _LIFETIME_SECONDS
        ):
            await self._drop(connection)
            return
        self._idle.append((connection, now))
        if now - self._idle[0][1] > _IDLE_SECONDS:
            await self._drop(self._idle.popleft()[0])

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection for as long as the block runs."""
        connection = await self.take()
        try:
            yield connection
        finally:
            await self.give_back(connection)

    async def close(self) -> None:
        """Close what is idle, and the rest when it is given back."""
        self._is_closed = True
        while self._idle:
            await self._drop(self._idle.pop()[0])

    async def _wait(self) -> None:
        if self._waiting >= self._longest:
            raise NoConnection("too many wait for a connection")
        self._waiting += 1
        try:
            async with asyncio.timeout(self._patience):
                await self._places.acquire()
        except TimeoutError as error:
            raise NoConnection("no connection was free in time") from error
        finally:
            self._waiting -= 1

    async def _drop(self, connection: Connection) -> None:
        del self._made[connection]
        await connection.close()


def is_lost(connection: psycopg.AsyncConnection[Any]) -> bool:
    """Whether the server has closed a connection that nobody uses. The operating system knows: nothing is to be read
    from it but its end. Asking the server would cost as much as another statement."""
    if connection.closed:
        return True
    arrived = select.poll()
    arrived.register(connection.fileno(), select.POLLIN)
    return bool(arrived.poll(0))
