"""Ways to reach a person: as they were written, and in the form in which equal ones are equal."""

from collections.abc import Sequence

from pydantic import TypeAdapter, ValidationError

from services.contracts.base import Email, PhoneInput
from services.contracts.members.person import Channel, ChannelInput
from services.kit.errors import Contradiction
from services.kit.phones import normalised as normalised_phone

_EMAIL: TypeAdapter[str] = TypeAdapter(Email)
_PHONES = ("phone", "whatsapp")
_LONGEST_PHONE = 60


def kept(given: Sequence[ChannelInput], country: str | None, pointer: str) -> list[Channel]:
    """The channels as they are stored; `country` is the hint for phones without a prefix."""
    found = []
    for place, one in enumerate(given):
        if one.valid_from is not None and one.valid_to is not None and one.valid_to < one.valid_from:
            raise Contradiction.value(
                f"{pointer}/{place}/valid_to", "before_start", "The last day must not come before the first."
            )
        found.append(Channel(**one.model_dump(), normalised=_normalised(one.kind, one.value, country)))
    return found


def _normalised(kind: str, value: str, country: str | None) -> str | None:
    """E.164, an e-mail address in small letters, a WeChat id; None for what is none of its kind."""
    if kind in _PHONES:
        phone = normalised_phone(PhoneInput.model_construct(number=value[:_LONGEST_PHONE]), country)
        return phone.number if phone.valid else None
    if kind == "email":
        try:
            return _EMAIL.validate_python(value).lower()
        except ValidationError:
            return None
    return None
