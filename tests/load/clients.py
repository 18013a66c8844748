"""Crowds of slow, vanishing and idle clients, while ordinary traffic goes on beside them."""

import time
from typing import Any, Final

from services.kit.serve import open_files
from tests.load.children import Child, child
from tests.load.targets import CROWD_MB, TAIL_MS, TAIL_RATIO, Target, at_least, at_most, properly_answered
from tests.load.watching import Watch

CROWDS: Final[dict[str, int]] = {
    "dripping heads": 500,
    "dripping bodies": 300,
    "slow readers": 200,
    "vanishing": 200,
    "idle": 10_000,
}
BESIDE: Final = 0.25
"""Ordinary traffic beside the crowd, of what the machine holds."""
_OWN_FILES: Final = 500


def crowds(generator: Child, watch: Watch, order: dict[str, Any], holds: float, seconds: float) -> list[dict[str, Any]]:
    """Ordinary traffic alone, beside each crowd, and alone again."""
    target = {"host": order["host"], "port": order["port"], "key": order["ground"]["key"]}
    stretches = [_stretch("alone", generator, watch, holds, seconds)]
    for kind, wanted in CROWDS.items():
        size = min(wanted, open_files() - _OWN_FILES)
        with child("crowds") as crowd:
            crowd.tell({**target, "kind": kind, "size": size})
            stood = crowd.hear()["open"]
            result = _stretch(kind, generator, watch, holds, seconds)
            left = crowd.ask({})
        result |= {"wanted": wanted, "size": size, "stood": stood, "still_open": left["open"], "met": left["met"]}
        stretches.append(result)
    stretches.append(_stretch("alone again", generator, watch, holds, seconds))
    return stretches


def _stretch(beside: str, generator: Child, watch: Watch, holds: float, seconds: float) -> dict[str, Any]:
    began = time.monotonic()
    result = generator.ask({"rate": holds * BESIDE, "seconds": seconds})
    return result | {"beside": beside, "memory_peak_mb": watch.peaks(since=began)}


def judged(stretches: list[dict[str, Any]]) -> list[Target]:
    """The targets of slow clients. What the tail was alone is the worse of before and after."""
    alone, *besides, again = stretches
    tail = max(alone["good_ms"]["p99"], again["good_ms"]["p99"])
    held = alone["memory_peak_mb"]["gateway"]
    targets = []
    for result in besides:
        kind = result["beside"]
        targets.append(
            at_most(
                f"{kind}: p99 of the others", result["good_ms"]["p99"], max(tail * TAIL_RATIO, tail + TAIL_MS), " ms"
            )
        )
        targets += properly_answered(kind, result)
        grown = result["memory_peak_mb"]["gateway"] - held
        targets.append(at_most(f"{kind}: gateway's memory above alone", grown, CROWD_MB, " MB"))
        if kind == "idle":
            targets.append(at_least("idle connections held to the end", result["still_open"], result["wanted"]))
    return targets
