"""Finding the pairs among records held in memory: a file, or the records of a test."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from services.members.matching.evidence import LIKELY, Pair, score_of
from services.members.matching.frequencies import Counted
from services.members.matching.record import Kind, Record
from services.members.matching.resources import Prepared, are_two, compare, prepare, sketch

LARGEST_BLOCK = 60
"""Records that share a key and are still all compared; a key that more share says nothing by itself."""
LARGEST_WEAK_BLOCK = 25
LARGEST_BLOCK_OF_INITIALS = 12
"""The first letters of long names are soon the same by chance."""
ENOUGH = 2
WEAK = frozenset("abcfjkmnpqswyz")
"""First characters of the keys that hold a part of a name, a street or a date only."""


def match(kind: Kind, records: Iterable[Record], *, from_score: float = LIKELY) -> list[Pair]:
    """The pairs of records that are likely about the same, best first.

    With a `from_score` below `LIKELY` others that were compared come too; those that a look at their names and
    countries told apart were not.
    """
    prepared = [prepare(kind, record) for record in records]
    frequencies = Counted.of((one.keys for one in prepared), len(prepared))
    sketches = [sketch(kind, one.record) for one in prepared]
    found = [
        pair
        for left, right, by_parts in _sharing(prepared)
        if not are_two(kind, sketches[left], sketches[right], by_parts=by_parts)
        and (pair := paired(kind, prepared[left], prepared[right], frequencies)).score >= from_score
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


def _sharing(prepared: Sequence[Prepared]) -> Iterator[tuple[int, int, bool]]:
    """Positions of records that share enough keys, and whether only weak ones.

    Works record by record, so that memory holds no pairs.
    """
    blocks: dict[str, list[int]] = defaultdict(list)
    for position, one in enumerate(prepared):
        for key in one.keys:
            blocks[key].append(position)
    for position, one in enumerate(prepared):
        shared: Counter[int] = Counter()
        strongly: set[int] = set()
        for key in one.keys:
            if len(block := blocks[key]) <= largest_block(key):
                says = weight(key)
                later = [other for other in block if other > position]
                for other in later:
                    shared[other] += says
                if says >= ENOUGH:
                    strongly.update(later)
        for other, enough in shared.items():
            if enough >= ENOUGH:
                yield position, other, other not in strongly
