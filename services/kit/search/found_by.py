"""What a row is found by besides its names: ids, addresses and numbers. All of it ranks below every name."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import phonenumbers

from services.kit.search.folding import cleaned, is_han, is_unspaced, runs, simplified, written
from services.kit.search.lexemes import (
    ID,
    INNER,
    LONGEST_ID,
    LONGEST_INNER,
    NUMBER,
    NUMBER_FROM_ITS_END,
    PLACE,
    WHOLE,
    all_of,
    any_of,
    beginning,
    joined,
    quoted,
    tails,
)
from services.kit.search.readings import syllables

MAX_OF_EACH = 40
"""Ids, websites, phones and places of a row that are searched; further ones are left out."""
MAX_LEXEMES_BESIDES = 300
MAX_WORDS = 5
"""Words of a query that must each be found; of more, the longest, which tell most."""

_MAX_PLACE_UNITS = 48
_SHORTEST_START = 3
"""Letters of a word from which on it is looked for as a beginning; shorter ones are looked for whole."""
_FEWEST_DIGITS = 5
_PHONE = re.compile(r"[+0-9 ()./-]{5,40}")
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://(www\.)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundBy:
    """What a row says of itself besides its names, as it is kept. Never give what not every reader of the row sees."""

    ids: Iterable[str] = ()
    """E-mail addresses, identifiers, user names: found by how they begin."""
    websites: Iterable[str] = ()
    """Found by host, with and without what stands before the domain."""
    phones: Iterable[str] = ()
    """In E.164 where they are valid; found by how they begin or end."""
    places: Iterable[str] = ()
    """Cities and addresses: found by their words, in any script."""


NOTHING_BESIDES = FoundBy()


def lexemes_of(found_by: FoundBy) -> Iterable[str]:
    """The lexemes of a row's key, at most `MAX_LEXEMES_BESIDES`."""
    found: dict[str, None] = {}
    for value in islice(found_by.ids, MAX_OF_EACH):
        found.update(dict.fromkeys(_id_lexemes(_compact(value))))
    for website in islice(found_by.websites, MAX_OF_EACH):
        found.update(dict.fromkeys(map(_id, _domains(_host(_compact(website))))))
    for phone in islice(found_by.phones, MAX_OF_EACH):
        found.update(dict.fromkeys(_number_lexemes(phone)))
    for place in islice(found_by.places, MAX_OF_EACH):
        found.update(dict.fromkeys(_place_lexemes(place)))
    return islice(found, MAX_LEXEMES_BESIDES)


def exactly(q: str) -> str:
    """A query for the rows that have exactly this id, host or number."""
    compact = _compact(q)
    if not compact:
        return any_of([])
    numbers = [quoted(NUMBER + digits) for digits in _digits(q)]
    return any_of([quoted(_id(_host(compact))), *numbers])


def partly(q: str, words: list[str]) -> str:
    """A query for the rows with an id or number that begins or ends so, or with each word in a name or a place."""
    compact = _host(_compact(q))
    queries = [_words(words)]
    if len(compact) >= _SHORTEST_START and " " not in written(q):
        queries.append(beginning(_id(compact)))
    for digits in _digits(q):
        queries += [beginning(NUMBER + digits), beginning(NUMBER_FROM_ITS_END + digits[::-1])]
    return any_of(queries)


def _words(words: list[str]) -> str:
    stems = dict.fromkeys(joined([simplified(word)])[:LONGEST_INNER] for word in words)
    if len(stems) == 1:
        return any_of(map(_in_a_place, stems))
    telling = sorted(stems, key=len, reverse=True)[:MAX_WORDS]
    return all_of(any_of([_in_a_name(stem), _in_a_place(stem)]) for stem in telling)


def _in_a_place(stem: str) -> str:
    return beginning(PLACE + stem) if len(stem) >= _SHORTEST_START or is_unspaced(stem) else quoted(PLACE + stem)


def _in_a_name(stem: str) -> str:
    # Of a single letter or two the index holds too many beginnings.
    if len(stem) < _SHORTEST_START and not is_unspaced(stem):
        return any_of([])
    return any_of([beginning(WHOLE + stem), beginning(INNER + stem)])


def _id(compact: str) -> str:
    return ID + compact[:LONGEST_ID]


def _compact(value: str) -> str:
    return "".join(written(value).split())


def _host(compact: str) -> str:
    return _SCHEME.sub("", compact).partition("/")[0] if "/" in compact else compact.removeprefix("www.")


def _id_lexemes(compact: str) -> Iterable[str]:
    yield _id(compact)
    before, at, host = compact.rpartition("@")
    if at and before:
        yield from map(_id, _domains(host))
    scheme, colon, value = compact.partition(":")
    if colon and scheme and value:
        yield _id(value)


def _domains(host: str) -> Iterable[str]:
    """The host and the domains it lies in, without the last label alone."""
    labels = host.partition(":")[0].split(".")
    return [".".join(labels[n:]) for n in range(max(1, len(labels) - 1))][:MAX_OF_EACH]


def _number_lexemes(phone: str) -> Iterable[str]:
    digits = "".join(character for character in written(phone) if character.isdigit())
    if len(digits) < _FEWEST_DIGITS:
        return
    digits = digits[:LONGEST_ID]
    yield NUMBER + digits
    yield NUMBER_FROM_ITS_END + digits[::-1]
    if phone.startswith("+") and (national := _national(phone)) is not None:
        yield NUMBER + national


def _national(phone: str) -> str | None:
    try:
        return str(phonenumbers.parse(phone).national_number)
    except phonenumbers.NumberParseException:
        return None


def _digits(q: str) -> list[str]:
    """The query as a phone number: with the country's prefix or without, and without the zeros dialled before."""
    text = written(q)
    if not _PHONE.fullmatch(text):
        return []
    digits = "".join(character for character in text if character.isdigit())[:LONGEST_ID]
    # +49 (0)30 …: the zero in brackets is dialled within the country only.
    dialled = "".join(c for c in text.replace("(0)", "") if c.isdigit())[:LONGEST_ID]
    forms = dict.fromkeys([digits, dialled.lstrip("0")])
    return [form for form in forms if len(form) >= _FEWEST_DIGITS]


@lru_cache(maxsize=4_096)  # many rows lie in one city
def _place_lexemes(place: str) -> tuple[str, ...]:
    return tuple(_found_at(place))


def _found_at(place: str) -> Iterable[str]:
    """Each word, and a Chinese place from each of its characters and syllables on."""
    units = 0
    for word in runs(cleaned(written(place))):
        if not is_unspaced(word):
            yield PLACE + joined([word])[:LONGEST_INNER]
            units += 1
            continue
        forms = [list(simplified(word))]
        if is_han(word):
            forms.append([readings[0] for readings in syllables(word)])
        for form in forms:
            for tail in tails(form, range(min(len(form), _MAX_PLACE_UNITS)), LONGEST_INNER):
                yield PLACE + tail
        units += len(word)
        if units > _MAX_PLACE_UNITS:
            return
