"""Chinese names in English words, so that a name and its translation can be compared."""

from functools import lru_cache

from services.members.matching.forms import readings
from services.members.matching.places import ENGLISH_OF_CHINESE, countries, place_of_name
from services.members.matching.words import GLOSSES

_LONGEST = max(map(len, GLOSSES))


@lru_cache(maxsize=16_384)
def gloss(han: str) -> tuple[str, ...]:
    """A Chinese name in English words where there are usual ones, the rest in pinyin."""
    words: list[str] = []
    unread = ""
    position = 0
    while position < len(han):
        piece, english = _known_piece(han, position, begins=position == 0 or (not unread and position < _LONGEST))
        if piece:
            words += _in_pinyin(unread) + english.split()
            unread, position = "", position + len(piece)
        else:
            unread += han[position]
            position += 1
    return tuple(words + _in_pinyin(unread))


@lru_cache(maxsize=16_384)
def unusual(han: str) -> int:
    """How many characters of a name are of no usual word and no place: what makes it its own."""
    count = position = 0
    while position < len(han):
        piece, _ = _known_piece(han, position, begins=position == 0)
        count += 0 if piece else 1
        position += len(piece) or 1
    return count


def _known_piece(han: str, position: int, *, begins: bool) -> tuple[str, str]:
    """The longest known word that stands there, and its English."""
    rest = han[position:]
    if begins and (place := place_of_name(rest)) and not (rest.startswith("中国") or place == rest):
        return place, ENGLISH_OF_CHINESE.get(place) or "".join(readings(place)[0])
    for length in range(min(_LONGEST, len(rest)), 0, -1):
        piece = rest[:length]
        if length > 1 and piece in countries() and piece != "中国":
            return piece, countries()[piece]
        if piece in GLOSSES and (length > 1 or length == len(rest) or piece in "省市县"):
            return piece, GLOSSES[piece]
    return "", ""


def _in_pinyin(han: str) -> list[str]:
    return ["".join(readings(han)[0])] if han else []
