"""Organisations: names across scripts, legal forms and short forms; how they are reached; where they are."""

from dataclasses import dataclass, replace
from itertools import pairwise

from services.members.matching.contacts import (
    Contacts,
    Place,
    contact_keys,
    contacts_of,
    identified,
    limited,
    place_keys,
    place_of,
    placed,
    shared,
)
from services.members.matching.distances import closeness
from services.members.matching.evidence import Evidence
from services.members.matching.forms import alike, letters, readings
from services.members.matching.frequencies import Frequencies
from services.members.matching.han import likeness
from services.members.matching.organisation_names import Chinese, Spelled, forms_of, gloss, is_marker, spelled_form
from services.members.matching.record import Record
from services.members.matching.words import GENERIC

_MOST_NAMES = 8
_MOST_WORDS = 12
_MOST_OF_A_NAME = 15.0
_MOST_OF_CONTACTS = 12.0
_MOST_WITH_ANOTHER_NAME = 8.0
_LITTLE = 2.0
_SURE = 8.0
_SHORTEST_INITIALS = 3
_TELLING = 4
"""Words of a translated name that are hardly the same by chance."""


@dataclass(frozen=True, slots=True)
class Features:
    """An organisation made ready for comparing."""

    id: str
    chinese: tuple[Chinese, ...]
    spelled: tuple[Spelled, ...]
    glossed: tuple[Spelled, ...]
    """Chinese names in English words and pinyin, to be compared with names in letters."""
    contacts: Contacts
    place: Place
    head_offices: frozenset[str]


def prepare(record: Record) -> tuple[frozenset[str], Features]:
    """Keys and features."""
    spelled, chinese = forms_of(record.names, _MOST_NAMES)
    glossed = tuple(spelled_form(gloss(one.core), one.written, glossed=True) for one in chinese)
    features = Features(
        id=record.id,
        chinese=chinese,
        spelled=spelled,
        glossed=glossed,
        contacts=contacts_of(record),
        place=place_of(record),
        head_offices=frozenset(record.belongs_to),
    )
    return frozenset(_keys(features)), features


def _keys(features: Features) -> list[str]:
    keys = [*contact_keys(features.contacts), *place_keys(features.place)]
    if features.place.postcode:
        keys.append(f"z:{features.place.postcode}")
    for one in features.chinese:
        core = one.core
        keys += [f"h:{core}", f"k:{core[:2]}{core[-1]}", f"k:{core[:3]}", f"k:{core[-4:]}."]
        keys += [f"r:{sound}" for sound in one.sounds]
    for name in features.spelled:
        keys += [f"w:{word}" for word in name.words[:_MOST_WORDS]]
        keys += [f"x:{initials}" for initials in name.initials if len(initials) > _SHORTEST_INITIALS]
        keys.append(f"r:{name.whole}")
        if name.acronym:
            keys.append(f"x:{name.acronym}")
    for name in (*features.spelled, *features.glossed):
        keys.append(f"l:{letters(name.joined)[:40]}")
        keys += [f"f:{name.joined[:7]}", f"f:{name.joined[-7:]}."]
        keys += [f"j:{' '.join(sorted(two))}" for two in pairwise(name.words[:_MOST_WORDS])]
        telling = [word for word in name.words if word not in GENERIC and word not in features.place.city]
        keys += [f"m:{city} {word}" for city in features.place.city for word in telling[:4]]
    return list(dict.fromkeys(keys))


def compare(left: Features, right: Features, frequencies: Frequencies) -> list[Evidence]:
    """What speaks for and against two being one organisation."""
    if left.id in right.head_offices or right.id in left.head_offices:
        return [Evidence("branch", -30.0)]
    name = _name(left, right, frequencies)
    found = _reached(left.contacts, right.contacts, frequencies)
    found += _situated(left.place, right.place, moved=any(one.kind in ("phone", "email") for one in found))
    if name.bits < _LITTLE:
        # A part of it, or a neighbour: who shares house, phone and website with another name is not the same.
        found = limited(found, _MOST_WITH_ANOTHER_NAME)
    return [name, *identified(left.contacts, right.contacts), *found]


# -- names -------------------------------------------------------------------------------------------------------------


def _name(left: Features, right: Features, frequencies: Frequencies) -> Evidence:
    """The best their names say in each script; where one script tells them apart, another does not unite them."""
    neutral = left.place.city | right.place.city
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
        return replace(better, bits=max(worse.bits + 0.3 * max(better.bits, 0), -14.0))
    bits = min(_MOST_OF_A_NAME + 1, better.bits + 0.25 * worse.bits)
    return replace(better, bits=bits)


