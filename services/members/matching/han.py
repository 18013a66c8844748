"""Comparing two Chinese names of organisations."""

from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from services.members.matching.forms import sound
from services.members.matching.places import place_of_name
from services.members.matching.words import HAN_EMPTY, HAN_MARKERS

_SHORTEST_ABBREVIATED = 4


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two names are."""

    alike: float
    """From 0 to 1."""
    apart: bool = False
    """What differs makes them two."""
    more: tuple[str, ...] = ()
    """What only one of them has, in runs of several characters."""


@lru_cache(maxsize=4_096)
def likeness(left: str, right: str) -> Likeness:
    """Compare two names.

    One other character makes another organisation (云南大学, 河南大学), unless it sounds the same and so is a slip.
    """
    if left == right:
        return Likeness(1.0)
    if is_abbreviation(left, right) or is_abbreviation(right, left):
        return Likeness(0.9)
    cost, apart, more = 0.0, _in_other_places(left, right), []
    for step in Levenshtein.opcodes(left, right):
        if step.tag == "equal":
            continue
        a, b = left[step.src_start : step.src_end], right[step.dest_start : step.dest_end]
        if step.tag == "replace":
            slips, differs = _replaced(a, b)
        else:
            slips, differs = _added(a or b)
            if len(a or b) > 1 and slips >= 1:
                more.append(a or b)
        cost += slips
        apart = apart or differs
    return Likeness(max(0.0, 1 - cost / max(len(left), len(right))), apart, tuple(more))


def _in_other_places(left: str, right: str) -> bool:
    """苏州 is not 宿州. 安徽黄山 may be 黄山."""
    a, b = place_of_name(left), place_of_name(right)
    return bool(a and b) and a != b and a not in right and b not in left


def _replaced(left: str, right: str) -> tuple[float, bool]:
    if len(left) == len(right):
        if all(sound(a) & sound(b) for a, b in zip(left, right, strict=True)) and not set(left + right) <= HAN_MARKERS:
            return 0.5 * len(left), False
        if all(a in HAN_EMPTY and b in HAN_EMPTY for a, b in zip(left, right, strict=True)):
            return float(len(left)), True  # 遵义市 is not 遵义县
    return float(max(len(left), len(right))), True


def _added(more: str) -> tuple[float, bool]:
    if all(one in HAN_EMPTY for one in more):
        return 0.1 * len(more), False
    return float(len(more)), any(one in HAN_MARKERS for one in more)


def is_abbreviation(short: str, long: str) -> bool:
    """文旅厅 for 文化旅游厅: its characters in order, one from each word.

    Between two cuts there is one character only: words left out whole make another name (山地旅游协会, 旅游协会).
    """
    if not 2 <= len(short) <= 0.75 * len(long) or len(long) < _SHORTEST_ABBREVIATED or short[0] != long[0]:
        return False
    kept = _kept_runs(short, long)
    if kept is None or len(kept) < 2 or any(length > 1 for length in kept[1:-1]):
        return False
    return kept[-1] == 1 or (kept[-1] == 2 and len(kept) > 2 and long.endswith(short[-2:]))


def _kept_runs(short: str, long: str) -> list[int] | None:
    """Lengths of the runs of `long` that stay in `short`; None when it is no subsequence."""
    runs: list[int] = []
    position, last = 0, -2
    for character in short:
        found = long.find(character, position)
        if found < 0:
            return None
        if found == last + 1:
            runs[-1] += 1
        else:
            runs.append(1)
        last, position = found, found + 1
    return runs
