"""Names of persons: what of them is compared, and what two names say across scripts and orders."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from services.kit.search.lexemes import joined
from services.members.matching.distances import closeness
from services.members.matching.evidence import Evidence
from services.members.matching.forms import alike, bracketed, is_pinyin, letters, readings, split
from services.members.matching.frequencies import Frequencies
from services.members.matching.given_names import (
    GENERATIONS,
    TITLES,
    is_given_name,
    one_name,
    told_apart_by_gender,
    without_honorific,
)

_MOST_NAMES = 6
_MOST_WORDS = 5
_MOST_OF_A_NAME = 13.0
_MOST_IN_PINYIN = 11.5
_ANOTHER_WORD = (0.0, 13.0, 18.0)
"""Against, for so many words that are somebody else's."""
# Initials stay letters of their own: J. R. is no junior.
_DOTS = re.compile(r"(?<=\b\w)\.")
_PINYIN_U = re.compile(r"([ln])yu")


@dataclass(frozen=True, slots=True)
class Spelling:
    """One name in letters with spaces."""

    words: tuple[str, ...]
    joined: frozenset[str]
    """Run together, from each word on: whatever comes first."""
    written: str
    given: str
    """What is likely the given name: the first word, or the one behind a comma or a family name in capitals."""
    generation: str = ""
    """Junior, senior, III."""


@dataclass(frozen=True, slots=True)
class Names:
    """All names of a person."""

    han: dict[str, str]
    """Folded → as written."""
    sounds: frozenset[str]
    """How the Chinese names are read, in both orders."""
    families: frozenset[str]
    """How their first characters are read: the family names, as a rule."""
    spellings: tuple[Spelling, ...]


def names_of(names: Iterable[str]) -> Names:
    """Make the names ready for comparing."""
    han: dict[str, str] = {}
    spellings: dict[tuple[str, ...], Spelling] = {}
    for name in _variants(list(names)[:_MOST_NAMES]):
        words, characters = split(_DOTS.sub(" ", name))
        characters = without_honorific(characters)
        if len(characters) > 1:
            han[characters] = name
        elif words:
            one = _spelling(words, name)
            if one.words:
                spellings.setdefault(tuple(sorted(one.words)), one)
    return Names(
        han=han,
        sounds=frozenset(form for name in han for way in readings(name) for form in _orders(way)),
        families=frozenset(way[0] for name in han for way in readings(name)),
        spellings=tuple(spellings.values()),
    )


def _variants(names: list[str]) -> Iterable[str]:
    """The names; and apart from it what stands in brackets in the other script: David Wang (王大卫)."""
    for name in names:
        without, inside = bracketed(name)
        outside = split(without)
        others = [one for one in inside if bool(split(one)[1]) != bool(outside[1])]
        yield without if others and (outside[0] or outside[1]) else name
        yield from others


def _spelling(words: tuple[str, ...], written: str) -> Spelling:
    generation = next((GENERATIONS[word] for word in words[1:] if word in GENERATIONS), "")
    kept = [word for word in words if word not in TITLES and not (generation and word in GENERATIONS)]
    units = tuple(joined([_PINYIN_U.sub(r"\1v", word)]) for word in (kept or words)[:_MOST_WORDS])  # pinyin's ü
    return Spelling(units, frozenset(_orders(units)), written, _given(units, written), generation)


def _given(units: tuple[str, ...], written: str) -> str:
    before, comma, _ = written.partition(",")
    at = len(split(before)[0]) if comma else 0
    first, *others = written.split() or [""]
    if not comma and len(first) > 1 and first.isupper() and not any(one.isupper() for one in others):
        at = 1
    return units[at] if at < len(units) else units[0] if units else ""


def _orders(units: tuple[str, ...]) -> set[str]:
    """The name run together from each of its words on."""
    return {"".join((*units[begin:], *units[:begin])) for begin in range(len(units))}


def compared(left: Names, right: Names, frequencies: Frequencies) -> Evidence:
    """The best that any two of their names say; two Chinese names that differ are not made up for by a spelling."""
    found: list[Evidence] = []
    chinese = _chinese(left, right, frequencies)
    if chinese is not None:
        found.append(chinese)
    if left.han and right.spellings and not right.han:
        found += _read(left, right.spellings, frequencies, turned=False)
    if right.han and left.spellings and not left.han:
        found += _read(right, left.spellings, frequencies, turned=True)
    found += [_spelled(a, b, frequencies) for a in left.spellings for b in right.spellings]
    if not found:
        return Evidence("name", 0.0)
    best = max(found, key=lambda one: one.bits)
    if chinese is not None and chinese.bits < 0 < best.bits:
        return Evidence("name", best.bits * 0.4 + chinese.bits, best.left, best.right, best.similarity)
    return best


