"""Names of organisations: what of them counts, and how two are compared across scripts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from services.kit.search.lexemes import joined
from services.members.matching.forms import bracketed, letters, readings, split
from services.members.matching.places import country_words
from services.members.matching.words import (
    ALIKE,
    GENERIC,
    GLOSSES,
    HAN_BRANCH,
    HAN_LEGAL_FORMS,
    HAN_MARKERS,
    HAN_SHORT_FORMS,
    LEFT_OUT_IN_TRANSLATION,
    LEGAL_FORMS,
    MARKERS,
    NUMBERS,
    ONE_IN_TRANSLATION,
    SMALL,
)

_ACRONYM = range(3, 10)
_LONGEST_FORM = 5
_OF_CHINA = re.compile(r"\b(?:peoples?(?: s)? republic of china|p ?r ?(?:of )?china|prc)\b")
_OF_STATES = re.compile(
    "(?:联邦|民主|社会主义|伊斯兰|人民|多民族|合作|东方|阿拉伯)*(?:共和国|王国|联邦|公国|大公国|酋长国)(?=驻)"
)
_SHORTEST_STEM = 5
_MISREAD = str.maketrans("015", "ols")


@dataclass(frozen=True, slots=True)
class Spelled:
    """A name in letters with spaces."""

    words: tuple[str, ...]
    """What counts, in order: without legal forms and small words, short forms written out."""
    joined: str
    whole: str
    """All words run together, legal form and all."""
    initials: frozenset[str]
    """First letters of all words, and of those that count."""
    acronym: str
    """The name itself, when it is one word that may be an acronym."""
    written: str
    loose: tuple[str, ...]
    """The words as they are compared with those of a translated name, sorted."""
    glossed: bool = False
    """Made from a Chinese name, so that only part of the words can be expected to agree."""


@dataclass(frozen=True)
class Chinese:
    """A name in Chinese characters."""

    core: str
    """Simplified, without legal form, usual long forms shortened."""
    whole: str
    """Folded, legal form and all."""
    branch: bool
    written: str

    @cached_property
    def sounds(self) -> frozenset[str]:
        """How it is read, with and without its legal form."""
        form = next((form for form in HAN_LEGAL_FORMS if self.whole.endswith(form) and self.whole != form), "")
        plain = {"".join(way) for way in readings(self.whole.removesuffix(form), 2)}
        legal = "".join(readings(form, 1)[0]) if form else ""
        return frozenset(plain | {f"{sound}{legal}" for sound in plain})

    @cached_property
    def scrambled(self) -> frozenset[str]:
        """The letters of that, sorted: words in pinyin may come in any order."""
        return frozenset(map(letters, self.sounds))


def forms_of(names: tuple[str, ...], most: int) -> tuple[tuple[Spelled, ...], tuple[Chinese, ...]]:
    """The names made ready for comparing, each once."""
    parted = list(_parted(names[:most]))
    return _spelled(parted), _chinese(parted)


def telling_forms_of(names: tuple[str, ...], most: int) -> tuple[tuple[Spelled, ...], tuple[Chinese, ...]]:
    """The names in Chinese where there are any, else those in letters."""
    parted = list(_parted(names[:most]))
    chinese = _chinese(parted)
    return () if chinese else _spelled(parted), chinese


def _parted(names: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Each name as written, its words and its Chinese characters."""
    for name in names:
        for variant in _variants(name):
            words, han = split(variant)
            yield variant, words, han


def _spelled(parted: list[tuple[str, tuple[str, ...], str]]) -> tuple[Spelled, ...]:
    found: dict[tuple[str, ...], Spelled] = {}
    for variant, words, han in parted:
        if words and len(han) < 2:
            form = spelled_form((*words, han) if han else words, variant)
            found.setdefault(form.words or (form.joined,), form)
    return tuple(found.values())


def _chinese(parted: list[tuple[str, tuple[str, ...], str]]) -> tuple[Chinese, ...]:
    found: dict[str, Chinese] = {}
    for variant, words, han in parted:
        if len(han) > 1:
            one = chinese_form(han + _latin_in_chinese(words), variant)
            found.setdefault(one.core, one)
    return tuple(found.values())


def _latin_in_chinese(words: tuple[str, ...]) -> str:
    return "".join(word for word in words if (word.isalnum() and len(word) > 1) or word.isdigit())


def _variants(name: str) -> list[str]:
    """The name; and apart from it the short or other name that stands in brackets."""
    without, inside = bracketed(name)
    aliases = [one for one in inside if _is_alias(one, without)]
    return [without, *aliases] if aliases and without.strip() else [name]


