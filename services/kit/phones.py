"""Phone numbers: valid ones in E.164, all others kept as they were written and marked."""

from functools import lru_cache

import phonenumbers

from services.contracts.base import Phone, PhoneInput


def normalised(given: PhoneInput, country: str | None = None) -> Phone:
    """The number in E.164 when it is a valid one, with the number's own country or `country` as a hint."""
    number = e164(given.number, given.country or country)
    return Phone(number=number or given.number, written=given.number, valid=number is not None)


@lru_cache(maxsize=1_000)  # a number is often asked about twice: when it is checked and when it is stored
def e164(number: str, country: str | None) -> str | None:
    """The number in E.164; None where no phone of that number can exist."""
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
