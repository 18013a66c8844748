"""The forms of a name that are compared: words, Chinese characters, readings."""

import re
from functools import cache, lru_cache

from services.kit.search import fold
from services.kit.search.folding import has_han, is_han, runs
from services.kit.search.lexemes import joined
from services.kit.search.readings import combinations, syllables
from services.members.matching.distances import closeness

_INITIALS = re.compile(r"\b(?:[^\W\d_]\.\s?){2,}")
_NOISE_IN_BRACKETS = re.compile(r"[（(\[【]\s*([^（）()\[\]【】]*?)\s*[)）\]】]")


def undotted(name: str) -> str:
    """`S.A.` and `I. M. T. A.` as one word."""
    return _INITIALS.sub(lambda found: found[0].replace(".", "").replace(" ", "") + " ", name)


def bracketed(name: str) -> tuple[str, list[str]]:
    """The name without what stands in brackets, and that."""
    return _NOISE_IN_BRACKETS.sub(" ", name), _NOISE_IN_BRACKETS.findall(name)


@lru_cache(maxsize=8_192)
def split(name: str) -> tuple[tuple[str, ...], str]:
    """The words in Latin and other spaced letters, and the Chinese characters run together; both folded."""
    folded = fold(undotted(name))
    if not has_han(folded):
        return tuple(folded.split()), ""
    words: list[str] = []
    han: list[str] = []
    for run in runs(folded):
        if is_han(run):
            han.append(run)
        else:
            words.extend(run.split())
    return tuple(words), "".join(han)


@lru_cache(maxsize=8_192)
def readings(han: str, most: int = 4) -> tuple[tuple[str, ...], ...]:
    """The likeliest ways to read Chinese characters, as syllables."""
    ways = combinations([[joined([one]) for one in options] for options in syllables(han)])
    return tuple(dict.fromkeys(ways[:most]))


@lru_cache(maxsize=16_384)
def sound(character: str) -> frozenset[str]:
    """How one Chinese character may be read."""
    return frozenset(syllables(character)[0])


def letters(text: str) -> str:
    """The letters in the order of the alphabet: the same for every order of words, and for swapped letters."""
    return "".join(sorted(text))


@lru_cache(maxsize=65_536)
def is_pinyin(word: str) -> bool:
    """Whether the word may be Chinese in pinyin, where each letter makes another syllable."""
    return _syllables().fullmatch(word) is not None


@cache
def _syllables() -> re.Pattern[str]:
    from pypinyin.constants import PINYIN_DICT
    from pypinyin.contrib.tone_convert import to_normal

    known = {to_normal(reading) for readings in PINYIN_DICT.values() for reading in readings.split(",")}
    plain = sorted((one.replace("ü", "u") for one in known if one.isalpha() and len(one) > 1), reverse=True)
    return re.compile(f"(?:{'|'.join(plain)}|[aeo])+")


@lru_cache(maxsize=65_536)
def alike(left: str, right: str) -> float:
    """How alike two words of names are, from 0 to 1. Of two in pinyin one letter makes another name (Fang, Yang)."""
    close = closeness(left, right)
    return 0.0 if 0 < close < 1 and is_pinyin(left) and is_pinyin(right) else close
