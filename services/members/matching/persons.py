"""Persons: names in any order, script and spelling; birth dates; how they are reached; where they belong."""

import re
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from services.members.matching.contacts import (
    Contacts,
    Located,
    contact_keys,
    identified,
    is_landline,
    limited,
    place_keys,
    placed,
    schemes_of,
    shared,
)
from services.members.matching.distances import closeness, slips
from services.members.matching.evidence import LEAST_BITS, Evidence
from services.members.matching.forms import letters
from services.members.matching.frequencies import RAREST, Frequencies
from services.members.matching.person_names import Names, compared, names_of, same_given_name
from services.members.matching.record import Record
from services.members.matching.words import SHARED_MAILBOXES

_MOST_OF_CONTACTS = 13.0
_MOST_OF_A_LANDLINE = 5.0
_LITTLE = 2.0
_HARDLY = 5.0
_ANOTHER_NAME = -8.5
_LEAST_WITH_AN_ID = -8.0
_MOST_WITH_ANOTHER_NAME = 4.0
_MOST_WITH_A_FORMER_NAME = 9.0
_NAMESAKES = -1.5
_IN_ONE_OFFICE = 1.0
_IN_ONE_COUNTRY = 0.5
_MOST_BESIDE_ANOTHER_NAME = _NAMESAKES + _MOST_WITH_ANOTHER_NAME + _IN_ONE_OFFICE + _IN_ONE_COUNTRY
_A_GENERATION = 15
"""Years: whoever bears the same name at the same address, so much younger, is the son."""
_DATE = re.compile(r"^\D*(\d{4})\D?(\d{1,2})\D?(\d{1,2})\D*$")


@dataclass(frozen=True)
class Features(Located):
    """A person made ready for comparing."""

    @cached_property
    def names(self) -> Names:
        """In Chinese and in letters."""
        return _names_of(self.record)

    @cached_property
    def born(self) -> str:
        """Digits of the birth date."""
        return digits_of(self.record.born)

    @cached_property
    def belongs_to(self) -> frozenset[str]:
        """Ids or names of organisations."""
        return frozenset(self.record.belongs_to)


@dataclass(frozen=True, slots=True)
class Sketch:
    """As much of a person as tells that most of those who share a word with it are others."""

    names: Names
    born: str
    schemes: frozenset[str]


def sketch(record: Record) -> Sketch:
    """As much as `are_two` needs."""
    return Sketch(_names_of(record), digits_of(record.born), schemes_of(record))


def are_two(left: Sketch, right: Sketch, *, by_parts: bool) -> bool:  # noqa: ARG001 - persons have one country seldom
    """Whether no comparison of the two can end in a likely pair.

    This follows from `compare` and drops nothing that it would find: without an identifier to compare and with other
    birth dates, names that speak against being one leave little room for all the rest.
    """
    if left.schemes & right.schemes or (left.born and left.born == right.born):
        return False
    name = compared(left.names, right.names, RAREST).bits
    born = sum(one.bits for one in _born(left.born, right.born))
    return name < _LITTLE and name + born + _MOST_BESIDE_ANOTHER_NAME < LEAST_BITS


def _names_of(record: Record) -> Names:
    parts = f"{record.given} {record.family}".strip()
    return names_of([*([parts] if parts else []), *record.names])


def without_sensitive(features: Features) -> Features:
    """The same as seen by who may not see birth dates and passports."""
    kept = (one for one in features.record.identifiers if one.partition(":")[0].strip().lower() != "passport")
    return Features(replace(features.record, born="", identifiers=tuple(kept)))


def digits_of(born: str) -> str:
    """YYYYMMDD where the date has that form, else the digits there are."""
    if found := _DATE.match(born):
        return f"{found[1]}{found[2]:0>2}{found[3]:0>2}"
    return re.sub(r"\D", "", born)


