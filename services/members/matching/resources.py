"""Organisations and persons: which keys they are found by, and how two are compared."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from services.members.matching import organisations, persons
from services.members.matching.evidence import Evidence
from services.members.matching.frequencies import Frequencies
from services.members.matching.record import Kind, Record


@dataclass(frozen=True, slots=True)
class Prepared:
    """A record made ready for comparing."""

    record: Record
    keys: frozenset[str]
    """What it is found by. The first character and the colon say what kind of value follows."""
    features: Any


_PREPARE: dict[Kind, Callable[[Record], tuple[frozenset[str], Any]]] = {
    "organisations": organisations.prepare,
    "persons": persons.prepare,
}
_COMPARE: dict[Kind, Callable[[Any, Any, Frequencies], list[Evidence]]] = {
    "organisations": organisations.compare,
    "persons": persons.compare,
}


def prepare(kind: Kind, record: Record) -> Prepared:
    """Make a record ready for comparing."""
    keys, features = _PREPARE[kind](record)
    return Prepared(record, keys, features)


def compare(kind: Kind, left: Prepared, right: Prepared, frequencies: Frequencies) -> list[Evidence]:
    """What speaks for and against the two being about the same."""
    return _COMPARE[kind](left.features, right.features, frequencies)


def compare_openly(kind: Kind, left: Prepared, right: Prepared, frequencies: Frequencies) -> list[Evidence]:
    """As `compare`, by what everybody may see who sees the records: no score of it tells of anything else."""
    if kind == "organisations":
        return compare(kind, left, right, frequencies)
    mine, theirs = persons.without_sensitive(left.features), persons.without_sensitive(right.features)
    return persons.compare(mine, theirs, frequencies)
