"""E-mail addresses, phones, websites and places: how they are written for comparing, and what agreement says."""

import re
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from urllib.parse import urlsplit

import phonenumbers

from services.kit.search import fold
from services.members.matching.distances import closeness, slips
from services.members.matching.evidence import Evidence
from services.members.matching.forms import readings, split
from services.members.matching.frequencies import Frequencies
from services.members.matching.record import Record
from services.members.matching.words import HAN_STREETS, MAIL_PROVIDERS, SHARED_HOSTS, STREETS

_DIGITS = re.compile(r"\d+")
_HOUSE = re.compile(r"\d+[a-z]?")
_SHORTEST_PHONE = 6
_MOST_OF_A_PLACE = 12.0
_COMPARED_OF_A_PHONE = 9


@dataclass(frozen=True, slots=True)
class Contacts:
    """How a record is reached, made ready for comparing."""

    emails: dict[str, str]
    """Folded → as written."""
    hosts: dict[str, str]
    phones: dict[str, str]
    handles: dict[str, str]
    identifiers: dict[str, frozenset[str]]
    """Scheme → values."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record is, made ready for comparing."""

    words: frozenset[str]
    pieces: frozenset[str]
    """Pairs of Chinese characters of an address."""
    numbers: frozenset[str]
    postcode: str
    city: frozenset[str]
    region: str
    country: str
    written: str


@dataclass(frozen=True)
class Located:
    """A record as far as organisations and persons are alike; each part is made when it is first asked for."""

    record: Record

    @cached_property
    def contacts(self) -> Contacts:
        """How it is reached."""
        return contacts_of(self.record)

    @cached_property
    def place(self) -> Place:
        """Where it is."""
        return place_of(self.record)


def contacts_of(record: Record) -> Contacts:
    """Make contacts ready."""
    hosts: dict[str, str] = {}
    for website in record.websites:
        if host := host_of(website):
            hosts[host] = website
    for email in record.emails:
        domain = email.rpartition("@")[2].strip().lower()
        if domain and domain not in MAIL_PROVIDERS:
            hosts.setdefault(domain, domain)
    identifiers: dict[str, set[str]] = {}
    for one in record.identifiers:
        scheme, _, value = one.partition(":")
        if value.strip():
            identifiers.setdefault(scheme.strip().lower(), set()).add(value.strip().lower())
    return Contacts(
        emails={email.strip().lower(): email for email in record.emails if "@" in email},
        hosts=hosts,
        phones={key: phone for phone in record.phones if (key := phone_key(phone))},
        handles={handle.strip().lower(): handle for handle in record.handles if handle.strip()},
        identifiers={scheme: frozenset(values) for scheme, values in identifiers.items()},
    )


def schemes_of(record: Record) -> frozenset[str]:
    """The kinds of identifiers that it has."""
    parts = (one.partition(":") for one in record.identifiers)
    return frozenset(scheme.strip().lower() for scheme, _, value in parts if value.strip())


def contact_keys(contacts: Contacts) -> list[str]:
    """What a record is found by."""
    return [
        *(f"e:{one}" for one in contacts.emails),
        *(f"d:{one}" for one in contacts.hosts),
        *(f"t:{one}" for one in contacts.phones),
        *(f"v:{one}" for one in contacts.handles),
        *(f"i:{scheme}:{one}" for scheme, values in contacts.identifiers.items() for one in values),
    ]


def phone_key(phone: str) -> str:
    """The last digits: the same with and without the country's and the trunk prefix."""
    digits = "".join(_DIGITS.findall(phone))
    return digits[-_COMPARED_OF_A_PHONE:] if len(digits) >= _SHORTEST_PHONE else ""


@lru_cache(maxsize=16_384)
def is_landline(phone: str) -> bool:
    """Whether an international number is of a fixed line, which an office or a household shares."""
    if not phone.startswith("+"):
        return False
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.FIXED_LINE


def host_of(website: str) -> str:
    """The host without `www.`; with the path where many have their page."""
    address = website.strip().lower()
    try:
        parts = urlsplit(address if "//" in address else f"//{address}")
        host = (parts.hostname or "").removeprefix("www.").removeprefix("m.").strip(".")
    except ValueError:
        return ""
    if host in SHARED_HOSTS:
        page = parts.path.strip("/")
        return f"{host}/{page}" if page else ""
    return host if "." in host else ""


def shared(
    kind: str, left: dict[str, str], right: dict[str, str], mark: str, most: float, frequencies: Frequencies
) -> Evidence | None:
    """The rarest value both have, if any."""
    common = left.keys() & right.keys()
    if not common:
        return None
    bits, best = max((min(most, frequencies.bits(mark + one)), one) for one in common)
    return Evidence(kind, bits, left[best], right[best], 1.0)


