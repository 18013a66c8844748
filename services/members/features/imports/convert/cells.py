"""One cell, as the field its column becomes."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from services.kit.clock import office_today
from services.kit.countries import country_of, folded, why_unnamed
from services.members.features.imports.convert import contacts
from services.members.features.imports.convert.dates import read_date
from services.members.features.imports.convert.flags import flag_of
from services.members.features.imports.convert.found import Column, Context, Found, tell
from services.members.features.imports.convert.kinds import kind_of
from services.members.features.imports.convert.languages import language_code
from services.members.features.imports.convert.names import by_script, language_of, without_readings
from services.members.features.imports.convert.texts import one_line, plain, several

_IDENTIFIER = re.compile(r"^[!-~]{1,100}$")
_SCHEME_AND_VALUE = re.compile(r"^([a-z][a-z0-9-]{0,29})\s*[:：]\s*([!-~]{1,100})$")
_TAG = re.compile(r"[\s,]+")
_LEFT_TO_OFFICE = "{label} is left to the office: POST /v1/country-labels says what it stands for."


def take(found: Found, column: Column, text: str, context: Context) -> None:
    """Read a cell that says something into what is found of its row."""
    _READ[column.field.kind](found, column, text, context)


def _id(found: Found, column: Column, text: str, _: Context) -> None:
    try:
        found.id = UUID(plain(text))
    except ValueError:
        tell(found, column, "no_id", "This is no id of a record.", text)
        found.told.rejected = True


def _without_noise(found: Found, column: Column, text: str) -> str:
    left, taken = without_readings(one_line(text))
    if taken:
        tell(found, column, "reading_removed", f"Pinyin behind its character was left out: {' '.join(taken)}.", text)
    return left


def _names(found: Found, column: Column, text: str, _: Context) -> None:
    text = _without_noise(found, column, text)
    names = found.body.setdefault(column.name.partition(".")[0], {})
    for language, name in by_script(text).items():
        names.setdefault(language, name)


def _name(found: Found, column: Column, text: str, _: Context) -> None:
    text = _without_noise(found, column, text)
    found.body.setdefault(column.name.partition(".")[0], {})[column.by] = text


def _text(found: Found, column: Column, text: str, _: Context) -> None:
    before = found.body.get(column.name)
    found.body[column.name] = one_line(text) if before is None else f"{before}, {one_line(text)}"


def _prose(found: Found, column: Column, text: str, _: Context) -> None:
    found.body[column.name] = text


def _texts(found: Found, column: Column, text: str, _: Context) -> None:
    head = column.name.partition(".")[0]
    found.body.setdefault(head, {})[column.by or language_of(text)] = text


def _kind(found: Found, column: Column, text: str, context: Context) -> None:
    kind = kind_of(context.resource, text)
    if kind is None:
        tell(found, column, "unknown_kind", "No kind is called so.", text)
    else:
        found.body["kind"] = kind


def _put(found: Found, column: Column, value: Any) -> None:
    """Keep a value where its field is: `passport.country` within the passport."""
    head, dot, tail = column.name.partition(".")
    if dot:
        found.body.setdefault(head, {})[tail] = value
    else:
        found.body[head] = value


def _country(found: Found, column: Column, text: str, context: Context) -> None:
    label = one_line(text)
    key = folded(label)
    if key in context.labels:
        code = context.labels[key]
        if code is not None:
            _put(found, column, code)
        return
    code = country_of(label)
    if code is not None:
        _put(found, column, code)
        return
    why = why_unnamed(label)
    if why == "unknown":
        tell(found, column, "unknown_country", "No country is called so.", text)
    else:
        tell(found, column, f"{why}_country", _LEFT_TO_OFFICE.format(label=label), text)


def _subdivision(found: Found, column: Column, text: str, _: Context) -> None:
    code = plain(text).upper()
    if re.fullmatch(r"[A-Z]{2}-[A-Z0-9]{1,3}", code):
        found.body["subdivision"] = code
    else:
        tell(found, column, "no_subdivision", "This is no code of ISO 3166-2, such as CN-GZ.", text)


def _identifiers(found: Found, column: Column, text: str, _: Context) -> None:
    for part in several(text):
        if match := _SCHEME_AND_VALUE.match(plain(part)):
            _identify(found, match[1], match[2])
        else:
            tell(found, column, "no_identifier", "Write scheme:value, such as wikidata:Q1234567.", part)


def _identifier(found: Found, column: Column, text: str, _: Context) -> None:
    value = plain(text).replace(" ", "")
    if _IDENTIFIER.match(value) and re.fullmatch(r"[a-z][a-z0-9-]{0,29}", column.by):
        _identify(found, column.by, value)
    else:
        tell(found, column, "no_identifier", "An id has up to 100 letters, digits and signs of ASCII.", text)
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
            tell(found, column, "tag_too_long", "A tag has at most 50 characters.", part)
        elif tag and tag not in tags:
            tags.append(tag)


def _languages(found: Found, column: Column, text: str, _: Context) -> None:
    languages = found.body.setdefault("languages", [])
    for part in several(text, commas=True):
        code = language_code(part)
        if code is None:
            tell(found, column, "unknown_language", "No language is called so.", part)
        elif code not in languages:
            languages.append(code)


def _date(found: Found, column: Column, text: str, context: Context) -> None:
    reading = read_date(text, column.order, since_1904=context.since_1904, this_year=office_today().year)
    for told in (reading.problem, *reading.notes):
        if told is not None:
            tell(found, column, *told, text)
    if reading.day is None:
        return
    head, _, tail = column.name.partition(".")
    if head == "affiliation":
        found.affiliation[tail] = reading.day
    else:
        _put(found, column, reading.day)


def _number(found: Found, column: Column, text: str, _: Context) -> None:
    match = re.fullmatch(r"(\d{1,9}|\d{1,3}(?:,\d{3}){1,2})(\.0+)?", plain(text))
    if match:
        found.body[column.name] = int(match[1].replace(",", ""))
    else:
        tell(found, column, "no_number", "This is no whole number.", text)


def _organisation(found: Found, column: Column, text: str, _: Context) -> None:
    found.affiliation.setdefault("organisation", one_line(text))
    found.affiliation.setdefault("column", column.heading)


def _role(found: Found, column: Column, text: str, _: Context) -> None:
    role = found.affiliation.setdefault(column.name.rpartition(".")[2], {})
    for language, title in by_script(one_line(text)).items():
        role.setdefault(language, title)


def _flag(found: Found, column: Column, text: str, _: Context) -> None:
    flag = flag_of(text)
    if flag is None:
        tell(found, column, "no_flag", "Write yes or no.", text)
    else:
        found.affiliation[column.name.rpartition(".")[2]] = flag


def _record(found: Found, column: Column, text: str, _: Context) -> None:
    try:
        found.body[column.name] = UUID(plain(text))
    except ValueError:
        tell(found, column, "no_id", "This is no id of a record.", text)


def _former_names(found: Found, _column: Column, text: str, _: Context) -> None:
    former = found.body.setdefault("former_names", [])
    for part in several(text):
        one = {"names": by_script(one_line(part))}
        if one not in former:
            former.append(one)


def _reason(found: Found, _column: Column, text: str, _: Context) -> None:
    found.body.setdefault("key_member", {}).setdefault("reason", {})[language_of(text)] = text


def _passport(found: Found, column: Column, text: str, _: Context) -> None:
    number = re.sub(r"[\s-]", "", plain(text))
    if re.fullmatch(r"[A-Za-z0-9]{3,20}", number):
        _put(found, column, number)
    else:
        tell(found, column, "no_passport", "This is no number of a passport.", text)


def _name_part(found: Found, column: Column, text: str, _: Context) -> None:
    language, _dash, part = column.by.rpartition("-")
    found.body.setdefault("name_parts", {}).setdefault(language, {})[part] = one_line(text)


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
    "website": contacts.website,
    "emails": contacts.emails,
    "phones": contacts.phones,
    "identifiers": _identifiers,
    "identifier": _identifier,
    "tags": _tags,
    "languages": _languages,
    "date": _date,
    "number": _number,
    "wechat": contacts.wechat,
    "organisation": _organisation,
    "role": _role,
    "custom": _custom,
    "record": _record,
    "flag": _flag,
    "former_names": _former_names,
    "reason": _reason,
    "passport": _passport,
    "channel": contacts.channel,
    "name_part": _name_part,
}
