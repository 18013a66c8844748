"""What a comparison says, and how it adds up to a score."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

PRIOR = -10.0
"""Bits against: of two records that share a key, so many in a thousand are one."""
_STEEP = 1.6
"""Bits are not quite independent of one another, so the score rises more slowly than they say."""
LIKELY = 0.6
"""From this score on two records are shown as candidates."""
LEAST_BITS = _STEEP * math.log2(LIKELY / (1 - LIKELY)) - PRIOR - 0.01
"""With less evidence than this no score is likely."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that speaks for (bits above 0) or against two records being about the same."""

    kind: str
    bits: float
    left: str = ""
    right: str = ""
    similarity: float = 0.0


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records, and what the comparison says of them."""

    left: str
    right: str
    score: float
    evidence: tuple[Evidence, ...]

    @property
    def reasons(self) -> list[Evidence]:
        """What speaks for it, strongest first."""
        return sorted((one for one in self.evidence if one.bits > 0), key=lambda one: -one.bits)


def score_of(evidence: Iterable[Evidence]) -> float:
    """From 0 to 1: how likely the two are one."""
    bits = PRIOR + sum(one.bits for one in evidence)
    return float(round(1 / (1 + 2 ** (-max(-60.0, min(60.0, bits)) / _STEEP)), 4))
