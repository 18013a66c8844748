"""vCard 4.0 (RFC 6350): records as cards that address books read."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic_core import from_json

_LONGEST_LINE = 75
"""Bytes, without the line's end."""
_ESCAPED = {"\\": "\\\\", "\n": "\\n", ",": "\\,", ";": "\\;"}
_TO_ESCAPE = re.compile(r"[\\\n,;]")
_NOT_PRINTED = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_E164 = re.compile(r"\+[0-9]{3,15}")
ByLanguage = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where to write to."""

    street: str | None = None
    city: str | None = None
    region: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a card says. Texts by language are one property in several languages."""

    kind: Literal["individual", "org"]
    id: str
    names: ByLanguage
    parts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Language → family and given name."""
    organisations: Sequence[ByLanguage] = ()
    titles: Sequence[ByLanguage] = ()
    emails: Sequence[str] = ()
    phones: Sequence[str] = ()
    languages: Sequence[str] = ()
    wechat: str | None = None
    website: str | None = None
    place: Place | None = None
    tags: Sequence[str] = ()
    updated_at: str | None = None


@dataclass(frozen=True, slots=True)
class Cards:
    """How a resource's records are written as cards. The record has the fields that the caller may see, and chose."""

    of: Callable[[Mapping[str, Any]], Card]
    expand: tuple[str, ...] = ()
    """What is embedded for it, whether asked for or not."""


class CardWriter:
    """One card after the other."""

    def __init__(self, cards: Cards) -> None:
        self._cards = cards

    def begin(self) -> bytes:
        """No head."""
        return b""

    def rows(self, records: Sequence[bytes]) -> bytes:
        """Some records."""
        return b"".join([written(self._cards.of(from_json(record))) for record in records])

    def end(self) -> bytes:
        """Nothing comes after the last card."""
        return b""

    def abandon(self) -> None:
        """Nothing is held."""


def written(card: Card) -> bytes:
    """A card as it is sent."""
    lines = ["BEGIN:VCARD", "VERSION:4.0", *_properties(card), "END:VCARD"]
    return b"".join([_folded(line) for line in lines])


def _properties(card: Card) -> Iterator[str]:
    yield f"KIND:{card.kind}"
    yield f"UID:urn:uuid:{card.id}"
    # A card must have a name, also when the caller chose other fields.
    yield from _by_language("FN", [card.names or {"": card.id}])
    if card.parts:
        parts = {language: ";".join([*map(_escaped, names), "", "", ""]) for language, names in card.parts.items()}
        yield from _by_language("N", [parts], escape=False)
    yield from _by_language("ORG", card.organisations)
    yield from _by_language("TITLE", card.titles)
    for place, email in enumerate(card.emails, 1):
        yield f"EMAIL;PREF={min(place, 100)}:{_escaped(email)}"
    for place, phone in enumerate(card.phones, 1):
        preferred = f"TEL;PREF={min(place, 100)}"
        yield f"{preferred};VALUE=uri:tel:{phone}" if _E164.fullmatch(phone) else f"{preferred}:{_escaped(phone)}"
    for place, language in enumerate(card.languages, 1):
        yield f"LANG;PREF={min(place, 100)}:{language}"
    if card.wechat:
        yield f"SOCIALPROFILE;SERVICE-TYPE=WeChat;VALUE=text:{_escaped(card.wechat)}"
    if card.website:
        yield f"URL:{card.website}"
    if card.place is not None and any((card.place.street, card.place.city, card.place.region, card.place.country)):
        place_ = card.place
        code = f";CC={place_.country}" if place_.country else ""
        parts_ = ["", "", place_.street, place_.city, place_.region, "", place_.country]
        yield f"ADR{code}:{';'.join(_escaped(part or '') for part in parts_)}"
    if card.tags:
        yield f"CATEGORIES:{','.join(map(_escaped, card.tags))}"
    if card.updated_at:
        yield f"REV:{datetime.fromisoformat(card.updated_at).astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _by_language(name: str, values: Sequence[ByLanguage], *, escape: bool = True) -> Iterator[str]:
    """One property for each value; in several languages it is one, told apart from the next by ALTID."""
    for place, texts in enumerate(values, 1):
        for language, text in texts.items():
            parameters = f";ALTID={place}" if len(texts) > 1 else ""
            parameters += f";LANGUAGE={language}" if language else ""
            yield f"{name}{parameters}:{_escaped(text) if escape else text}"


def _escaped(text: str) -> str:
    plain = _NOT_PRINTED.sub(" ", text.replace("\r\n", "\n"))
    return _TO_ESCAPE.sub(lambda found: _ESCAPED[found[0]], plain)


def _folded(line: str) -> bytes:
    """A line of at most 75 bytes, and the rest of it on lines that begin with a blank; no character is cut."""
    content = line.encode()
    pieces: list[bytes] = []
    room = _LONGEST_LINE
    while len(content) > room:
        end = room
        while content[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(content[:end])
        content, room = content[end:], _LONGEST_LINE - 1
    return b"\r\n ".join([*pieces, content]) + b"\r\n"
