"""Organisations and persons: which keys they are found by, and how two are compared."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from services.members.matching import organisations, persons
from services.members.matching.evidence import Evidence
from services.members.matching.frequencies import Frequencies
from services.members.matching.record import Kind, Record

_FEATURES: dict[Kind, Callable[[Record], Any]] = {
    "organisations": organisations.Features,
    "persons": persons.Features,
}
_KEYS: dict[Kind, Callable[[Any], list[str]]] = {
    "organisations": organisations.keys_of,
    "persons": persons.keys_of,
}
_SKETCH: dict[Kind, Callable[[Record], Any]] = {
    "organisations": organisations.sketch,
    "persons": persons.sketch,
}
_ARE_TWO: dict[Kind, Callable[..., bool]] = {
    "organisations": organisations.are_two,
    "persons": persons.are_two,
}
_COMPARE: dict[Kind, Callable[[Any, Any, Frequencies], list[Evidence]]] = {
    "organisations": organisations.compare,
    "persons": persons.compare,
}


@dataclass(frozen=True)
class Prepared:
    """A record made ready for comparing; each part of it when it is first asked for, and once."""

    kind: Kind
    record: Record

    @cached_property
    def features(self) -> Any:
        """What is compared."""
        return _FEATURES[self.kind](self.record)

    @cached_property
    def keys(self) -> frozenset[str]:
        """What it is found by. The first character and the colon say what kind of value follows."""
        return frozenset(_KEYS[self.kind](self.features))


def prepare(kind: Kind, record: Record) -> Prepared:
    """Make a record ready for comparing."""
    return Prepared(kind, record)


def sketch(kind: Kind, record: Record) -> Any:
    """As much of a record as `are_two` needs: small, and made fast."""
    return _SKETCH[kind](record)


def are_two(kind: Kind, left: Any, right: Any, *, by_parts: bool) -> bool:
    """Whether two sketches tell that no comparison of the records can end in a likely pair.

    With `by_parts` they share parts of names and the like only, no whole value.
    """
    return _ARE_TWO[kind](left, right, by_parts=by_parts)


def compare(kind: Kind, left: Prepared, right: Prepared, frequencies: Frequencies) -> list[Evidence]:
    """What speaks for and against the two being about the same."""
    return _COMPARE[kind](left.features, right.features, frequencies)


def compare_openly(kind: Kind, left: Prepared, right: Prepared, frequencies: Frequencies) -> list[Evidence]:
    """As `compare`, by what everybody may see who sees the records: no score of it tells of anything else."""
    if kind == "organisations":
        return compare(kind, left, right, frequencies)
    mine, theirs = persons.without_sensitive(left.features), persons.without_sensitive(right.features)
    return persons.compare(mine, theirs, frequencies)
