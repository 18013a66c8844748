"""Country names as sources write them, to ISO 3166-1 alpha-2 codes and to names in Chinese and English."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Literal

import pycountry
from babel import Locale

# Names in wide use that neither CLDR nor ISO 3166 lists, each for a state that has a code.
_ALSO_CALLED = {
    "Burma": "MM",
    "Cabo Verde": "CV",
    "Czech Republic": "CZ",
    "East Timor": "TL",
    "Great Britain": "GB",
    "Ivory Coast": "CI",
    "Kingdom of Denmark": "DK",
    "Kingdom of the Netherlands": "NL",
    "Macedonia": "MK",
    "Republic of Ireland": "IE",
    "South Korea": "KR",
    "North Korea": "KP",
    "Palestine": "PS",
    "State of Palestine": "PS",
    "Swaziland": "SZ",
    "The Bahamas": "BS",
    "Republic of the Congo": "CG",
    "The Gambia": "GM",
    "Turkey": "TR",
    "United States of America": "US",
    "Vatican City": "VA",
    "中华人民共和国": "CN",
    "韩国": "KR",
    "朝鲜": "KP",
    "刚果民主共和国": "CD",
    "科特迪瓦": "CI",
}

# Names of ended states as sources write them, beside the withdrawn ISO names that pycountry lists.
_HISTORIC = (
    "Austria-Hungary",
    "Czechoslovakia",
    "East Germany",
    "German Democratic Republic",
    "Kingdom of Prussia",
    "Ottoman Empire",
    "Russian Empire",
    "Soviet Union",
    "Yugoslavia",
    "Zaire",
    "南斯拉夫",
    "捷克斯洛伐克",
    "民主德国",
    "苏联",
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a written country name was taken for: a code, or the reason there is none."""

    written: str
    code: str | None
    unmapped: Literal["historic", "unknown"] | None = None


def _folded(name: str) -> str:
    """Fold case, accents and punctuation; words in brackets stay, for they tell the two Congos apart."""
    bare = unicodedata.normalize("NFKD", name)
    bare = "".join(letter for letter in bare if not unicodedata.combining(letter)).casefold()
    bare = re.sub(r"[\W_]+", " ", bare.replace("&", " and ")).strip()
    return bare.removeprefix("the ")


def _uninverted(name: str) -> str:
    """ISO's "Iran, Islamic Republic of" as people write it."""
    stem, comma, prefix = name.partition(", ")
    return f"{prefix} {stem}" if comma else name


@cache
def _codes() -> dict[str, str]:
    current = {country.alpha_2 for country in pycountry.countries}
    names: dict[str, str] = {}
    for language in ("en", "zh", "zh_Hant", "fr"):
        for code, name in Locale.parse(language).territories.items():
            if code in current:
                names.setdefault(_folded(name), code)
    for country in pycountry.countries:
        for kind in ("name", "common_name", "official_name", "alpha_2", "alpha_3"):
            if written := getattr(country, kind, None):
                names.setdefault(_folded(written), country.alpha_2)
                names.setdefault(_folded(_uninverted(written)), country.alpha_2)
    return names | {_folded(name): code for name, code in _ALSO_CALLED.items()}


@cache
def _historic() -> frozenset[str]:
    withdrawn = {_folded(country.name) for country in pycountry.historic_countries}
    return frozenset((withdrawn | {_folded(name) for name in _HISTORIC}) - _codes().keys())


def read_country(written: str) -> Reading:
    """Find the code of a country named in English, Chinese or French, or say why there is none."""
    folded = _folded(written)
    if code := _codes().get(folded):
        return Reading(written, code)
    return Reading(written, None, "historic" if folded in _historic() else "unknown")


def country_names(code: str) -> dict[str, str]:
    """The country's name in Chinese and English, as CLDR has them."""
    return {language: Locale.parse(language).territories[code] for language in ("zh", "en")}
