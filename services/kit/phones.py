"""Phone numbers: valid ones in E.164, all others kept as they were written and marked."""

import re
from functools import lru_cache

import phonenumbers

from services.contracts.base import Phone, PhoneInput

_EXTENSION = re.compile(r"\s*(?:转|轉|分机|分機|内线|內線)\s*[:：]?\s*(?=\d)")
_REMARK = re.compile(r"[(（][^()（）\d]*[)）]\s*$")
_FROM_ABROAD = re.compile(r"^[(（]?\s*00(?=[1-9])")


def normalised(given: PhoneInput, country: str | None = None) -> Phone:
    """The number in E.164 when it is a valid one, with the number's own country or `country` as a hint."""
    number = e164(given.number, given.country or country)
    return Phone(number=number or given.number, written=given.number, valid=number is not None)


@lru_cache(maxsize=1_000)  # a number is often asked about twice: when it is checked and when it is stored
def e164(number: str, country: str | None) -> str | None:
    """The number in E.164; None where no phone of that number can exist."""
    return _read(number, country) or (_read(plainer, country) if (plainer := _plainer(number)) != number else None)


def _read(number: str, country: str | None) -> str | None:
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def _plainer(number: str) -> str:
    """A number as the library knows them: 转 801 is an extension, 00 before a country's prefix a plus, and what people
    add in brackets is none of it."""
    number = _EXTENSION.sub(" ext. ", number)
    number = _REMARK.sub("", number)
    return _FROM_ABROAD.sub("+", number, count=1)
