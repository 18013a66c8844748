"""Admission: how many requests a service is given at once, who waits for a turn, and who is sent away at once.

A service that is given more than it can answer answers nobody in time: each request waits behind all others, until the
gateway gives up on every one of them. So a service is given only as many at once as keep it busy. The next ones wait
here, but only as many as will have their turn soon at the pace the service has now; the rest are told at once, before
any work was done for them.

Each operation has a line of its own and the lines take turns, so that a crowd at one operation neither keeps the
others waiting nor takes their places. A crowd may queue for a while (`Patience.burst`: five hundred register in the
same second); a line that does not end, or grows for longer than a crowd keeps arriving, is overload, and then only
those are let in who wait a moment (`Patience.standing`).
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from services.kit.errors import Problem, Unavailable

_MEASURED_SECONDS: Final = 0.2
_AT_LEAST_AT_ONCE: Final = 4
_AT_LEAST_WAITING: Final = 2
_STANDS_AFTER: Final = 1.5
"""How many times `Patience.burst` a line may last before it counts as one that does not end."""
_CROWD_SECONDS: Final = 6.0
"""How long a crowd keeps arriving faster than it is answered. Who still does then is no crowd."""
_WINDOW_SECONDS: Final = 0.5


class Overloaded(Unavailable):
    """More requests are running than can be carried.

    Nothing was done. Try again after `Retry-After` seconds.
    """

    status = 503


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a request may have to wait for its turn, in seconds."""

    burst: float
    standing: float
    late: float
    """An answer that took longer shows that the service was given too many at once."""
    pace: float
    """Answers a second that a line is trusted with before its pace was measured."""
    longest: float
    """When one who waits is sent away after all, because the service has become slower than it was."""


READS: Final = Patience(burst=0.5, standing=0.3, late=0.85, pace=1_000, longest=3.0)
WRITES: Final = Patience(burst=6.0, standing=0.5, late=3.0, pace=150, longest=12.0)
LONG: Final = Patience(burst=6.0, standing=2.0, late=float("inf"), pace=50, longest=8.0)


class _Line:
    """Those who want the same operation."""

    __slots__ = (
        "answered",
        "began",
        "came",
        "grows",
        "known",
        "measured_at",
        "pace",
        "running",
        "served",
        "waiting",
        "window_began",
    )

    def __init__(self, pace: float) -> None:
        self.running = 0
        self.waiting: deque[asyncio.Future[None]] = deque()
        self.pace = pace
        """Answers a second while somebody waited."""
        self.known = False
        """Whether the pace was measured."""
        self.began = 0.0
        """When the line formed."""
        self.measured_at = 0.0
        self.answered = 0
        """Answers since `measured_at`."""
        self.window_began = 0.0
        self.came = 0
        """Who wanted to join the line in this window."""
        self.served = 0
        """Answers in this window."""
        self.grows = False
        """Whether more came than were answered in the last window."""


