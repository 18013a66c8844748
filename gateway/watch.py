"""Watches over one request: its deadline, and whether the client is still there.

One timer a request, and nothing else until the request has been waiting for a while: most are answered sooner, so they
pay neither for a timeout object nor for a task that listens for the client's leaving.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, Final, Literal

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Reason = Literal["upstream late", "client late", "client gone", "too large", "no turn"]

_LISTEN_AFTER: Final = 0.05


class ClientGone(Exception):
    """Nobody waits for the answer any more."""


class Watch:
    """Ends the task that carries a request when there is a reason to; `reason` then says which."""

    __slots__ = (
        "_body_bytes_per_second",
        "_body_until",
        "_busy_until",
        "_due",
        "_handle",
        "_listener",
        "_loop",
        "_receive",
        "_sign_of_life",
        "_silent",
        "_task",
        "_waiting_for",
        "body_read",
        "reason",
    )

    def __init__(self, receive: Receive, *, body_read: bool) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a watch belongs to a task")
        self._task: asyncio.Task[Any] | None = task
        self._loop = asyncio.get_running_loop()
        self._receive = receive
        self._listener: asyncio.Task[None] | None = None
        self._waiting_for: Reason = "upstream late"
        self._due = float("inf")
        self._silent = 0.0
        self._busy_until = 0.0
        self._body_until = float("inf")
        self._body_bytes_per_second = 1
        self._sign_of_life: Callable[[], float] = float
        self.body_read = body_read
        """The request's body has arrived whole, so that what else the client sends can only be its leaving."""
        self.reason: Reason | None = None
        self._handle: asyncio.TimerHandle | None = self._loop.call_later(_LISTEN_AFTER, self._tick)

    def first_byte_within(self, silent: float, busy: float, sign_of_life: Callable[[], float]) -> None:
        """Wait for an answer: `silent` seconds without any sign of life from the upstream, `busy` with some."""
        now = self._loop.time()
        self._silent, self._busy_until, self._sign_of_life = silent, now + busy, sign_of_life
        self._waiting_for, self._due = "upstream late", now + silent

    def upstream_within(self, seconds: float) -> None:
        """Wait for the upstream's next bytes."""
        self._silent = 0.0
        self._waiting_for, self._due = "upstream late", self._loop.time() + seconds

    def client_within(self, seconds: float) -> None:
        """Wait for the client to send or take bytes."""
        self._waiting_for, self._due = "client late", self._loop.time() + seconds

    def turn_within(self, seconds: float) -> None:
        """Wait for a place in the service. From now on the client's leaving is noticed at once: who has gone is not to
        have the turn of somebody who waits."""
        self._waiting_for, self._due = "no turn", self._loop.time() + seconds
        self._hear_leaving()

    def body_began(self, seconds: float, bytes_per_second: int) -> None:
        """From now the body may take so long, and longer as it comes at this pace."""
        self._body_until, self._body_bytes_per_second = self._loop.time() + seconds, bytes_per_second

    def body_within(self, seconds: float, size: int) -> None:
        """Wait for the body's next piece, after `size` bytes of it."""
        self._waiting_for = "client late"
        self._due = min(self._loop.time() + seconds, self._body_until + size / self._body_bytes_per_second)

    def fire(self, reason: Reason) -> None:
        """End the request."""
        if self._task is not None and self.reason is None:
            self.reason = reason
            self._task.cancel()

    @contextmanager
    def watching(self, means: Callable[[Reason], Exception]) -> Iterator["Watch"]:
        """Watch over what is done inside. When the watch ends it, what its reason `means` is raised."""
        try:
            yield self
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if self.reason is None or task is None:
                raise
            task.uncancel()
            raise means(self.reason) from error
        finally:
            self.close()

    def close(self) -> None:
        """Stop watching."""
        self._task = None
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        if self._listener is not None:
            self._listener.cancel()
            self._listener = None

    def _tick(self) -> None:
        if self._task is None:
            return
        now = self._loop.time()
        if self._waiting_for == "upstream late" and self._silent:
            # Also before it is due: who has been silent for a while may be asked for a sign (`life.py`).
            self._due = max(self._due, min(self._busy_until, self._sign_of_life() + self._silent))
        if now >= self._due:
            self.fire(self._waiting_for)
            return
        self._hear_leaving()
        # Deadlines only ever move, so looking again every so often is enough and costs nothing to move them.
        self._handle = self._loop.call_at(min(self._due, now + 0.5), self._tick)

    def _hear_leaving(self) -> None:
        if self.body_read and self._listener is None:
            self._listener = self._loop.create_task(self._listen())

    async def _listen(self) -> None:
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self.fire("client gone")
                return