def _is_alias(inside: str, outside: str) -> bool:
    """`(IMTA)`, and a name in the other script; not `(Guiyang)` or `（贵州）`, which tell of several apart."""
    words, han = split(inside)
    words_outside, han_outside = split(outside)
    if han:
        return not han_outside and len(han) > 3
    if len(words) == 1:
        return len(words[0]) in _ACRONYM and inside.strip().isupper()
    return bool(han_outside) and not words_outside and len(words) > 2


def spelled_form(words: tuple[str, ...], written: str, *, glossed: bool = False) -> Spelled:
    """A name in letters."""
    words = _without_form(tuple(_OF_CHINA.sub("china", " ".join(words)).split()))
    counting = [normal for word in words if (normal := normal_word(word))]
    bare = [word for word in words if word not in LEGAL_FORMS]
    initials = set()
    for some in (bare, [word for word in bare if word not in SMALL], counting):
        if len(some) in _ACRONYM:
            initials.add("".join(word[0] for word in some))
    single = bare[0] if len(bare) == 1 and len(bare[0]) in _ACRONYM else ""
    return Spelled(
        words=tuple(counting) or words,
        joined="".join(counting) or "".join(words),
        whole=joined(words),
        initials=frozenset(initials),
        acronym=single,
        written=written,
        loose=tuple(
            sorted({ONE_IN_TRANSLATION.get(word, word) for word in counting if word not in LEFT_OUT_IN_TRANSLATION})
        ),
        glossed=glossed,
    )


def _without_form(words: tuple[str, ...]) -> tuple[str, ...]:
    """Without a legal form that is written in pieces: S. à r.l., (P) Ltd."""
    for count in range(min(4, len(words) - 1), 1, -1):
        last = "".join(words[-count:])
        if len(last) <= _LONGEST_FORM and last in LEGAL_FORMS:
            return words[:-count]
    if len(words) > 2 and words[-1] in LEGAL_FORMS and len(words[-2]) == 1:
        return words[:-2]
    return words


@lru_cache(maxsize=65_536)
def normal_word(word: str) -> str:
    """The word as it is compared; empty when it says nothing."""
    if word in LEGAL_FORMS or word in SMALL:
        return ""
    if word in NUMBERS:
        return NUMBERS[word]
    word = ALIKE.get(word, word)
    if not word.isalpha() and (read := word.translate(_MISREAD)) in _known_spellings():
        word = read  # Trave1
    if len(word) >= _SHORTEST_STEM and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    return word


@cache
def _known_spellings() -> frozenset[str]:
    return GENERIC | ALIKE.keys()


@cache
def _generic() -> frozenset[str]:
    return frozenset(map(normal_word, GENERIC))


def is_generic(word: str) -> bool:
    """Whether many names share the word."""
    return word in _generic()


@cache
def _known() -> frozenset[str]:
    glossed = {word for words in GLOSSES.values() for word in words.split()}
    return frozenset(map(normal_word, GENERIC | glossed | set(ALIKE.values()) | country_words()))


def is_known(word: str) -> bool:
    """Whether the word is one that we know, so that another known one is no slip of it: Hotel, Hostel."""
    return word in _known()


def is_marker(word: str) -> bool:
    """Whether the word tells one of several apart: a number, a direction, a branch."""
    return word.isdigit() or word in MARKERS or word in NUMBERS or word in HAN_MARKERS


@lru_cache(maxsize=8_192)
def chinese_core(han: str) -> str:
    """Without the legal form, and with short forms for usual long ones."""
    core = _outer_form_dropped(han)
    if core == han:
        core = _inner_form_dropped(han)
    for long, short in HAN_SHORT_FORMS:
        core = core.replace(long, short)
    if "驻" in core:
        core = _OF_STATES.sub("", core)
    # A ministry is a country's.
    return core[2:] if core.startswith("中国") and core.endswith("部") and len(core) > 4 else core


def _outer_form_dropped(han: str) -> str:
    """Legal forms at the end, and the Japanese ones at the beginning."""
    core = han
    while not core.endswith(HAN_BRANCH):
        for form in HAN_LEGAL_FORMS:
            if core.endswith(form) and len(core) - len(form) > 1:
                core = core.removesuffix(form)
                break
            if core.startswith(form) and form.endswith("会社"):
                core = core.removeprefix(form)
                break
        else:
            break
    return core


def _inner_form_dropped(han: str) -> str:
    """贵州某某有限公司贵阳分公司: the legal form in the middle."""
    for form in HAN_LEGAL_FORMS[:6]:
        if form in han[2:]:
            return han.replace(form, "", 1)
    return han


def chinese_form(han: str, written: str) -> Chinese:
    """A name in Chinese characters."""
    return Chinese(chinese_core(han), han, han.endswith(HAN_BRANCH), written)
