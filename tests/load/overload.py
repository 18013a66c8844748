"""What the machine holds, and what becomes of once, twice and five times as much."""

import time
from typing import Any, Final

from tests.load.children import Child
from tests.load.targets import GOODPUT, GROWTH_MB, REFUSED_MS, Target, at_least, at_most, properly_answered
from tests.load.watching import Watch

CALLERS: Final = (4, 8, 16, 32)
TIMES: Final = (1, 2, 5)
_REST_SECONDS: Final = 3.0


def peak(generator: Child, seconds: float) -> tuple[float, list[dict[str, Any]]]:
    """The good answers a second that a machine holds: those of the best number of callers in a closed loop, for as long
    as a stretch of overload. The best seconds alone are luck on a machine that is not always as fast."""
    steps = [generator.ask({"callers": callers, "seconds": max(4.0, seconds / 12)}) for callers in CALLERS]
    best = max(zip(steps, CALLERS, strict=True), key=lambda tried: float(tried[0]["good_per_second"]))[1]
    steps.append(generator.ask({"callers": best, "seconds": seconds}) | {"callers": best})
    return float(steps[-1]["good_per_second"]), steps


def overload(generator: Child, watch: Watch, holds: float, seconds: float) -> list[dict[str, Any]]:
    """A stretch at each multiple of what the machine holds."""
    stretches = []
    for times in TIMES:
        began = time.monotonic()
        result = generator.ask({"rate": holds * times, "seconds": seconds})
        result["times"] = times
        result["memory_peak_mb"] = watch.peaks(since=began)
        result["cores"] = watch.cores(began, began + seconds)
        stretches.append(result)
        time.sleep(_REST_SECONDS)
    return stretches


def judged(before: float, after: float, stretches: list[dict[str, Any]]) -> list[Target]:
    """The targets of overload. What the machine holds is what it held before and after, in the middle: it may have
    become slower or faster meanwhile."""
    holds = (before + after) / 2
    targets = []
    once = stretches[0]
    for result in stretches:
        when = f"{result['times']}×"
        if result["times"] == max(TIMES):
            targets.append(at_least(f"{when}: good answers, of the peak", result["good_per_second"] / holds, GOODPUT))
        if result["refused_ms"]:
            targets.append(at_most(f"{when}: refused within, p99", result["refused_ms"]["p99"], REFUSED_MS, " ms"))
        targets += properly_answered(when, result)
        if result is not once:
            grown = {
                name: megabytes - once["memory_peak_mb"].get(name, megabytes)
                for name, megabytes in result["memory_peak_mb"].items()
            }
            name = max(grown, key=lambda one: grown[one])
            targets.append(at_most(f"{when}: memory above 1×, most ({name})", grown[name], GROWTH_MB, " MB"))
    return targets
