"""How alike the names of two organisations are, in one script or across two."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import babel

from services.kit.search import fold
from services.members.matching.distances import closeness
from services.members.matching.evidence import Evidence
from services.members.matching.forms import alike, letters, readings
from services.members.matching.frequencies import RAREST, Frequencies
from services.members.matching.han import Likeness, likeness
from services.members.matching.organisation_names import (
    Chinese,
    Spelled,
    is_generic,
    is_known,
    is_marker,
    normal_word,
    spelled_form,
)
from services.members.matching.places import CHINESE_PLACES, country_words, place_of_name
from services.members.matching.translating import gloss, unusual
from services.members.matching.words import DROPPED

MOST_WORDS = 12
_MOST_OF_A_NAME = 15.0
_MOST_OF_NAMES = 16.0
"""In two scripts."""
_OF_THE_OTHER_SCRIPT = 0.3
"""How much of what one script says counts where the other speaks against it."""
_LEAST_OF_THE_SAME_NAME = 10.0
"""Enough for a candidate of one country, where nothing speaks against it."""
_SURE = 8.0
_TELLING = 4
"""Words of a translated name that are hardly the same by chance."""
_SHORTEST_SCRAMBLED = 10


@dataclass(frozen=True)
class Names:
    """All names of an organisation."""

    chinese: tuple[Chinese, ...]
    spelled: tuple[Spelled, ...]

    @cached_property
    def glossed(self) -> tuple[Spelled, ...]:
        """Chinese names in English words and pinyin, to be compared with names in letters."""
        return tuple(spelled_form(gloss(one.core), one.written, glossed=True) for one in self.chinese)


@lru_cache(maxsize=512)
def country_forms(code: str) -> frozenset[str]:
    """A country as names may say it: words that an organisation there has or leaves out."""
    found: set[str] = set()
    for language in ("en", "zh"):
        name = babel.Locale.parse(language).territories.get(code, "")
        found |= {normal_word(word) for word in fold(name).split()} if language == "en" else {fold(name)}
    if name := babel.Locale.parse("zh").territories.get(code):
        found.add("".join(readings(fold(name))[0]))
    return frozenset(found - {""})


def compared(left: Names, right: Names, neutral: frozenset[str], frequencies: Frequencies) -> Evidence:
    """The best their names say in each script; where one script tells them apart, another does not unite them.

    Words in `neutral`, of the city and the country, may be left out.
    """
    chinese = _best([_in_chinese(a, b, neutral, frequencies) for a in left.chinese for b in right.chinese])
    spelled = _best(
        [_in_letters(a, b, neutral, frequencies) for a in left.spelled for b in right.spelled]
        + ([] if right.chinese else _read(left, right.spelled))
        + ([] if left.chinese else _read(right, left.spelled))
    )
    both = [one for one in (chinese, spelled) if one is not None]
    if not both or (len(both) == 1 and both[0].bits < 0 and not (left.chinese and right.chinese)):
        glossed = [_in_letters(a, b, neutral, frequencies) for a in left.glossed for b in right.spelled]
        glossed += [_in_letters(a, b, neutral, frequencies) for a in left.spelled for b in right.glossed]
        return _best([*both, *glossed]) or Evidence("name", 0.0)
    if len(both) == 1:
        return both[0]
    worse, better = sorted(both, key=lambda one: one.bits)
    if worse.bits < 0:
        if better is chinese and better.bits > _SURE:
            return replace(better, bits=better.bits - 3.0)  # who is one in Chinese may be translated in two ways
        return replace(better, bits=max(worse.bits + _OF_THE_OTHER_SCRIPT * max(better.bits, 0), -14.0))
    bits = min(_MOST_OF_NAMES, better.bits + 0.25 * worse.bits)
    return replace(better, bits=bits)


def at_most(left: Names, right: Names, neutral: frozenset[str]) -> float:
    """The most bits that `compared` can find, however rare the names are.

    Of those who have names in Chinese these alone are looked at. Names in two scripts may say all that names can.
    """
    if left.chinese and right.chinese:
        best = max(_in_chinese(a, b, neutral, RAREST).bits for a in left.chinese for b in right.chinese)
        return best + _OF_THE_OTHER_SCRIPT * _MOST_OF_A_NAME if best < 0 else _MOST_OF_NAMES
    if left.chinese or right.chinese:
        return _MOST_OF_NAMES
    found = (_in_letters(a, b, neutral, RAREST).bits for a in left.spelled for b in right.spelled)
    return max(found, default=0.0)


def _best(found: list[Evidence]) -> Evidence | None:
    return max(found, key=lambda one: one.bits, default=None)


def _read(chinese: Names, spelled: tuple[Spelled, ...]) -> list[Evidence]:
    """Chinese names, and names that write down how they are read, in whatever order of the words."""
    found = []
    for one in chinese.chinese:
        for name in spelled:
            if name.whole in one.sounds or name.joined in one.sounds:
                found.append(Evidence("name", 12.0, one.written, name.written, 0.95))
            elif len(name.whole) >= _SHORTEST_SCRAMBLED and letters(name.whole) in one.scrambled:
                found.append(Evidence("name", 11.0, one.written, name.written, 0.9))
    return found


def _in_chinese(left: Chinese, right: Chinese, neutral: frozenset[str], frequencies: Frequencies) -> Evidence:
    found = _without_place(left.core, right.core, neutral) or likeness(left.core, right.core)
    alike = round(found.alike, 2)
    if found.apart or left.branch != right.branch:
        return Evidence("name", -12.0, left.written, right.written, alike / 2)
    if alike < 0.5:
        return Evidence("name", -10.0, left.written, right.written, alike)
    common = min(frequencies.bits(f"h:{left.core}"), frequencies.bits(f"h:{right.core}"))
    shorter = min(len(left.core), len(right.core))
    most = min(_MOST_OF_A_NAME, 3.0 + 1.7 * shorter)
    bits = min(most, common + 2) - 22 * (1 - alike)
    if left.core == right.core:
        bits = max(bits, min(_LEAST_OF_THE_SAME_NAME, common + 2))
    if any("".join(readings(more)[0]) not in neutral and more not in neutral for more in found.more):
        bits = min(bits, 8.0) - 10.0
    return Evidence("name", bits, left.written, right.written, alike)


def _without_place(left: str, right: str, neutral: frozenset[str]) -> Likeness | None:
    """荔波小七孔景区 with and without its province before it; only where enough is left to know it by."""
    for longer, other in ((left, right), (right, left)):
        place = place_of_name(longer)
        if not place or place_of_name(other) == place or len(longer) - len(place) < 2:
            continue
        rest = longer.removeprefix(place)
        rest = rest[1:] if rest[:1] in ("省", "市") and rest[1:] else rest
        known = "".join(readings(place)[0]) in neutral
        if (known or unusual(rest) > 1) and (found := likeness(rest, other)).alike >= 0.95 and not found.apart:
            return Likeness(found.alike if known else 0.9)
    return None


def _in_letters(left: Spelled, right: Spelled, neutral: frozenset[str], frequencies: Frequencies) -> Evidence:
    sides = (left.written, right.written)
    if left.joined == right.joined or sorted(left.words) == sorted(right.words):
        bits = sum(_bits(word, frequencies) for word in left.words)
        generic_only = all(map(is_generic, left.words))
        if not generic_only:
            bits = max(bits, frequencies.bits(f"l:{letters(left.joined)[:40]}"))
        if left.glossed or right.glossed:
            return Evidence("name", min(_most_of_a_translation(left), bits), *sides, 1.0)
        return Evidence("name", _LEAST_OF_THE_SAME_NAME if generic_only else min(_MOST_OF_A_NAME, bits), *sides, 1.0)
    if (left.glossed or right.glossed) and left.loose == right.loose and len(left.loose) > 1:
        # Translators choose their own words for a bureau, and leave out the small ones.
        own = [word for word in left.loose if not is_generic(word)]
        bits = sum(_bits(word, frequencies) for word in left.loose) if own else 0.0
        return Evidence("name", min(_most_of_a_translation(left), bits), *sides, 0.95)
    if (left.acronym and left.acronym in right.initials) or (right.acronym and right.acronym in left.initials):
        length = len(left.acronym if left.acronym in right.initials else right.acronym)
        return Evidence("name", {3: 7.0, 4: 11.0}.get(length, 12.0), *sides, 0.8)
    if left.acronym and right.acronym and len(left.acronym) < 6:
        return Evidence("name", -8.0, *sides, 0.0)
    if len(left.joined) > 7 and len(right.joined) > 7 and not left.glossed and not right.glossed:
        # Words written together or apart.
        close = closeness(left.joined, right.joined) if (left.joined + right.joined).isalpha() else 0.0
        if close >= 0.9 and len(left.words) != len(right.words):
            return Evidence("name", 10.0, *sides, round(close, 2))
    return _word_by_word(left, right, neutral, frequencies)


def _most_of_a_translation(name: Spelled) -> float:
    return 10.0 if len(name.words) < _TELLING else 11.5


def _bits(word: str, frequencies: Frequencies) -> float:
    bits = frequencies.bits(f"w:{word}")
    return min(bits, 2.5) if is_generic(word) else bits


def _word_by_word(left: Spelled, right: Spelled, neutral: frozenset[str], frequencies: Frequencies) -> Evidence:
    mine, theirs = list(left.words[:MOST_WORDS]), list(right.words[:MOST_WORDS])
    bits, weight = 0.0, 0.0
    close_ones = ((_close(a, b), x, y) for x, a in enumerate(mine) for y, b in enumerate(theirs))
    ranked = sorted((one for one in close_ones if one[0]), reverse=True)
    used_left: set[int] = set()
    used_right: set[int] = set()
    for close, x, y in ranked:
        if x in used_left or y in used_right:
            continue
        used_left.add(x)
        used_right.add(y)
        common = min(_bits(mine[x], frequencies), _bits(theirs[y], frequencies))
        bits += common if close == 1 else max(0.0, common - 12 * (1 - close))
        weight += len(mine[x]) * close
    rest = [
        [word for place, word in enumerate(words) if place not in used and word not in neutral]
        for words, used in ((mine, used_left), (theirs, used_right))
    ]
    similarity = round(2 * weight / max(1, len("".join(mine)) + len("".join(theirs))), 2)
    common_words = [mine[x] for x in used_left]
    most = 8.0 if left.glossed or right.glossed or all(rest) else 10.0 if any(rest) else _MOST_OF_A_NAME
    if most == 10.0 and all(word in DROPPED for word in (*rest[0], *rest[1])):
        most = 12.0
    bits = min(most, bits) - _against(rest[0], rest[1], common_words)
    return Evidence("name", bits, left.written, right.written, similarity)


def _close(left: str, right: str) -> float:
    if left == right:
        return 1.0
    if is_marker(left) or is_marker(right) or (is_known(left) and is_known(right)):
        return 0.0
    return alike(left, right)


@lru_cache(maxsize=1)
def _places() -> frozenset[str]:
    return country_words() | {"".join(readings(place)[0]) for place in CHINESE_PLACES}


def _against(left: list[str], right: list[str], shared: Sequence[str]) -> float:
    """What words that only one of them has say."""
    if not left and not right:
        return 0.0
    if any(map(is_marker, (*left, *right))):
        return 22.0
    if left and right:
        # The one word stands where the other has another: Bureau and Association, Guiyang and Zunyi.
        return 16.0 + 3.0 * (min(len(left), len(right)) - 1)
    distinct = len(shared) > 1 and not all(map(is_generic, shared))
    return sum(_against_one(word, distinct=distinct) for word in left or right)


def _against_one(word: str, *, distinct: bool) -> float:
    if distinct and word in DROPPED:
        return 1.0
    if distinct and word in _places():
        return 3.5
    return 4.0 if is_generic(word) else 7.0
