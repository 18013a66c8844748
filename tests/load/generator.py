"""The process that makes the traffic: `python -m tests.load.generator`, orders in and results out as lines of JSON.

Closed loop: so many callers, each asks again when it was answered; finds what the machine holds. Open loop: requests
come at their own times (a Poisson process), answered or not, as people do; only so is overload real.

Times run from the moment a request is sent, not from when it was due: how late it was sent is the generator's fault and
stands beside them (`sent_late_ms_p99`), and so does the processor time it took itself.
"""

import asyncio
import contextlib
import json
import random
import sys
import time
from array import array
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import uvloop

from tests.load.client import BROKEN, Pool
from tests.load.traffic import Ground, Traffic, Wanted

REFUSALS: Final = frozenset({429, 503})
DRAIN_SECONDS: Final = 12.0
"""The gateway gives up on a write after 10."""
_TICK: Final = 0.001
_MOST_UNDER_WAY: Final = 6_000


@dataclass
class Result:
    """What came of one stretch of traffic."""

    mode: str
    seconds: float
    asked_per_second: float
    """How many requests were sent."""
    good_per_second: float
    """Answered as they should be, within the stretch."""
    refused_per_second: float
    good: dict[str, int]
    """By kind of request."""
    refused: dict[str, int]
    statuses: dict[str, int]
    good_ms: dict[str, float]
    """Percentiles over all kinds."""
    good_ms_by_kind: dict[str, dict[str, float]]
    refused_ms: dict[str, float]
    refused_without_retry_after: int
    failed: dict[str, int]
    """What was neither good nor a proper refusal: kind and status."""
    unanswered: int
    """Still open when the drain ended."""
    sent_late_ms_p99: float
    generator_cpu_seconds: float


@dataclass
class Tally:
    """Counts while a stretch runs."""

    ends: float
    sent: int = 0
    under_way: int = 0
    good_in_time: int = 0
    refused_in_time: int = 0
    without_retry_after: int = 0
    good: "defaultdict[str, array[float]]" = field(default_factory=lambda: defaultdict(lambda: array("d")))
    refused: "array[float]" = field(default_factory=lambda: array("d"))
    refused_kinds: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    late: "array[float]" = field(default_factory=lambda: array("d"))

    def note(self, kind: str, status: int, head: bytes, took: float, at: float) -> None:
        """Count one answer."""
        self.under_way -= 1
        self.statuses[str(status or "broken")] += 1
        if 200 <= status < 300:
            self.good[kind].append(took)
            self.good_in_time += at <= self.ends
        elif status in REFUSALS:
            self.refused.append(took)
            self.refused_kinds[kind] += 1
            self.refused_in_time += at <= self.ends
            self.without_retry_after += b"\r\nretry-after: " not in head
        else:
            self.failed[f"{kind}: {status or 'broken'}"] += 1


def percentiles(seconds: "array[float]") -> dict[str, float]:
    """p50, p90, p99, p99.9 and the longest, in milliseconds."""
    if not seconds:
        return {}
    ordered = sorted(seconds)
    last = len(ordered) - 1
    at = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p99.9": 0.999, "max": 1.0}
    return {name: round(ordered[int(part * last)] * 1000, 2) for name, part in at.items()}


class Generator:
    """Runs stretches of traffic against one address."""

    def __init__(self, host: str, port: int, ground: Ground) -> None:
        self._pool = Pool(host, port)
        self._traffic = Traffic(ground)
        self._chance = random.Random(7)
        self._late = 0

    async def closed(self, callers: int, seconds: float) -> Result:
        """So many callers, each with one request at a time."""
        tally = Tally(time.perf_counter() + seconds)

        def again() -> None:
            if time.perf_counter() < tally.ends:
                self._send(tally, self._traffic.next(), again)

        began, cpu = time.perf_counter(), time.process_time()
        for _ in range(callers):
            again()
        return await self._result("closed", tally, began, cpu, seconds)

    async def open(self, rate: float, seconds: float) -> Result:
        """Requests at `rate` a second, whatever becomes of them."""
        began, cpu = time.perf_counter(), time.process_time()
        tally = Tally(began + seconds)
        due = began
        while due < tally.ends:
            now = time.perf_counter()
            while due <= now and due < tally.ends:
                tally.late.append(now - due)
                if tally.under_way < _MOST_UNDER_WAY:
                    self._send(tally, self._traffic.next(), None)
                else:
                    tally.failed["not sent: too many under way"] += 1
                due += self._chance.expovariate(rate)
            await asyncio.sleep(max(_TICK, due - time.perf_counter()))
        return await self._result("open", tally, began, cpu, seconds)

    def _send(self, tally: Tally, wanted: Wanted, then: Any) -> None:
        tally.sent += 1
        tally.under_way += 1
        sent = time.perf_counter()

        def answered(status: int, head: bytes, body: bytes, at: float) -> None:
            if wanted.learn is not None and status != BROKEN:
                wanted.learn(status, head, body)
            tally.note(wanted.kind, status, head, at - sent, at)
            if then is not None:
                then()

        self._pool.send(wanted.request, answered)

    async def _result(self, mode: str, tally: Tally, began: float, cpu: float, seconds: float) -> Result:
        await asyncio.sleep(max(0.0, tally.ends - time.perf_counter()))
        used = time.process_time() - cpu
        until = time.perf_counter() + DRAIN_SECONDS
        while tally.under_way and time.perf_counter() < until:  # noqa: ASYNC110 - a look now and then costs less
            await asyncio.sleep(0.05)
        everything = array("d")
        for one in tally.good.values():
            everything.extend(one)
        return Result(
            mode=mode,
            seconds=seconds,
            asked_per_second=round(tally.sent / seconds, 1),
            good_per_second=round(tally.good_in_time / seconds, 1),
            refused_per_second=round(tally.refused_in_time / seconds, 1),
            good={kind: len(times) for kind, times in tally.good.items()},
            refused=dict(tally.refused_kinds),
            statuses=dict(tally.statuses),
            good_ms=percentiles(everything),
            good_ms_by_kind={kind: percentiles(times) for kind, times in tally.good.items()},
            refused_ms=percentiles(tally.refused),
            refused_without_retry_after=tally.without_retry_after,
            failed=dict(tally.failed),
            unanswered=tally.under_way,
            sent_late_ms_p99=percentiles(tally.late).get("p99", 0.0),
            generator_cpu_seconds=round(used, 2),
        )


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    first = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    generator = Generator(first["host"], first["port"], Ground(**first["ground"]))
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        order = json.loads(line)
        if "callers" in order:
            result = await generator.closed(order["callers"], order["seconds"])
        else:
            result = await generator.open(order["rate"], order["seconds"])
        sys.stdout.write(json.dumps(asdict(result)) + "\n")
        sys.stdout.flush()


def main() -> None:
    """Serve until the input ends."""
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(_serve())


if __name__ == "__main__":
    main()
