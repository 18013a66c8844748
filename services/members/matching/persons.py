"""Persons: names in any order, script and spelling; birth dates; how they are reached; where they belong."""

import re
from dataclasses import dataclass
from itertools import pairwise

from services.kit.search.lexemes import joined
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
from services.members.matching.distances import closeness, slips
from services.members.matching.evidence import Evidence
from services.members.matching.forms import alike, is_pinyin, letters, readings, split
from services.members.matching.frequencies import Frequencies
from services.members.matching.record import Record
from services.members.matching.words import SHARED_MAILBOXES

_MOST_NAMES = 6
_MOST_WORDS = 5
_MOST_OF_CONTACTS = 13.0
_MOST_OF_A_NAME = 13.0
_MOST_IN_PINYIN = 11.5
_LITTLE = 2.0
_MOST_WITH_ANOTHER_NAME = 4.0
_DATE = re.compile(r"^\D*(\d{4})\D?(\d{1,2})\D?(\d{1,2})\D*$")


@dataclass(frozen=True, slots=True)
class Spelling:
    """One name in letters with spaces."""

    words: tuple[str, ...]
    joined: frozenset[str]
    """Run together, from each word on: whatever comes first."""
    written: str


@dataclass(frozen=True, slots=True)
class Features:
    """A person made ready for comparing."""

    han: dict[str, str]
    """Folded → as written."""
    sounds: frozenset[str]
    """How the Chinese names are read, in both orders."""
    spellings: tuple[Spelling, ...]
    born: str
    contacts: Contacts
    place: Place
    belongs_to: frozenset[str]


def prepare(record: Record) -> tuple[frozenset[str], Features]:
    """Keys and features."""
    han: dict[str, str] = {}
    spellings: dict[tuple[str, ...], Spelling] = {}
    parts = f"{record.given} {record.family}".strip()
    for name in [*([parts] if parts else []), *record.names][:_MOST_NAMES]:
        words, characters = split(name)
        if len(characters) > 1:
            han[characters] = name
        elif words:
            key = tuple(sorted(words))
            if key not in spellings:
                spellings[key] = _spelling(words[:_MOST_WORDS], name)
    sounds = {form for name in han for way in readings(name) for form in _orders(way)}
    features = Features(
        han=han,
        sounds=frozenset(sounds),
        spellings=tuple(spellings.values()),
        born=digits_of(record.born),
        contacts=contacts_of(record),
        place=place_of(record),
        belongs_to=frozenset(record.belongs_to),
    )
    return frozenset(_keys(features)), features


def _spelling(words: tuple[str, ...], written: str) -> Spelling:
    words = tuple(joined([word]) for word in words)  # pinyin's ü
    return Spelling(words, frozenset(_orders(words)), written)


def _orders(units: tuple[str, ...]) -> set[str]:
    """The name run together from each of its words on."""
    return {"".join((*units[begin:], *units[:begin])) for begin in range(len(units))}


def digits_of(born: str) -> str:
    """YYYYMMDD where the date has that form, else the digits there are."""
    if found := _DATE.match(born):
        return f"{found[1]}{found[2]:0>2}{found[3]:0>2}"
    return re.sub(r"\D", "", born)


def _keys(features: Features) -> list[str]:
    keys = [*contact_keys(features.contacts), *place_keys(features.place)]
    if features.born:
        keys.append(f"b:{features.born}")
    for name in features.han:
        keys += [f"h:{name}", f"s:{name[0]}"]
    keys += [f"l:{letters(form)}" for form in features.sounds]
    for one in features.spellings:
        whole = "".join(one.words)
        keys.append(f"l:{letters(whole)}")
        keys += [f"n:{word}" for word in one.words]
        if features.place.postcode:
            keys += [f"c:{features.place.postcode}:{word}" for word in one.words]
        if features.born:
            keys += [f"y:{features.born[:4]}:{word}" for word in one.words]
        if len(one.words) < 2:
            continue
        for a, b in pairwise((*one.words, one.words[0])):
            keys += [f"p:{a} {b[0]}", f"p:{b} {a[0]}"]
        first, *_, last = sorted(one.words)
        keys += [f"q:{first[:3]} {last[:3]}", f"q:{first[-3:]} {last[-3:]} e"]
    return list(dict.fromkeys(keys))


def compare(left: Features, right: Features, frequencies: Frequencies) -> list[Evidence]:
    """What speaks for and against two being one person."""
    name = _name(left, right, frequencies)
    around = _contacts(left, right, frequencies) + placed(left.place, right.place)
    if name.bits < _LITTLE:
        # Who shares a home or an office with another name is a relative or a colleague.
        around = limited(around, _MOST_WITH_ANOTHER_NAME)
    # Strangers share a name more often than organisations do.
    found = [
        Evidence("namesakes", -1.5),
        name,
        *_born(left, right),
        *identified(left.contacts, right.contacts),
        *around,
    ]
    if left.belongs_to and right.belongs_to:
        common = min(left.belongs_to & right.belongs_to, default="")
        # Namesakes are many: who has the same name in another office is somebody else until more is known.
        found.append(Evidence("affiliation", 3.0 if common else -2.5, common, common, float(bool(common))))
    a, b = left.place.country, right.place.country
    if a and b:
        found.append(Evidence("country", 0.5 if a == b else -3.0, a, b, float(a == b)))
    return found


