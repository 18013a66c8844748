"""Finding the pairs among records held in memory: a file, or the records of a test."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from services.members.matching.evidence import Pair, score_of
from services.members.matching.frequencies import Counted
from services.members.matching.record import Kind, Record
from services.members.matching.resources import Prepared, compare, prepare

LARGEST_BLOCK = 60
"""Records that share a key and are still all compared; a key that more share says nothing by itself."""
LARGEST_WEAK_BLOCK = 25
WEAK = frozenset("wkfjmnpqcys")
"""First characters of the keys that hold a part of a name only."""
LIKELY = 0.6
"""From this score on two records are shown as candidates."""


def match(kind: Kind, records: Iterable[Record], *, from_score: float = LIKELY) -> list[Pair]:
    """The pairs of records that are likely about the same, best first."""
    prepared = [prepare(kind, record) for record in records]
    frequencies = Counted.of((one.keys for one in prepared), len(prepared))
    found = [
        pair
        for left, right in _sharing(prepared)
        if (pair := paired(kind, prepared[left], prepared[right], frequencies)).score >= from_score
    ]
    return sorted(found, key=lambda pair: (-pair.score, pair.left, pair.right))


def paired(kind: Kind, left: Prepared, right: Prepared, frequencies: Counted) -> Pair:
    """Two records compared."""
    evidence = compare(kind, left, right, frequencies)
    return Pair(left.record.id, right.record.id, score_of(evidence), tuple(evidence))


def largest_block(key: str) -> int:
    """How many records may share the key to be compared for it."""
    return LARGEST_WEAK_BLOCK if key[0] in WEAK else LARGEST_BLOCK


def _sharing(prepared: Sequence[Prepared]) -> Iterator[tuple[int, int]]:
    blocks: dict[str, list[int]] = defaultdict(list)
    for position, one in enumerate(prepared):
        for key in one.keys:
            blocks[key].append(position)
    yield from _distinct(blocks)


def _distinct(blocks: Mapping[str, Sequence[int]]) -> Iterator[tuple[int, int]]:
    seen: set[tuple[int, int]] = set()
    for key, block in blocks.items():
        if len(block) <= largest_block(key):
            for pair in combinations(block, 2):
                if pair not in seen:
                    seen.add(pair)
                    yield pair
