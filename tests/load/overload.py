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
    """The most good answers a second that any number of callers in a closed loop got."""
    steps = [generator.ask({"callers": callers, "seconds": seconds}) for callers in CALLERS]
    return max(float(step["good_per_second"]) for step in steps), steps


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


def judged(holds: float, stretches: list[dict[str, Any]]) -> list[Target]:
    """The targets of overload."""
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