def keys_of(features: Features) -> list[str]:
    """What the person is found by."""
    names, place, born = features.names, features.place, features.born
    keys = [*contact_keys(features.contacts), *place_keys(place)]
    for name in names.han:
        keys += [f"h:{name}", f"s:{name[0]}"]
    keys += [f"l:{letters(form)}" for form in names.sounds]
    for one in names.spellings:
        whole = "".join(one.words)
        keys.append(f"l:{letters(whole)}")
        keys += [f"n:{word}" for word in one.words]
        if place.postcode:
            keys += [f"c:{place.postcode}:{word}" for word in one.words]
        if born:
            keys += [f"y:{born[:4]}:{word}" for word in one.words]
        if len(one.words) < 2:
            continue
        for a, b in pairwise((*one.words, one.words[0])):
            keys += [f"p:{a} {b[0]}", f"p:{b} {a[0]}"]
        first, *_, last = sorted(one.words)
        keys += [f"q:{first[:3]} {last[:3]}", f"q:{first[-3:]} {last[-3:]} e"]
    if born:
        # The same day, and one thing more: compared whatever the names are.
        keys.append(f"b:{born}")
        keys += [f"g:{born} {where}" for where in (place.postcode, *place.city) if where]
        keys += [f"g:{born} {''.join(sorted(word[0] for word in one.words))}" for one in names.spellings]
    return list(dict.fromkeys(keys))


def compare(left: Features, right: Features, frequencies: Frequencies) -> list[Evidence]:
    """What speaks for and against two being one person."""
    name = compared(left.names, right.names, frequencies)
    born = _born(left.born, right.born)
    ids = identified(left.contacts, right.contacts)
    around = _contacts(left, right, frequencies) + placed(left.place, right.place)
    same_day = bool(born) and born[0].similarity == 1
    if any(one.similarity == 1 for one in ids):
        # Nobody else has the number. Where the birth date is the same as well, the name was changed or mistaken.
        name = replace(name, bits=max(name.bits, _LEAST_WITH_AN_ID if same_day else name.bits))
        if name.bits < _ANOTHER_NAME:
            around = limited(around, _MOST_WITH_ANOTHER_NAME)
    elif name.bits < _LITTLE:
        # Who shares a home or an office with another name is a relative or a colleague; but who was born on the same
        # day, too, and is called the same, has married.
        married = same_day and same_given_name(left.names, right.names)
        around = limited(around, _MOST_WITH_A_FORMER_NAME if married else _MOST_WITH_ANOTHER_NAME)
    # Strangers share a name more often than organisations do.
    found = [Evidence("namesakes", _NAMESAKES), name, *born, *ids, *around]
    if left.belongs_to and right.belongs_to:
        common = min(left.belongs_to & right.belongs_to, default="")
        # Namesakes are many: who has the same name in another office is somebody else until more is known. And who is
        # in the same office with a name that is hardly the same is a colleague.
        bits = (3.0 if name.bits > _HARDLY else _IN_ONE_OFFICE) if common else -2.5
        found.append(Evidence("affiliation", bits, common, common, float(bool(common))))
    a, b = left.place.country, right.place.country
    if a and b:
        found.append(Evidence("country", _IN_ONE_COUNTRY if a == b else -3.0, a, b, float(a == b)))
    return found


# -- what else is known ------------------------------------------------------------------------------------------------


def _born(a: str, b: str) -> list[Evidence]:
    if not a or not b:
        return []
    if a == b:
        return [Evidence("birth_date", 6.0 if a.endswith("0101") else 11.0, a, b, 1.0)]
    if len(a) == len(b) == 8 and a[:4] == b[:4] and a[4:6] == b[6:] and a[6:] == b[4:6]:
        return [Evidence("birth_date", 8.5, a, b, 0.9)]
    bits = {1: 6.5, 2: -1.0, 3: -4.0}.get(slips(a, b), -7.0)
    if bits < -3 and len(a) == len(b) == 8 and abs(int(a[:4]) - int(b[:4])) >= _A_GENERATION and a[4:] != b[4:]:
        bits = -14.0
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
    if phone is not None and is_landline(phone.left) and is_landline(phone.right):
        phone = replace(phone, bits=min(phone.bits, _MOST_OF_A_LANDLINE))
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
