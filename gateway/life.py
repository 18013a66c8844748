"""Whether a service lives, for who waits long for an answer.

Work on many rows takes long, and may be all that a service is asked for: then its silence tells nothing. So it is asked
`/livez`, which a frozen process leaves unanswered, and one at work answers.
"""

import asyncio
from typing import Final

from gateway.upstream import Broken, Connection, Pool, Unreachable

_ASK_AFTER: Final = 0.4
"""Seconds without a sign of life after which one is asked for. Soon, so that a busy process has long to give it."""
_ANSWER_SECONDS: Final = 1.5


class Life:
    """The signs of life of one service. However many wait, one of them asks, and the answer counts for all."""

    def __init__(self, pool: Pool) -> None:
        self.answered_at = float("-inf")
        """When it last began an answer, on the loop's clock."""
        self._pool = pool
        self._lived_at = float("-inf")
        self._asked_at = float("-inf")
        self._asking: asyncio.Task[None] | None = None

    def last_answer(self) -> float:
        """When it last began an answer to somebody."""
        return self.answered_at

    def last_sign(self) -> float:
        """When it last gave any sign of life; asks for one when that is a while ago."""
        last = max(self.answered_at, self._lived_at)
        loop = asyncio.get_running_loop()
        if self._asking is None and loop.time() - max(last, self._asked_at) >= _ASK_AFTER:
            self._asked_at = loop.time()
            self._asking = loop.create_task(self._ask())
        return last

    def close(self) -> None:
        """Ask no further."""
        if self._asking is not None:
            self._asking.cancel()

    async def _ask(self) -> None:
        connection: Connection | None = None
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                connection = await self._pool.take(_ANSWER_SECONDS)
                host, prefix = self._pool.host_header, self._pool.prefix
                connection.ask(b"GET %b/livez HTTP/1.1\r\nhost: %b\r\n\r\n" % (prefix, host), bodiless=False)
                await connection.answered()
                if connection.status < 500:  # else something in between may have answered in its place
                    self._lived_at = asyncio.get_running_loop().time()
                while await connection.read():
                    pass
        except (Unreachable, Broken, TimeoutError):
            pass  # no sign
        finally:
            self._asking = None
            if connection is not None:
                self._pool.give_back(connection)
