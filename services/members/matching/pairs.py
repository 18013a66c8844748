"""Finding the pairs among records held in memory: a file, or the records of a test."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from services.members.matching.evidence import Pair, score_of
from services.members.matching.frequencies import Counted
from services.members.matching.record import Kind, Record
from services.members.matching.resources import Prepared, compare, prepare

LARGEST_BLOCK = 60
"""Records that share a key and are still all compared; a key that more share says nothing by itself."""
LARGEST_WEAK_BLOCK = 25
LARGEST_BLOCK_OF_INITIALS = 12
"""The first letters of long names are soon the same by chance."""
ENOUGH = 2
WEAK = frozenset("abcfjkmnpqswyz")
"""First characters of the keys that hold a part of a name, a street or a date only."""
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
    if key[0] == "x":
        return LARGEST_BLOCK_OF_INITIALS
    return LARGEST_WEAK_BLOCK if key[0] in WEAK else LARGEST_BLOCK


def weight(key: str) -> int:
    """How much sharing the key says: parts of names must be shared twice for two records to be compared."""
    return 1 if key[0] in WEAK else ENOUGH


def _sharing(prepared: Sequence[Prepared]) -> Iterator[tuple[int, int]]:
    """Positions of records that share enough keys. Works record by record, so that memory holds no pairs."""
    blocks: dict[str, list[int]] = defaultdict(list)
    for position, one in enumerate(prepared):
        for key in one.keys:
            blocks[key].append(position)
    for position, one in enumerate(prepared):
        shared: Counter[int] = Counter()
        for key in one.keys:
            if len(block := blocks[key]) <= largest_block(key):
                for other in block:
                    if other > position:
                        shared[other] += weight(key)
        for other, enough in shared.items():
            if enough >= ENOUGH:
                yield position, other