class Gate:
    """The door to one service, for one class of requests."""

    def __init__(self, at_once: int, patience: Patience, clock: Callable[[], float] = time.monotonic) -> None:
        self.most = max(1, at_once)
        self.at_once = self.most
        """How many it is given at once now; fewer than `most` while its answers come late."""
        self.running = 0
        self.patience = patience
        self.beside: tuple[Gate, ...] = ()
        """Other doors to the same service: it is one process, so answers that come late here are theirs, too."""
        self._clock = clock
        self._lines: dict[str, _Line] = {}
        self._ready: deque[_Line] = deque()
        """Lines with somebody waiting, the next first."""
        self._changed_at = float("-inf")

    def enter_now(self, operation: str) -> bool:
        """Take a place if one is free, without waiting."""
        line = self._lines.get(operation)
        if line is None:
            line = self._lines[operation] = _Line(self.patience.pace)
        if self.running >= self.at_once or line.running >= self._share or line.waiting:
            return False
        self.running += 1
        line.running += 1
        return True

    def is_full(self, operation: str) -> bool:
        """Whether one more would be sent away now; counts it as one who came."""
        line = self._lines.get(operation)
        if line is None or not line.waiting:
            return False
        now = self._clock()
        if len(line.waiting) < self._most_waiting(line, now):
            return False
        _count(line, now)
        return True

    async def enter(self, operation: str) -> None:
        """Wait for a place, and take it. Raises `Overloaded`, at once, when the wait would be too long."""
        line = self._lines[operation]
        now = self._clock()
        if not line.waiting:
            # A new crowd is trusted anew: how slow it was in the last one says little of this one.
            line.pace, line.known = max(line.pace, self.patience.pace), False
            line.began = line.measured_at = now
            line.answered = 0
            line.window_began, line.came, line.served, line.grows = now, 0, 0, False
            if line not in self._ready:
                self._ready.append(line)
        _count(line, now)
        if len(line.waiting) >= self._most_waiting(line, now):
            raise Overloaded(retry_after=1)
        turn = asyncio.get_running_loop().create_future()
        line.waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self.leave(operation)  # its turn had come in the same moment
            elif turn in line.waiting:
                line.waiting.remove(turn)
            raise

    def leave(self, operation: str, took: float | None = None) -> None:
        """Give the place back: the answer began, `took` seconds after the service was asked, or none will come."""
        line = self._lines[operation]
        line.running -= 1
        self.running -= 1
        if took is not None:
            if line.waiting:
                self._measure(line)
            self._adapt(took)
        self._call_next()

    def send_away(self, problem: Callable[[], Problem]) -> None:
        """Tell all who wait that it is in vain."""
        for line in self._lines.values():
            while line.waiting:
                turn = line.waiting.popleft()
                if not turn.done():
                    turn.set_exception(problem())

    @property
    def has_lines(self) -> bool:
        """Whether anybody waits, or did a moment ago."""
        return bool(self._ready)

    @property
    def waiting(self) -> int:
        """How many wait for a turn."""
        return sum(len(line.waiting) for line in self._ready)

    @property
    def _share(self) -> int:
        """Most places that one operation may have, so that some are left for others."""
        return max(1, self.at_once * 3 // 4)

    def _most_waiting(self, line: _Line, now: float) -> float:
        patience, pace = self.patience, line.pace
        seconds = patience.burst
        if line.waiting:
            age = now - line.began
            if age > patience.burst * _STANDS_AFTER or (age > _CROWD_SECONDS and line.grows):
                seconds = patience.standing
            silent = now - line.measured_at
            if silent > _MEASURED_SECONDS:  # slower than it was: do not wait for the answer that will tell
                pace = min(pace, (line.answered + 1) / silent)
        return max(_AT_LEAST_WAITING, pace * seconds)

    def _measure(self, line: _Line) -> None:
        line.answered += 1
        line.served += 1
        now = self._clock()
        seconds = now - line.measured_at
        if seconds >= _MEASURED_SECONDS:
            pace = line.answered / seconds
            line.pace = (line.pace + pace) / 2 if line.known else pace
            line.known = True
            line.measured_at, line.answered = now, 0

    def _adapt(self, took: float) -> None:
        """Give fewer at once while answers come late, and carefully more again when they do not."""
        if took > self.patience.late:
            now = self._clock()
            if now - self._changed_at > took:  # once for all that were asked under the same conditions
                for gate in (self, *self.beside):
                    gate.give_less(now)
        elif self.at_once < self.most and took < self.patience.late / 2:
            now = self._clock()
            if now - self._changed_at > _MEASURED_SECONDS:
                self.at_once += 1
                self._changed_at = now

    def give_less(self, now: float) -> None:
        """Answers come late: let in half as many."""
        self.at_once = max(min(_AT_LEAST_AT_ONCE, self.most), self.at_once // 2)
        self._changed_at = now

    def _call_next(self) -> None:
        ready, passed_over = self._ready, 0
        while passed_over < len(ready) and self.running < self.at_once:
            line = ready.popleft()
            while line.waiting and line.waiting[0].done():
                line.waiting.popleft()  # who gave up
            if not line.waiting:
                continue
            if line.running < self._share:
                line.waiting.popleft().set_result(None)
                line.running += 1
                self.running += 1
                passed_over = 0
            else:
                passed_over += 1
            if line.waiting:
                ready.append(line)


def _count(line: _Line, now: float) -> None:
    line.came += 1
    if now - line.window_began > _WINDOW_SECONDS:
        line.grows = line.came > line.served
        line.window_began, line.came, line.served = now, 0, 0


class Place:
    """A request's place in a service; given back when the answer begins: reading it is the client's own affair."""

    __slots__ = ("_gate", "_operation", "_taken_at")

    def __init__(self, gate: Gate | None, operation: str, taken_at: float | None = None) -> None:
        self._gate = gate
        self._operation = operation
        self._taken_at = asyncio.get_running_loop().time() if taken_at is None else taken_at

    def handed_over(self) -> "Place":
        """The same place in other hands; there is nothing left to give back here."""
        gate, self._gate = self._gate, None
        return Place(gate, self._operation, self._taken_at)

    def leave(self, *, answered: bool) -> None:
        """Give it back; only the first time counts."""
        gate, self._gate = self._gate, None
        if gate is not None:
            took = asyncio.get_running_loop().time() - self._taken_at
            gate.leave(self._operation, took if answered else None)
