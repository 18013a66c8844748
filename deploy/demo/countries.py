"""Country names as sources write them, to ISO 3166-1 alpha-2 codes and to names in Chinese and English."""

from dataclasses import dataclass
from typing import Literal

from babel import Locale

from services.kit.countries import country_of, why_unnamed


@dataclass(frozen=True, slots=True)
class Reading:
    """What a written country name was taken for: a code, or the reason there is none."""

    written: str
    code: str | None
    unmapped: Literal["historic", "unknown"] | None = None


def read_country(written: str) -> Reading:
    """Find the code of a country named in English, Chinese or French, or say why there is none.

    The demo's office takes labels that are left to the office by the codes that ISO 3166 has for them.
    """
    if code := country_of(written, disputed=True):
        return Reading(written, code)
    return Reading(written, None, "historic" if why_unnamed(written) == "historic" else "unknown")


def country_names(code: str) -> dict[str, str]:
    """The country's name in Chinese and English, as CLDR has them."""
    return {language: Locale.parse(language).territories[code] for language in ("zh", "en")}
