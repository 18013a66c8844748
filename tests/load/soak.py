"""Hours in minutes: ordinary traffic for a long time, in which nothing may grow."""

import time
from statistics import median
from typing import Any, Final

from tests.load.children import Child
from tests.load.targets import SOAK_GROWTH, SOAK_MB, Target, at_most, properly_answered
from tests.load.watching import Sample, Watch

LOAD: Final = 0.4
"""Of what the machine holds."""
_SETTLING: Final = 0.3
"""The part of the time in which caches fill and pools open, and growth is no leak."""


def soak(generator: Child, watch: Watch, holds: float, minutes: float) -> dict[str, Any]:
    """Traffic for so many minutes."""
    began = time.monotonic()
    result = generator.ask({"rate": holds * LOAD, "seconds": minutes * 60})
    return result | {"began": began, "minutes": minutes}


def judged(result: dict[str, Any], samples: list[Sample]) -> list[Target]:
    """Memory, sessions and open files at the end against those after settling."""
    began, lasted = result["began"], result["minutes"] * 60
    settled = [one for one in samples if _SETTLING * lasted <= one.at - began <= lasted]
    part = max(1, len(settled) // 4)
    first, last = settled[:part], settled[-part:]
    targets = properly_answered("soak", result)
    for name in sorted(first[0].memory):
        before, after = (median(one.memory.get(name, 0.0) for one in part) for part in (first, last))
        targets.append(at_most(f"soak: {name}, MB at the end", after, before * (1 + SOAK_GROWTH) + SOAK_MB))
    sessions = median(one.sessions for one in first)
    targets.append(
        at_most("soak: sessions in PostgreSQL at the end", median(one.sessions for one in last), sessions + 4)
    )
    files = median(one.open_files for one in first)
    targets.append(at_most("soak: open files of the gateway", median(one.open_files for one in last), files * 1.1 + 16))
    left = max(one.left_in_transaction for one in settled)
    targets.append(at_most("soak: sessions left idle in a transaction", left, 0))
    return targets
