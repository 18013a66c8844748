"""One cell, as the field its column becomes."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.kit.clock import office_today
from services.kit.countries import country_of, folded, why_unnamed
from services.members.features.imports.convert.dates import Order, read_date
from services.members.features.imports.convert.kinds import kind_of
from services.members.features.imports.convert.languages import language_code
from services.members.features.imports.convert.names import by_script, language_of, without_readings
from services.members.features.imports.convert.texts import one_line, plain, several
from services.members.features.imports.convert.told import Told
from services.members.features.imports.fields import Field

_EMAIL = re.compile(r"^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-zA-Z0-9-]{1,63}(\.[a-zA-Z0-9-]{1,63})+$")
_IN_BRACKETS = re.compile(r"<([^<>]+@[^<>]+)>")
_IDENTIFIER = re.compile(r"^[!-~]{1,100}$")
_SCHEME_AND_VALUE = re.compile(r"^([a-z][a-z0-9-]{0,29})\s*[:：]\s*([!-~]{1,100})$")
_TAG = re.compile(r"[\s,]+")
_LEFT_TO_OFFICE = "{label} is left to the office: POST /v1/country-labels says what it stands for."


@dataclass(frozen=True, slots=True)
class Column:
    """A column that becomes something."""

    index: int
    heading: str
    name: str
    """The field's name in the mapping: `names.zh`."""
    field: Field
    order: Order | None

    @property
    def by(self) -> str:
        """What stands behind the dot."""
        return self.name.partition(".")[2]


@dataclass(slots=True)
class Context:
    """What cells are read with."""

    resource: str
    labels: Mapping[str, str | None] = field(default_factory=dict)
    """The office's country labels, by their folded form."""
    country: str | None = None
    """The hint for phones where the row names none."""
    since_1904: bool = False


@dataclass(slots=True)
class Found:
    """What the cells of a row said."""

    number: int
    told: Told
    body: dict[str, Any] = field(default_factory=dict)
    id: UUID | None = None
    affiliation: dict[str, Any] = field(default_factory=dict)
    """Organisation, role and dates, for persons."""


def take(found: Found, column: Column, text: str, context: Context) -> None:
    """Read a cell that says something into what is found of its row."""
    _READ[column.field.kind](found, column, text, context)


def _tell(found: Found, column: Column, code: str, detail: str, value: str) -> None:
    found.told.say(code, detail, column=column.heading, field=column.name, value=value)


def _id(found: Found, column: Column, text: str, _: Context) -> None:
    try:
        found.id = UUID(plain(text))
    except ValueError:
        _tell(found, column, "no_id", "This is no id of a record.", text)
        found.told.rejected = True


def _names(found: Found, column: Column, text: str, _: Context) -> None:
    text, taken = without_readings(one_line(text))
    if taken:
        _tell(found, column, "reading_removed", f"Pinyin behind its character was left out: {' '.join(taken)}.", text)
    names = found.body.setdefault(column.name.partition(".")[0], {})
    for language, name in by_script(text).items():
        names.setdefault(language, name)


def _name(found: Found, column: Column, text: str, _: Context) -> None:
    text, taken = without_readings(one_line(text))
    if taken:
        _tell(found, column, "reading_removed", f"Pinyin behind its character was left out: {' '.join(taken)}.", text)
    found.body.setdefault(column.name.partition(".")[0], {})[column.by] = text


def _text(found: Found, column: Column, text: str, _: Context) -> None:
    found.body[column.name] = one_line(text)


def _prose(found: Found, column: Column, text: str, _: Context) -> None:
    found.body[column.name] = text


def _texts(found: Found, column: Column, text: str, _: Context) -> None:
    head = column.name.partition(".")[0]
    found.body.setdefault(head, {})[column.by or language_of(text)] = text


def _kind(found: Found, column: Column, text: str, context: Context) -> None:
    kind = kind_of(context.resource, text)
    if kind is None:
        _tell(found, column, "unknown_kind", "No kind is called so.", text)
    else:
        found.body["kind"] = kind


def _country(found: Found, column: Column, text: str, context: Context) -> None:
    label = one_line(text)
    key = folded(label)
    if key in context.labels:
        code = context.labels[key]
        if code is not None:
            found.body[column.name] = code
        return
    code = country_of(label)
    if code is not None:
        found.body[column.name] = code
        return
    why = why_unnamed(label)
    if why == "unknown":
        _tell(found, column, "unknown_country", "No country is called so.", text)
    else:
        _tell(found, column, f"{why}_country", _LEFT_TO_OFFICE.format(label=label), text)


def _subdivision(found: Found, column: Column, text: str, _: Context) -> None:
    code = plain(text).upper()
    if re.fullmatch(r"[A-Z]{2}-[A-Z0-9]{1,3}", code):
        found.body["subdivision"] = code
    else:
        _tell(found, column, "no_subdivision", "This is no code of ISO 3166-2, such as CN-GZ.", text)


def _website(found: Found, column: Column, text: str, _: Context) -> None:
    address = plain(text).split()[0] if plain(text) else ""
    if not re.match(r"^https?://", address, re.IGNORECASE):
        address = f"https://{address}" if re.match(r"^[^/\s:]+\.[^/\s]+", address) else ""
    if address:
        scheme, _sep, rest = address.partition("://")
        found.body["website"] = f"{scheme.lower()}://{rest}"
    else:
        _tell(found, column, "no_website", "This is no web address.", text)


