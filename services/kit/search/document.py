"""The key of a row: everything its names can be found by."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from services.kit.search.folding import (
    cleaned,
    has_han,
    is_han,
    is_unspaced,
    runs,
    simplified,
    with_digraphs,
    written,
)
from services.kit.search.found_by import NOTHING_BESIDES, FoundBy, lexemes_of
from services.kit.search.lexemes import (
    INITIALS,
    INNER,
    LONGEST_INITIALS,
    LONGEST_INNER,
    LONGEST_WHOLE,
    NO_HAN,
    RULE,
    WHOLE,
    all_quoted,
    exact,
    joined,
    tails,
    whole,
)
from services.kit.search.readings import combinations, surname_lengths, syllables

RULE_VERSION = 2
"""Raise this when anything changes in how names become keys; `is_outdated` then finds the rows to rebuild."""

MAX_NAMES = 32
"""Names of a row that are searched; further ones are left out."""
MAX_LEXEMES = 600
"""Lexemes of a key: whole names first, so that a row with too many is still found by each of its names."""

_MAX_UNITS = 64
_REORDERED_WORDS = range(2, 5)
_REORDERED_CHARACTERS = range(2, 5)
_SMALL_WORDS = frozenset(
    ["and", "de", "der", "des", "di", "du", "for", "in", "la", "le", "of", "on", "the", "und", "von"]
)


@dataclass(slots=True)
class _Found:
    """Lexemes, by what is kept first when there are too many."""

    own: dict[str, None] = field(default_factory=dict)
    """By which a row is found by each of its names, as it has them."""
    others: dict[str, None] = field(default_factory=dict)
    """Other orders and readings, and initials."""
    parts: dict[str, None] = field(default_factory=dict)

    def add_own(self, units: Sequence[str]) -> None:
        self._add_whole(self.own, joined(units))

    def add_orders(self, units: Sequence[str], begins: Iterable[int]) -> None:
        """The name from each of these units on, and then from its first unit to there."""
        for begin in begins:
            self._add_whole(self.others, joined([*units[begin:], *units[:begin]]))

    def add_inner(self, units: Sequence[str], begins: Iterable[int]) -> None:
        """The name from each of these units on."""
        for tail in tails(units, begins, LONGEST_INNER):
            self.parts[INNER + tail] = None

    def add_initials(self, units: Sequence[str]) -> None:
        if len(units) > 1:
            self.others[INITIALS + "".join([unit[0] for unit in units[:LONGEST_INITIALS]])] = None

    @staticmethod
    def _add_whole(kept: dict[str, None], form: str) -> None:
        kept[WHOLE + form[:LONGEST_WHOLE]] = None
        kept[whole(form)] = None


def search_document(names: Iterable[str], found_by: FoundBy = NOTHING_BESIDES) -> str:
    """The text of a `tsvector` by which a row with these names, ids and addresses is found.

    Cast it with `::tsvector`; no text-search configuration takes part. It has at most `MAX_LEXEMES` lexemes of names,
    and `MAX_LEXEMES_BESIDES` more.
    """
    distinct = list(dict.fromkeys(name for text in islice(names, MAX_NAMES) if (name := written(text))))
    found = _Found()
    found.own[f"{RULE}{RULE_VERSION}"] = None
    if not any(map(has_han, distinct)):
        found.own[NO_HAN] = None
    for name in distinct:
        found.own[exact(name)] = None
        plain, spelled_out = cleaned(name), cleaned(with_digraphs(name))
        if not plain:
            continue
        found.add_own(_units(runs(plain)))
        _add_forms(found, plain)
        if spelled_out != plain:
            _add_forms(found, spelled_out)
    lexemes = islice({**found.own, **found.others, **found.parts}, MAX_LEXEMES)
    return all_quoted(chain(lexemes, lexemes_of(found_by)))


def _units(words: Sequence[str]) -> list[str]:
    """What a search may begin at: words, and each character of a script without spaces."""
    units: list[str] = []
    for word in words:
        units.extend(simplified(word) if is_unspaced(word) else (word,))
    return units


def _add_forms(found: _Found, name: str) -> None:
    words = runs(name)
    units = _units(words)
    in_words = len(units) == len(words)
    begins = [0, 1, len(units) - 1] if in_words and len(units) in _REORDERED_WORDS else [0]
    found.add_orders(units, begins)
    found.add_inner(units, [n for n in range(1, min(len(units), _MAX_UNITS)) if n not in begins])
    if has_han(name):
        _add_romanised(found, words)
    elif in_words:
        found.add_initials(units)
        found.add_initials([unit for unit in units if unit not in _SMALL_WORDS])


def _add_romanised(found: _Found, words: Sequence[str]) -> None:
    options: list[list[str]] = []
    for word in words:
        options.extend(syllables(word) if is_han(word) else [[word]])
    begins = [0]
    if len(words) == 1 and len(options) in _REORDERED_CHARACTERS:
        begins.extend(surname_lengths(simplified(words[0])))
    inner = [n for n in range(1, min(len(options), _MAX_UNITS)) if n not in begins]
    for units in combinations(options):
        found.add_orders(units, begins)
        found.add_inner(units, inner)
        found.add_initials(units)
