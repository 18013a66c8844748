"""The forms of a name that are compared: words, Chinese characters, readings."""

import re
from functools import lru_cache

from services.kit.search import fold
from services.kit.search.folding import has_han, is_han, runs
from services.kit.search.lexemes import joined
from services.kit.search.readings import combinations, syllables

_INITIALS = re.compile(r"\b(?:[^\W\d_]\.\s?){2,}")
_PINYIN = re.compile(
    "(?:(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
    "(?:iang|iong|uang|ang|eng|ian|iao|ing|ong|uai|uan|ai|an|ao|ei|en|er|ia|ie|in|iu|ou|ua|ue|ui|un|uo|[aeiouv]))+"
)
_NOISE_IN_BRACKETS = re.compile(r"[（(\[【]\s*([^（）()\[\]【】]*?)\s*[)）\]】]")


def undotted(name: str) -> str:
    """`S.A.` and `I. M. T. A.` as one word."""
    return _INITIALS.sub(lambda found: found[0].replace(".", "").replace(" ", "") + " ", name)


def bracketed(name: str) -> tuple[str, list[str]]:
    """The name without what stands in brackets, and that."""
    return _NOISE_IN_BRACKETS.sub(" ", name), _NOISE_IN_BRACKETS.findall(name)


@lru_cache(maxsize=65_536)
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


@lru_cache(maxsize=65_536)
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
    return _PINYIN.fullmatch(word) is not None