def identified(left: Contacts, right: Contacts) -> list[Evidence]:
    """What ids of the same scheme say."""
    found = []
    for scheme in sorted(left.identifiers.keys() & right.identifiers.keys()):
        kind = "passport" if scheme == "passport" else "identifier"
        mine, theirs = left.identifiers[scheme], right.identifiers[scheme]
        if both := mine & theirs:
            value = min(both)
            found.append(Evidence(kind, 14.0, f"{scheme}:{value}", f"{scheme}:{value}", 1.0))
            continue
        fewest, a, b = min((slips(a, b), a, b) for a in mine for b in theirs)
        # A slip in a long number is likelier than a second number that is nearly the same.
        near = {1: 7.0, 2: 1.0}.get(fewest, 0.0) if min(len(a), len(b)) >= _SHORTEST_PHONE else 0.0
        found.append(Evidence(kind, near or -6.0, f"{scheme}:{a}", f"{scheme}:{b}", 0.9 if near else 0.0))
    return found


def place_of(record: Record) -> Place:
    """Make a place ready."""
    words, han = split(record.address)
    han_only = "".join(" " if one in HAN_STREETS else one for one in han)
    pieces = {part[n : n + 2] for part in han_only.split() for n in range(max(1, len(part) - 1))}
    numbers = {one for one in words if _HOUSE.fullmatch(one)}
    postcode = fold(record.postcode).replace(" ", "")
    return Place(
        words=frozenset(one for one in words if one not in numbers and one not in STREETS and len(one) > 1),
        pieces=frozenset(pieces),
        numbers=frozenset(numbers - {postcode}),
        postcode=postcode,
        city=city_forms(record.city),
        region=fold(record.region),
        country=record.country.strip().upper(),
        written=", ".join(one for one in (record.address, record.city, record.postcode) if one),
    )


@lru_cache(maxsize=16_384)
def city_forms(city: str) -> frozenset[str]:
    """A city as it may be written: Guiyang, Guiyang City and 贵阳市 have one in common."""
    words, han = split(city)
    forms = set()
    if han:
        bare = han[:-1] if len(han) > 2 and han[-1] in "市县区" else han
        forms |= {"".join(way) for way in readings(bare)}
    if kept := [one for one in words if one not in ("city", "shi", "municipality")]:
        forms.add("".join(kept))
    return frozenset(forms)


def place_keys(place: Place) -> list[str]:
    """What a record is found by."""
    keys = []
    for number in sorted(place.numbers)[:3]:
        keys += [f"a:{number}:{word}" for word in sorted(place.words)[:4]]
        keys += [f"a:{number}:{piece}" for piece in sorted(place.pieces)[:4]]
        if place.postcode:
            keys.append(f"z:{place.postcode}:{number}")
    return keys


def placed(left: Place, right: Place) -> list[Evidence]:
    """What the places say. Whoever lives or works there shares all of it, so together it is limited."""
    found = [
        one
        for one in (_street(left, right), _postcode(left, right), _city(left, right), _region(left, right))
        if one is not None
    ]
    return limited(found, _MOST_OF_A_PLACE)


def limited(found: list[Evidence], most: float) -> list[Evidence]:
    """What hangs together says no more than so much in favour."""
    total = sum(one.bits for one in found if one.bits > 0)
    if total <= most:
        return found
    return [replace(one, bits=one.bits * most / total) if one.bits > 0 else one for one in found]


def _overlap(left: frozenset[str], right: frozenset[str]) -> float:
    """How much of the words two addresses have in common, slips forgiven."""
    fewer, more = sorted((left, right), key=len)
    alike = sum(max(closeness(one, other) for other in more) for one in fewer)
    return alike / (len(fewer) + (len(more) - len(fewer)) * 0.5)


def _street(left: Place, right: Place) -> Evidence | None:
    if left.words and right.words:
        alike = _overlap(left.words, right.words)
    elif left.pieces and right.pieces:
        alike = _overlap(left.pieces, right.pieces)
    else:
        return None
    bits = 8 * alike - 1.5
    if left.numbers and right.numbers:
        bits += 3.0 if left.numbers & right.numbers else (-1.5 if alike < 0.5 else -5.0)
    return Evidence("address", bits, left.written, right.written, round(alike, 2))


def _postcode(left: Place, right: Place) -> Evidence | None:
    if not left.postcode or not right.postcode:
        return None
    apart = slips(left.postcode, right.postcode)
    return Evidence(
        "postcode", {0: 5.0, 1: 1.5}.get(apart, -1.0), left.postcode, right.postcode, 1.0 - min(apart, 4) / 4
    )


def _city(left: Place, right: Place) -> Evidence | None:
    if not left.city or not right.city:
        return None
    alike = max(closeness(a, b) for a in left.city for b in right.city)
    bits = 2.5 if alike == 1 else 1.5 if alike else -2.0
    return Evidence("city", bits, min(left.city), min(right.city), round(alike, 2))


def _region(left: Place, right: Place) -> Evidence | None:
    if not left.region or not right.region:
        return None
    same = left.region == right.region
    return Evidence("region", 0.5 if same else -0.5, left.region, right.region, float(same))