def _emails(found: Found, column: Column, text: str, _: Context) -> None:
    emails = found.body.setdefault("emails", [])
    for part in several(text, commas=True):
        address = plain(part)
        if match := _IN_BRACKETS.search(address):
            address = match[1]
        address = re.sub(r"^mailto:", "", address, flags=re.IGNORECASE).split("?")[0].strip(" .<>\"'")
        if not _EMAIL.match(address):
            _tell(found, column, "no_email", "This is no e-mail address.", part)
        elif address.lower() not in (known.lower() for known in emails):
            emails.append(address)


def _phones(found: Found, column: Column, text: str, _: Context) -> None:
    phones = found.body.setdefault("phones", [])
    for part in several(text, commas=True):
        number = one_line(re.sub(r"^(tel|phone|mobile|电话|手机)\s*[:：]?\s*", "", part, flags=re.IGNORECASE))
        if not number or len(number) > 60:
            _tell(found, column, "no_phone", "This is no phone number.", part)
            continue
        if number not in (phone["number"] for phone in phones):
            phones.append({"number": number, "_column": column.heading, "_field": column.name})


def _identifiers(found: Found, column: Column, text: str, _: Context) -> None:
    for part in several(text):
        if match := _SCHEME_AND_VALUE.match(plain(part)):
            _identify(found, match[1], match[2])
        else:
            _tell(found, column, "no_identifier", "Write scheme:value, such as wikidata:Q1234567.", part)


def _identifier(found: Found, column: Column, text: str, _: Context) -> None:
    value = plain(text).replace(" ", "")
    if _IDENTIFIER.match(value) and re.fullmatch(r"[a-z][a-z0-9-]{0,29}", column.by):
        _identify(found, column.by, value)
    else:
        _tell(found, column, "no_identifier", "An id has up to 100 letters, digits and signs of ASCII.", text)
        found.told.rejected = True


def _identify(found: Found, scheme: str, value: str) -> None:
    one = {"scheme": scheme, "value": value}
    held = found.body.setdefault("identifiers", [])
    if one not in held:
        held.append(one)


def _tags(found: Found, column: Column, text: str, _: Context) -> None:
    tags = found.body.setdefault("tags", [])
    for part in several(text, commas=True):
        tag = _TAG.sub(" ", part).strip()
        if len(tag) > 50:
            _tell(found, column, "tag_too_long", "A tag has at most 50 characters.", part)
        elif tag and tag not in tags:
            tags.append(tag)


def _languages(found: Found, column: Column, text: str, _: Context) -> None:
    languages = found.body.setdefault("languages", [])
    for part in several(text, commas=True):
        code = language_code(part)
        if code is None:
            _tell(found, column, "unknown_language", "No language is called so.", part)
        elif code not in languages:
            languages.append(code)


def _date(found: Found, column: Column, text: str, context: Context) -> None:
    reading = read_date(text, column.order, since_1904=context.since_1904, this_year=office_today().year)
    for told in (reading.problem, reading.note):
        if told is not None:
            _tell(found, column, *told, text)
    if reading.day is None:
        return
    head, _, tail = column.name.partition(".")
    if head == "affiliation":
        found.affiliation[tail] = reading.day
    else:
        found.body[column.name] = reading.day


def _number(found: Found, column: Column, text: str, _: Context) -> None:
    match = re.fullmatch(r"(\d{1,9})(\.0+)?", plain(text).replace(",", ""))
    if match:
        found.body[column.name] = int(match[1])
    else:
        _tell(found, column, "no_number", "This is no whole number.", text)


def _wechat(found: Found, column: Column, text: str, _: Context) -> None:
    wechat = plain(text)
    if re.fullmatch(r"[A-Za-z0-9_-]{3,40}", wechat):
        found.body["wechat"] = wechat
    else:
        _tell(found, column, "no_wechat", "This is no WeChat id.", text)


def _organisation(found: Found, column: Column, text: str, _: Context) -> None:
    found.affiliation.setdefault("organisation", one_line(text))
    found.affiliation.setdefault("column", column.heading)


def _role(found: Found, column: Column, text: str, _: Context) -> None:
    role = found.affiliation.setdefault(column.name.rpartition(".")[2], {})
    for language, title in by_script(one_line(text)).items():
        role.setdefault(language, title)


def _custom(found: Found, column: Column, text: str, _: Context) -> None:
    found.body.setdefault("custom", {})[column.by] = text


_READ: dict[str, Callable[[Found, Column, str, Context], None]] = {
    "id": _id,
    "names": _names,
    "name": _name,
    "text": _text,
    "prose": _prose,
    "texts": _texts,
    "kind": _kind,
    "country": _country,
    "subdivision": _subdivision,
    "website": _website,
    "emails": _emails,
    "phones": _phones,
    "identifiers": _identifiers,
    "identifier": _identifier,
    "tags": _tags,
    "languages": _languages,
    "date": _date,
    "number": _number,
    "wechat": _wechat,
    "organisation": _organisation,
    "role": _role,
    "custom": _custom,
}
