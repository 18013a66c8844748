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
from services.members.matching.forms import letters
from services.members.matching.frequencies import Frequencies
from services.members.matching.organisation_likeness import MOST_WORDS, Names, compared, country_forms
from services.members.matching.organisation_names import forms_of, is_generic, is_marker, spelled_form
from services.members.matching.places import place_of_name
from services.members.matching.record import Record
from services.members.matching.translating import gloss

_MOST_NAMES = 8
_MOST_OF_CONTACTS = 12.0
_MOST_WITH_ANOTHER_NAME = 8.0
_LITTLE = 2.0
_SHORTEST_INITIALS = 3
_SHORTEST_REGION = 4


@dataclass(frozen=True, slots=True)
class Features:
    """An organisation made ready for comparing."""

    id: str
    names: Names
    contacts: Contacts
    place: Place
    head_offices: frozenset[str]


def prepare(record: Record) -> tuple[frozenset[str], Features]:
    """Keys and features."""
    spelled, chinese = forms_of(record.names, _MOST_NAMES)
    glossed = tuple(spelled_form(gloss(one.core), one.written, glossed=True) for one in chinese)
    features = Features(
        id=record.id,
        names=Names(chinese, spelled, glossed),
        contacts=contacts_of(record),
        place=place_of(record),
        head_offices=frozenset(record.belongs_to),
    )
    return frozenset(_keys(features)), features


def _keys(features: Features) -> list[str]:
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
    if left.id in right.head_offices or right.id in left.head_offices:
        return [Evidence("branch", -30.0)]
    neutral = left.place.city | right.place.city
    if left.place.country and left.place.country == right.place.country:
        neutral |= country_forms(left.place.country)
    name = compared(left.names, right.names, neutral, frequencies)
    found = _reached(left.contacts, right.contacts, frequencies)
    found += _situated(left.place, right.place, moved=any(one.kind in ("phone", "email") for one in found))
    if name.bits < _LITTLE:
        # A part of it, or a neighbour: who shares house, phone and website with another name is not the same.
        found = limited(found, _MOST_WITH_ANOTHER_NAME)
    return [name, *identified(left.contacts, right.contacts), *found]


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
