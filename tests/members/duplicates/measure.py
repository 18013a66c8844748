"""How well pairs were found."""

from collections.abc import Sequence

from services.members.matching import Pair, Record


def measured(found: Sequence[Pair], truth: set[tuple[str, str]]) -> tuple[float, float]:
    """Precision and recall."""
    pairs = {(min(pair.left, pair.right), max(pair.left, pair.right)) for pair in found}
    right = len(pairs & truth)
    return right / len(pairs), right / len(truth)


def found_of(pairs: Sequence[Pair], left: Record, right: Record) -> float:
    """The score of two records; 0 when they were not even compared."""
    return next((pair.score for pair in pairs if {pair.left, pair.right} == {left.id, right.id}), 0.0)