def _best(found: list[Evidence]) -> Evidence | None:
    return max(found, key=lambda one: one.bits, default=None)


def _read(chinese: Features, spelled: tuple[Spelled, ...]) -> list[Evidence]:
    """Chinese names, and names that write down how they are read."""
    return [
        Evidence("name", 12.0, one.written, name.written, 0.95)
        for one in chinese.chinese
        for name in spelled
        if name.whole in one.sounds or name.joined in one.sounds
    ]


def _in_chinese(left: Chinese, right: Chinese, neutral: frozenset[str], frequencies: Frequencies) -> Evidence:
    found = likeness(left.core, right.core)
    alike = round(found.alike, 2)
    if found.apart or left.branch != right.branch:
        return Evidence("name", -12.0, left.written, right.written, alike / 2)
    if alike < 0.5:
        return Evidence("name", -10.0, left.written, right.written, alike)
    common = min(frequencies.bits(f"h:{left.core}"), frequencies.bits(f"h:{right.core}"))
    shorter = min(len(left.core), len(right.core))
    most = min(_MOST_OF_A_NAME, 3.0 + 1.7 * shorter)
    bits = min(most, common + 2) - 22 * (1 - alike)
    if any("".join(readings(more)[0]) not in neutral for more in found.more):
        bits = min(bits, 8.0) - 10.0
    return Evidence("name", bits, left.written, right.written, alike)


def _in_letters(left: Spelled, right: Spelled, neutral: frozenset[str], frequencies: Frequencies) -> Evidence:
    sides = (left.written, right.written)
    if left.joined == right.joined or sorted(left.words) == sorted(right.words):
        bits = sum(_bits(word, frequencies) for word in left.words)
        generic_only = all(word in GENERIC for word in left.words)
        if not generic_only:
            bits = max(bits, frequencies.bits(f"l:{letters(left.joined)[:40]}"))
        most = 8.0 if generic_only else _MOST_OF_A_NAME
        if left.glossed or right.glossed:
            most = 10.0 if len(left.words) < _TELLING else 11.5
        return Evidence("name", min(most, bits), *sides, 1.0)
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


def _bits(word: str, frequencies: Frequencies) -> float:
    bits = frequencies.bits(f"w:{word}")
    return min(bits, 2.5) if word in GENERIC else bits


def _word_by_word(left: Spelled, right: Spelled, neutral: frozenset[str], frequencies: Frequencies) -> Evidence:
    mine, theirs = list(left.words[:_MOST_WORDS]), list(right.words[:_MOST_WORDS])
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
    most = 8.0 if left.glossed or right.glossed or all(rest) else 10.0 if any(rest) else _MOST_OF_A_NAME
    bits = min(most, bits) - _against(*rest)
    return Evidence("name", bits, left.written, right.written, similarity)


def _close(left: str, right: str) -> float:
    if left == right:
        return 1.0
    return 0.0 if is_marker(left) or is_marker(right) else alike(left, right)


def _against(left: list[str], right: list[str]) -> float:
    """What words that only one of them has say."""
    if not left and not right:
        return 0.0
    if any(map(is_marker, (*left, *right))):
        return 22.0
    if left and right:
        # The one word stands where the other has another: Bureau and Association, Guiyang and Zunyi.
        return 16.0 + 3.0 * (min(len(left), len(right)) - 1)
    return sum(4.0 if word in GENERIC else 7.0 for word in left or right)


# -- what else is known ------------------------------------------------------------------------------------------------


def _reached(left: Contacts, right: Contacts, frequencies: Frequencies) -> list[Evidence]:
    found = [
        one
        for one in (
            shared("email", left.emails, right.emails, "e:", 7.0, frequencies),
            shared("website", left.hosts, right.hosts, "d:", 7.0, frequencies),
            shared("phone", left.phones, right.phones, "t:", 6.0, frequencies),
        )
        if one is not None
    ]
    if left.hosts and right.hosts and not left.hosts.keys() & right.hosts.keys():
        found.append(Evidence("website", -1.5, min(left.hosts), min(right.hosts), 0.0))
    return limited(found, _MOST_OF_CONTACTS)


def _situated(left: Place, right: Place, *, moved: bool) -> list[Evidence]:
    """Another country is another organisation; another city is a branch, unless the street or the phone is the same
    and the city only spelled otherwise."""
    found = placed(left, right)
    alike = moved or any(one.kind == "address" and one.bits > 3 for one in found)
    if not alike:
        found = [replace(one, bits=-8.0) if one.kind == "city" and one.bits < 0 else one for one in found]
    if left.country and right.country:
        same = left.country == right.country
        found.append(Evidence("country", 1.0 if same else -14.0, left.country, right.country, float(same)))
    return found