# -- names -------------------------------------------------------------------------------------------------------------


def _name(left: Features, right: Features, frequencies: Frequencies) -> Evidence:
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


def _chinese(left: Features, right: Features, frequencies: Frequencies) -> Evidence | None:
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
        return Evidence("name", 5.0 if a[0] == b[0] else 2.0, left.han[a], right.han[b], 0.8)
    if sorted(a) == sorted(b):
        return Evidence("name", 8.0, left.han[a], right.han[b], 0.9)
    return Evidence("name", -9.0, left.han[a], right.han[b], 0.0)


def _read(han: Features, spellings: tuple[Spelling, ...], frequencies: Frequencies, *, turned: bool) -> list[Evidence]:
    """A Chinese name and one in pinyin."""
    name, written = next(iter(han.han.items()))
    found = []
    for one in spellings:
        if one.joined & han.sounds:
            rare = max(frequencies.bits(f"l:{letters(form)}") for form in one.joined)
            bits, likeness = min(9.0 if len(name) == 2 else 10.5, rare), 0.95
        else:
            likeness = max(closeness(form, sound) for form in one.joined for sound in han.sounds)
            bits = 1.0 if likeness else -8.0
        sides = (one.written, written) if turned else (written, one.written)
        found.append(Evidence("name", bits, *sides, likeness))
    return found


def _spelled(left: Spelling, right: Spelling, frequencies: Frequencies) -> Evidence:
    """Two names in letters, word by word, in whatever order."""
    if left.joined & right.joined:
        bits = sum(frequencies.bits(f"n:{word}") for word in left.words)
        return Evidence("name", min(_most(left), bits), left.written, right.written, 1.0)
    mine, theirs = list(left.words), list(right.words)
    bits, likeness = 0.0, 0.0
    ranked = sorted(((alike(a, b), x, y) for x, a in enumerate(mine) for y, b in enumerate(theirs)), reverse=True)
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
    bits = min(_most(left), bits) - (0.0, 13.0, 18.0)[min(apart, 2)]
    bits -= 1.0 * abs(len(rest_left) - len(rest_right)) * (len(mine) > 1 and len(theirs) > 1)
    similarity = 2 * likeness / (len(mine) + len(theirs))
    return Evidence("name", bits, left.written, right.written, round(similarity, 2))


def _most(name: Spelling) -> float:
    """In pinyin many Chinese names are written likeness."""
    return _MOST_IN_PINYIN if all(map(is_pinyin, name.words)) else _MOST_OF_A_NAME


# -- what else is known ------------------------------------------------------------------------------------------------


def _born(left: Features, right: Features) -> list[Evidence]:
    a, b = left.born, right.born
    if not a or not b:
        return []
    if a == b:
        return [Evidence("birth_date", 6.0 if a.endswith("0101") else 11.0, a, b, 1.0)]
    if len(a) == len(b) == 8 and a[:4] == b[:4] and a[4:6] == b[6:] and a[6:] == b[4:6]:
        return [Evidence("birth_date", 8.5, a, b, 0.9)]
    bits = {1: 6.5, 2: -1.0, 3: -4.0}.get(slips(a, b), -7.0)
    return [Evidence("birth_date", bits, a, b, 0.8 if bits > 0 else 0.0)]


def _contacts(left: Features, right: Features, frequencies: Frequencies) -> list[Evidence]:
    """E-mail, phone and the like. What an office shares says little."""
    mine, theirs = left.contacts, right.contacts
    my_own, their_own = _own(mine), _own(theirs)
    email = shared("email", my_own, their_own, "e:", 12.0, frequencies)
    if email is None:
        email = shared("email", mine.emails, theirs.emails, "e:", 2.5, frequencies)
    if email is None and my_own and their_own:
        email = _other_addresses(my_own, their_own)
    phone = shared("phone", mine.phones, theirs.phones, "t:", 8.0, frequencies)
    handle = shared("handle", mine.handles, theirs.handles, "v:", 11.0, frequencies)
    if phone is None and mine.phones and theirs.phones:
        phone = Evidence("phone", -2.5, min(mine.phones.values()), min(theirs.phones.values()))
    return limited([one for one in (email, phone, handle) if one is not None], _MOST_OF_CONTACTS)


def _own(contacts: Contacts) -> dict[str, str]:
    return {one: as_is for one, as_is in contacts.emails.items() if one.partition("@")[0] not in SHARED_MAILBOXES}


def _other_addresses(left: dict[str, str], right: dict[str, str]) -> Evidence:
    """The same name before the @, or nearly the same address, is some evidence too."""
    a, b = min(left), min(right)
    before_a, _, after_a = a.partition("@")
    before_b, _, after_b = b.partition("@")
    if before_a == before_b and len(before_a) > 5:
        return Evidence("email", 3.0, left[a], right[b], 0.7)
    if after_a == after_b and closeness(before_a, before_b) >= 0.8 and len(before_a) > 5:
        return Evidence("email", 3.0, left[a], right[b], 0.8)
    return Evidence("email", -2.5, left[a], right[b], 0.0)
