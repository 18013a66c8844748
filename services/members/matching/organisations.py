"""Organisations: names across scripts, legal forms and short forms; how they are reached; where they are."""

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from services.members.matching.contacts import (
    Contacts,
    Located,
    Place,
    city_forms,
    contact_keys,
    identified,
    limited,
    place_keys,
    placed,
    schemes_of,
    shared,
)
from services.members.matching.distances import closeness
from services.members.matching.evidence import LEAST_BITS, Evidence
from services.members.matching.forms import letters
from services.members.matching.frequencies import Frequencies
from services.members.matching.organisation_likeness import MOST_WORDS, Names, at_most, compared, country_forms
from services.members.matching.organisation_names import forms_of, is_generic, is_marker, telling_forms_of
from services.members.matching.places import place_of_name
from services.members.matching.record import Record

_MOST_NAMES = 8
_MOST_OF_CONTACTS = 12.0
_MOST_WITH_ANOTHER_NAME = 8.0
_LITTLE = 2.0
_SHORTEST_INITIALS = 3
_SHORTEST_REGION = 4


@dataclass(frozen=True)
class Features(Located):
    """An organisation made ready for comparing."""

    @cached_property
    def names(self) -> Names:
        """In Chinese and in letters."""
        spelled, chinese = forms_of(self.record.names, _MOST_NAMES)
        return Names(chinese, spelled)


@dataclass(frozen=True, slots=True)
class Sketch:
    """As much of an organisation as tells that most of those it shares a word with are others."""

    names: Names
    """In Chinese where there are any, else in letters."""
    country: str
    city: frozenset[str]
    has_address: bool
    schemes: frozenset[str]


def sketch(record: Record) -> Sketch:
    """As much as `are_two` needs."""
    spelled, chinese = telling_forms_of(record.names, _MOST_NAMES)
    return Sketch(
        names=Names(chinese, spelled),
        country=record.country.strip().upper(),
        city=city_forms(record.city),
        has_address=bool(record.address.strip()),
        schemes=schemes_of(record),
    )


def are_two(left: Sketch, right: Sketch, *, by_parts: bool) -> bool:
    """Whether no comparison of the two can end in a likely pair.

    This follows from `compare`: without an identifier to compare, names that speak against being one leave room for no
    more than `_MOST_WITH_ANOTHER_NAME`. Those who share parts of names and the like only (`by_parts`) have no e-mail
    address, website or phone in common; in two countries and without two addresses the same name is not enough then.
    The one pair it drops that `compare` might find is of such two who share a contact that many others have as well
    (more than a block holds), and which says little for that.
    """
    if left.schemes & right.schemes:
        return False
    apart = bool(left.country and right.country and left.country != right.country)
    if apart and by_parts and not (left.has_address and right.has_address):
        return True
    name = at_most(left.names, right.names, _neutral(left.country, right.country, left.city | right.city))
    return name < _LITTLE and name + _MOST_WITH_ANOTHER_NAME < LEAST_BITS


def keys_of(features: Features) -> list[str]:
    """What it is found by."""
    keys = [*contact_keys(features.contacts), *place_keys(features.place)]
    if features.place.postcode:
        keys.append(f"z:{features.place.postcode}")
    for one in features.names.chinese:
        core = one.core
        keys += [f"h:{core}", f"k:{core[:2]}{core[-1]}", f"k:{core[:3]}", f"k:{core[-4:]}."]
        keys += [f"l:{scrambled[:40]}" for scrambled in one.scrambled]
        if place := place_of_name(core):
            keys.append(f"h:{core.removeprefix(place).removeprefix('省').removeprefix('市')}")
    for name in features.names.spelled:
        keys += [f"w:{word}" for word in name.words[:MOST_WORDS]]
        keys.append(f"l:{letters(name.whole)[:40]}")
        if name.acronym:
            keys.append(f"x:{features.place.country}:{name.acronym}")
    for name in (*features.names.spelled, *features.names.glossed):
        # Digits make no acronym, and the number of a branch no name.
        keys += [
            f"x:{features.place.country}:{initials}"
            for initials in name.initials
            if len(initials) > _SHORTEST_INITIALS and initials.isalpha()
        ]
        keys.append(f"l:{letters(name.joined)[:40]}")
        keys.append(f"o:{' '.join(name.loose)[:60]}")
        keys += [f"f:{name.joined[:7]}", f"f:{name.joined[-7:]}."]
        keys += [f"j:{' '.join(sorted(two))}" for two in pairwise(name.words[:MOST_WORDS]) if not two[1].isdigit()]
        telling = [
            word
            for word in name.words
            if not is_generic(word) and not is_marker(word) and word not in features.place.city
        ]
        keys += [f"m:{city} {word}" for city in features.place.city for word in telling[:4]]
    return list(dict.fromkeys(keys))


def compare(left: Features, right: Features, frequencies: Frequencies) -> list[Evidence]:
    """What speaks for and against two being one organisation."""
    if left.record.id in right.record.belongs_to or right.record.id in left.record.belongs_to:
        return [Evidence("branch", -30.0)]
    neutral = _neutral(left.place.country, right.place.country, left.place.city | right.place.city)
    name = compared(left.names, right.names, neutral, frequencies)
    found = _reached(left.contacts, right.contacts, frequencies)
    found += _situated(left.place, right.place, moved=any(one.kind in ("phone", "email") for one in found))
    if name.bits < _LITTLE:
        # A part of it, or a neighbour: who shares house, phone and website with another name is not the same.
        found = limited(found, _MOST_WITH_ANOTHER_NAME)
    return [name, *identified(left.contacts, right.contacts), *found]


def _neutral(left: str, right: str, cities: frozenset[str]) -> frozenset[str]:
    """Words of the cities and of the common country, which names may leave out."""
    return cities | country_forms(left) if left and left == right else cities


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
        if _in_other_regions(left.region, right.region):
            found = [replace(one, bits=-6.0) if one.kind == "region" else one for one in found]
    if left.country and right.country:
        same = left.country == right.country
        found.append(Evidence("country", 1.0 if same else -14.0, left.country, right.country, float(same)))
    return found


def _in_other_regions(left: str, right: str) -> bool:
    """Whether two regions are written in one way and differ; a code and a name may be of one."""
    han = left[:1] > "\u4e00" and right[:1] > "\u4e00"
    long = min(len(left), len(right)) >= _SHORTEST_REGION and left.isascii() and right.isascii()
    return bool(left and right) and (han or long) and left[:2] != right[:2] and not closeness(left, right)
