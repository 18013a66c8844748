"""Cells that say how somebody is reached."""

import re

from services.members.features.imports.convert.found import Column, Context, Found, tell
from services.members.features.imports.convert.texts import one_line, plain, several

_EMAIL = re.compile(r"^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-zA-Z0-9-]{1,63}(\.[a-zA-Z0-9-]{1,63})+$")
_IN_BRACKETS = re.compile(r"<([^<>]+@[^<>]+)>")
_PHONE_LABEL = re.compile(
    r"(?:(?i:\b(?:tel|phone|mobile|office|cell|fax)\b\.?)|电话|手机|座机|办公|总机|電話|手機|總機)\s*[:：]?\s*(?=[+(（\d])"
)
_BETWEEN_PHONES = re.compile(r"(?<=\d{7})\s*/\s*(?=[+(（]?\d[\d() （）-]{6})|(?<=\d)\s+/\s*(?=[+(（\d])")


def website(found: Found, column: Column, text: str, _: Context) -> None:
    """A web address."""
    address = plain(text).split()[0] if plain(text) else ""
    if not re.match(r"^https?://", address, re.IGNORECASE):
        address = f"https://{address}" if re.match(r"^[^/\s:]+\.[^/\s]+", address) else ""
    if address:
        scheme, _sep, rest = address.partition("://")
        found.body["website"] = f"{scheme.lower()}://{rest}"
    else:
        tell(found, column, "no_website", "This is no web address.", text)


def emails(found: Found, column: Column, text: str, _: Context) -> None:
    """E-mail addresses."""
    emails = found.body.setdefault("emails", [])
    for part in several(text, commas=True):
        address = plain(part)
        if match := _IN_BRACKETS.search(address):
            address = match[1]
        address = re.sub(r"^mailto:", "", address, flags=re.IGNORECASE).split("?")[0].strip(" .<>\"'")
        if not _EMAIL.match(address):
            tell(found, column, "no_email", "This is no e-mail address.", part)
        elif address.lower() not in (known.lower() for known in emails):
            emails.append(address)


def phones(found: Found, column: Column, text: str, _: Context) -> None:
    """Phone numbers."""
    phones = found.body.setdefault("phones", [])
    for part in numbers(text):
        number = one_line(part)
        if not number or len(number) > 60:
            tell(found, column, "no_phone", "This is no phone number.", part)
            continue
        if number not in (phone["number"] for phone in phones):
            phones.append({"number": number, "_column": column.heading, "_field": column.name})


def numbers(text: str) -> list[str]:
    """The phone numbers in a cell, whatever stands between them."""
    return several(_BETWEEN_PHONES.sub("；", _PHONE_LABEL.sub("；", text)), commas=True)


def wechat(found: Found, column: Column, text: str, _: Context) -> None:
    """A WeChat id."""
    wechat = plain(text)
    if re.fullmatch(r"[A-Za-z0-9_-]{3,40}", wechat):
        found.body["wechat"] = wechat
    else:
        tell(found, column, "no_wechat", "This is no WeChat id.", text)


def channel(found: Found, column: Column, text: str, _: Context) -> None:
    """A way to reach somebody, for a purpose."""
    head = column.name.partition(".")[0]
    purpose, _dash, kind = column.by.partition("-")
    channels = found.body.setdefault(head, [])
    for part in numbers(text) if kind in ("phone", "whatsapp") else several(text):
        value = one_line(re.sub(r"^mailto:", "", part, flags=re.IGNORECASE))
        one = {"kind": kind, "value": value, "purpose": purpose}
        if one not in [{key: known[key] for key in one} for known in channels]:
            channels.append({**one, "_column": column.heading, "_field": column.name})
