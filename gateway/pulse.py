"""Whether this process keeps up with what it is asked, so that what is too much can be refused almost for nothing.

Services have doors (`admission.py`), but reading a request, finding its caller and refusing it costs the gateway, too.
When more arrives than it can even refuse, requests would wait unread in the sockets for seconds. So the loop is timed:
a beat that comes late, again and again, while many requests began, means that it no longer keeps up.
"""

import asyncio
from typing import Final

import structlog
from prometheus_client import Counter

BEAT_SECONDS: Final = 0.02
LATE_SECONDS: Final = 0.06
"""How late beats come, smoothed, when it counts as too much. A single crowd makes one late beat, and is served."""
MANY: Final = 40
"""Requests in one beat. A beat that is late without them only shows that the machine is busy with something else."""
_SMOOTHING: Final = 0.3
_SUMMED_UP_SECONDS: Final = 1.0

SHED: Final = Counter(
    "gateway_requests_shed",
    "Requests refused from their heads alone, because there were too many.",
)

log = structlog.get_logger(__name__)


class Pulse:
    """Times the loop while there are requests."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.overrun = False
        """Whether requests are to be refused until the next beat."""
        self._loop = loop
        self._late = 0.0
        self._began = 0
        self._shed = 0
        self._summed_up_at = float("-inf")
        self._due = 0.0
        self._handle: asyncio.TimerHandle | None = None

    def begun(self) -> bool:
        """A request begins; answers whether it is one too many."""
        self._began += 1
        if self._handle is None:
            self._due = self._loop.time() + BEAT_SECONDS
            self._handle = self._loop.call_at(self._due, self._beat)
        return self.overrun

    def shed(self) -> None:
        """One was refused."""
        self._shed += 1

    def _beat(self) -> None:
        now = self._loop.time()
        self._late += _SMOOTHING * (now - self._due - self._late)
        self.overrun = self._late > LATE_SECONDS and self._began >= MANY
        if self._shed and now - self._summed_up_at >= _SUMMED_UP_SECONDS:
            SHED.inc(self._shed)
            log.warning("requests_refused_unread", count=self._shed, beat_late_ms=round(self._late * 1000))
            self._shed, self._summed_up_at = 0, now
        if not self._began and not self._shed:
            self._handle, self._late = None, 0.0
            return
        self._began = 0
        self._due = now + BEAT_SECONDS
        self._handle = self._loop.call_at(self._due, self._beat)
