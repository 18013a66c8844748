"""How common a value is: agreement on a rare one says more."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Protocol

_UNSEEN = 1 / 4096
"""What share of records is taken to have a value that few were seen with."""
_MOST = 12.0
"""Bits."""
_SEEN = 1_000
"""How many records that assumption weighs as much as."""


class Frequencies(Protocol):
    """Counts of values among the records compared."""

    def bits(self, key: str) -> float:
        """How much agreement on this value says."""


class Rarest:
    """Every value is as rare as can be: what a comparison says with it is the most it can say."""

    def bits(self, key: str) -> float:
        """How much agreement on this value says."""
        return _MOST


RAREST = Rarest()


class Counted:
    """From counts."""

    def __init__(self, counts: Mapping[str, int], size: int) -> None:
        self._counts = counts
        self._size = size
        self._known: dict[int, float] = {}

    @classmethod
    def of(cls, keys: Iterable[Iterable[str]], size: int) -> "Counted":
        """Count the keys of all records."""
        counts: Counter[str] = Counter()
        for of_one in keys:
            counts.update(of_one)
        return cls(counts, size)

    def count(self, key: str) -> int:
        """How many records have it."""
        return self._counts.get(key, 0)

    def bits(self, key: str) -> float:
        """How much agreement on this value says."""
        count = self._counts.get(key, 0)
        known = self._known.get(count)
        if known is None:
            # Two of them are the records compared: would they be one, nobody else had it.
            share = (max(count - 2, 0) + _SEEN * _UNSEEN) / (self._size + _SEEN)
            known = self._known[count] = min(_MOST, max(0.5, -math.log2(share)))
        return known
