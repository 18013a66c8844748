"""Names of organisations: what of them counts, and how two are compared across scripts."""

from dataclasses import dataclass
from functools import lru_cache

from services.kit.search.lexemes import joined
from services.members.matching.forms import bracketed, readings, split
from services.members.matching.words import (
    ALIKE,
    GLOSSES,
    HAN_BRANCH,
    HAN_LEGAL_FORMS,
    HAN_MARKERS,
    HAN_SHORT_FORMS,
    LEGAL_FORMS,
    MARKERS,
    NUMBERS,
    SMALL,
)

_LONGEST_GLOSS = max(map(len, GLOSSES))
_ACRONYM = range(3, 10)
_SHORTEST_STEM = 5


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
    glossed: bool = False
    """Made from a Chinese name, so that only part of the words can be expected to agree."""


@dataclass(frozen=True, slots=True)
class Chinese:
    """A name in Chinese characters."""

    core: str
    """Simplified, without legal form, usual long forms shortened."""
    sounds: frozenset[str]
    """How it is read, with and without its legal form."""
    branch: bool
    written: str


def forms_of(names: tuple[str, ...], most: int) -> tuple[tuple[Spelled, ...], tuple[Chinese, ...]]:
    """The names made ready for comparing, each once."""
    spelled: dict[tuple[str, ...], Spelled] = {}
    chinese: dict[str, Chinese] = {}
    for name in names[:most]:
        for variant in _variants(name):
            words, han = split(variant)
            if len(han) > 1:
                one = chinese_form(han + _latin_in_chinese(words), variant)
                chinese.setdefault(one.core, one)
            elif words:
                words = (*words, han) if han else words
                form = spelled_form(words, variant)
                spelled.setdefault(form.words or (form.joined,), form)
    return tuple(spelled.values()), tuple(chinese.values())


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
    counting = [normal for word in words if (normal := _normal(word))]
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
        glossed=glossed,
    )


@lru_cache(maxsize=65_536)
def _normal(word: str) -> str:
    """The word as it is compared; empty when it says nothing."""
    if word in LEGAL_FORMS or word in SMALL:
        return ""
    if word in NUMBERS:
        return NUMBERS[word]
    word = ALIKE.get(word, word)
    if len(word) >= _SHORTEST_STEM and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    return word


def is_marker(word: str) -> bool:
    """Whether the word tells one of several apart: a number, a direction, a branch."""
    return word.isdigit() or word in MARKERS or word in NUMBERS or word in HAN_MARKERS


@lru_cache(maxsize=65_536)
def chinese_core(han: str) -> str:
    """Without the legal form, and with short forms for usual long ones."""
    core = han
    for form in HAN_LEGAL_FORMS:
        if core.endswith(form) and len(core) - len(form) > 1 and not core.endswith(HAN_BRANCH):
            core = core[: -len(form)]
            break
    else:
        core = _inner_form_dropped(core)
    for long, short in HAN_SHORT_FORMS:
        core = core.replace(long, short)
    return core


def _inner_form_dropped(han: str) -> str:
    """贵州某某有限公司贵阳分公司: the legal form in the middle."""
    for form in HAN_LEGAL_FORMS[:6]:
        if form in han[2:]:
            return han.replace(form, "", 1)
    return han


def chinese_form(han: str, written: str) -> Chinese:
    """A name in Chinese characters."""
    core = chinese_core(han)
    form = next((form for form in HAN_LEGAL_FORMS if han.endswith(form) and han != form), "")
    plain = {"".join(way) for way in readings(han.removesuffix(form), 2)}
    legal = "".join(readings(form, 1)[0]) if form else ""
    sounds = frozenset(plain | {f"{sound}{legal}" for sound in plain})
    return Chinese(core, sounds, any(han.endswith(branch) for branch in HAN_BRANCH), written)


@lru_cache(maxsize=16_384)
def gloss(han: str) -> tuple[str, ...]:
    """A Chinese name in English words where there are usual ones, the rest in pinyin."""
    words: list[str] = []
    unread = ""
    position = 0
    while position < len(han):
        for length in range(min(_LONGEST_GLOSS, len(han) - position), 0, -1):
            piece = han[position : position + length]
            if piece in GLOSSES and (length > 1 or position + 1 == len(han) or piece in "省市县"):
                words += _in_pinyin(unread)
                words += GLOSSES[piece].split()
                unread, position = "", position + length
                break
        else:
            unread += han[position]
            position += 1
    return tuple(words + _in_pinyin(unread))


def _in_pinyin(han: str) -> list[str]:
    return ["".join(readings(han)[0])] if han else []
