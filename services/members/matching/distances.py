"""How alike two words are."""

from rapidfuzz.distance import OSA, JaroWinkler

_SHORT = 3
_SYLLABLE = 4
"""One letter more or less makes another word of a short one, most of all in pinyin (Fang, Yang)."""
_LONG = 7
_ALIKE = 0.9
_MISREAD = 0.85
_SHAPES = str.maketrans({"0": "o", "1": "l", "5": "s", "8": "b", "6": "b"})


def closeness(left: str, right: str) -> float:
    """1 for the same word, 0.9 for one slip of the keyboard, less for what may be one; 0 for another word.

    A slip in a number is another number.
    """
    if left == right:
        return 1.0
    shorter, longer = sorted((len(left), len(right)))
    if shorter < _SHORT or longer - shorter > 2 or not _comparable(left, right):
        return 0.0
    distance = OSA.distance(left, right, score_cutoff=2)
    if distance == 1:
        return 0.9 if longer > _SYLLABLE else 0.75 if longer > _SHORT else 0.5
    # Two slips, and hardly ever one at the beginning.
    if distance == 2 and longer >= _LONG and left[0] == right[0]:
        return 0.8
    if distance == 2 and longer > _SYLLABLE and JaroWinkler.similarity(left, right) >= _ALIKE:
        return 0.7
    return _MISREAD if longer > _SYLLABLE and _as_seen(left) == _as_seen(right) else 0.0


def _as_seen(word: str) -> str:
    """The word with what a scanner takes for one another made one."""
    return word.translate(_SHAPES).replace("rn", "m").replace("vv", "w")


def _comparable(left: str, right: str) -> bool:
    """Whether both are words: one with a digit among its letters may be a word that was misread (Trave1)."""
    if left.isalpha() and right.isalpha():
        return True
    return left.isalpha() != right.isalpha() and min(len(left), len(right)) > _SYLLABLE and not _numbers(left + right)


def _numbers(text: str) -> bool:
    return sum(one.isdigit() for one in text) > 1


def slips(left: str, right: str) -> int:
    """How many slips of the keyboard lie between two codes; 9 when they are many."""
    distance = OSA.distance(left, right, score_cutoff=3)
    return 9 if distance > 3 else distance