def same_given_name(left: Names, right: Names) -> bool:
    """Whether two names in letters begin the same: who married may have another family name."""
    return any(
        a.given == b.given and len(a.given) > 2 and (is_given_name(a.given) or not is_pinyin(a.given))
        for a in left.spellings
        for b in right.spellings
    )


def _chinese(left: Names, right: Names, frequencies: Frequencies) -> Evidence | None:
    if not left.han or not right.han:
        return None
    if same := left.han.keys() & right.han.keys():
        name = max(same, key=len)
        # Two characters are soon shared by strangers, whatever the numbers here say.
        most = {2: 9.5, 3: 11.5}.get(len(name), 12.5)
        return Evidence("name", min(most, frequencies.bits(f"h:{name}")), left.han[name], right.han[name], 1.0)
    a, b = next(iter(left.han)), next(iter(right.han))
    if left.sounds & right.sounds:
        # Read the same and written otherwise: often a slip of the input method, often somebody else.
        return Evidence("name", 4.5 if a[0] == b[0] else 2.0, left.han[a], right.han[b], 0.8)
    if sorted(a) == sorted(b):
        return Evidence("name", 8.0, left.han[a], right.han[b], 0.9)
    return Evidence("name", -9.0, left.han[a], right.han[b], 0.0)


def _read(han: Names, spellings: tuple[Spelling, ...], frequencies: Frequencies, *, turned: bool) -> list[Evidence]:
    """A Chinese name and one in letters: in pinyin, or a foreign given name with the family name in pinyin."""
    name, written = next(iter(han.han.items()))
    found = []
    for one in spellings:
        likeness = 0.95
        if one.joined & han.sounds:
            rare = max(frequencies.bits(f"l:{letters(form)}") for form in one.joined)
            bits = min(9.0 if len(name) == 2 else 10.5, rare)
        elif likeness := max(closeness(form, sound) for form in one.joined for sound in han.sounds):
            bits = 1.0
        elif len(one.words) > 1 and han.families & set(one.words) and any(map(is_given_name, one.words)):
            bits, likeness = 2.0, 0.5
        else:
            bits = -8.0
        sides = (one.written, written) if turned else (written, one.written)
        found.append(Evidence("name", bits, *sides, likeness))
    return found


def _spelled(left: Spelling, right: Spelling, frequencies: Frequencies) -> Evidence:
    """Two names in letters, word by word, in whatever order."""
    if left.generation and right.generation and left.generation != right.generation:
        return Evidence("name", -_ANOTHER_WORD[1], left.written, right.written, 0.5)
    if left.joined & right.joined:
        bits = sum(frequencies.bits(f"n:{word}") for word in left.words)
        return Evidence("name", min(_most(left), bits), left.written, right.written, 1.0)
    mine, theirs = list(left.words), list(right.words)
    bits, likeness = 0.0, 0.0
    ranked = sorted(((_close(a, b), x, y) for x, a in enumerate(mine) for y, b in enumerate(theirs)), reverse=True)
    used_left: set[int] = set()
    used_right: set[int] = set()
    for close, x, y in ranked:
        if not close or x in used_left or y in used_right:
            continue
        used_left.add(x)
        used_right.add(y)
        likeness += close
        common = min(frequencies.bits(f"n:{mine[x]}"), frequencies.bits(f"n:{theirs[y]}"))
        bits += common if close == 1 else max(0.0, common - 12 * (1 - close))
    rest_left = [word for x, word in enumerate(mine) if x not in used_left]
    rest_right = [word for y, word in enumerate(theirs) if y not in used_right]
    apart = 0
    for a, b in zip(rest_left, rest_right, strict=False):
        if a[0] == b[0] and 1 in (len(a), len(b)):
            bits += 1.5
            likeness += 0.5
        else:
            apart += 1
    # A second word that is somebody else's outweighs a common first one: families share all but that.
    bits = min(_most(left), bits) - _ANOTHER_WORD[min(apart, 2)]
    bits -= 1.0 * abs(len(rest_left) - len(rest_right)) * (len(mine) > 1 and len(theirs) > 1)
    similarity = 2 * likeness / (len(mine) + len(theirs))
    return Evidence("name", bits, left.written, right.written, round(similarity, 2))


def _close(left: str, right: str) -> float:
    if left == right:
        return 1.0
    if one_name(left, right):
        return 0.85
    return 0.0 if told_apart_by_gender(left, right) else alike(left, right)


def _most(name: Spelling) -> float:
    """In pinyin many Chinese names are written alike."""
    return _MOST_IN_PINYIN if all(map(is_pinyin, name.words)) else _MOST_OF_A_NAME
