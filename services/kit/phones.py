"""Phone numbers: valid ones in E.164, all others kept as they were written and marked."""

import phonenumbers

from services.contracts.base import Phone, PhoneInput


def normalised(given: PhoneInput, country: str | None = None) -> Phone:
    """The number in E.164 when it is a valid one, with the number's own country or `country` as a hint."""
    try:
        parsed = phonenumbers.parse(given.number, given.country or country)
    except phonenumbers.NumberParseException:
        return Phone(number=given.number, written=given.number, valid=False)
    if not phonenumbers.is_valid_number(parsed):
        return Phone(number=given.number, written=given.number, valid=False)
    number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return Phone(number=number, written=given.number, valid=True)
