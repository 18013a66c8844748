"""Country names as people write them, in Chinese, English and codes, to ISO 3166-1 alpha-2.

Labels of states that ended and of territories whose standing is disputed get no code here: what they are taken for is
the office's to say. A code that is written as a code (TW, PSE, 158) is what its sender chose, and stays.
"""

import re
import unicodedata
from functools import cache
from typing import Literal

import pycountry
from babel import Locale

from services.kit.search.folding import simplified

# Names in wide use that neither CLDR nor ISO 3166 lists, each for a state that has a code.
_ALSO_CALLED = {
    "AE": "UAE; Emirates; 阿联酋",
    "BS": "The Bahamas",
    "CD": "DRC; DR Congo; Congo Kinshasa; 刚果民主共和国; 刚果金",
    "CG": "Republic of the Congo; Congo Brazzaville; 刚果共和国; 刚果布",
    "CI": "Ivory Coast; 科特迪瓦",
    "CN": (
        "PRC; P.R. China; PR China; P.R.C.; Mainland China; People's Republic of China; 中华人民共和国; 中国大陆; 大陆"
    ),
    "CV": "Cabo Verde",
    "CZ": "Czech Republic; 捷克共和国",
    "DE": "Federal Republic of Germany; Deutschland",
    "DK": "Kingdom of Denmark",
    "FM": "密克罗尼西亚联邦",
    "GB": "UK; U.K.; Great Britain; England; Scotland; Wales; Northern Ireland; Britain; 英格兰; 苏格兰",
    "GM": "The Gambia",
    "HK": "Hong Kong SAR; HKSAR; 中国香港; 香港特别行政区; 香港; Hong Kong China",
    "IE": "Republic of Ireland",
    "IR": "Persia",
    "KP": "North Korea; DPRK; 朝鲜; 北韩",
    "KR": "South Korea; ROK; Korea; Republic of Korea; 韩国; 南韩; 大韩民国",
    "LA": "Laos; Lao PDR",
    "MK": "Macedonia; FYROM",
    "MM": "Burma",
    "MO": "Macau; Macao; Macau SAR; 中国澳门; 澳门特别行政区; 澳门",
    "NL": "Holland; The Netherlands; Kingdom of the Netherlands",
    "RU": "Russian Federation; 俄国; 俄联邦; 俄罗斯联邦",
    "SZ": "Swaziland",
    "TL": "East Timor",
    "TR": "Turkey",
    "US": "USA; U.S.A.; U.S.; United States of America; America; 美利坚合众国",
    "VA": "Vatican; Vatican City; Holy See",
    "VN": "Viet Nam; Vietnam",
}
_DISPUTED_CODES = ("EH", "FK", "GI", "PS", "TW")
"""Their every name by ISO 3166 and in the languages read here is disputed, besides what follows."""
_DISPUTED = (
    "Taiwan; Taiwan Province; Taiwan Province of China; 台湾省; 中国台湾省; Chinese Taipei; Taiwan, China; "
    "China, Taiwan; Republic of China; R.O.C.; 台湾; 中国台湾; 中华台北; 中华民国; 台湾地区; Palestine; "
    "State of Palestine; Palestinian Territories; 巴勒斯坦; 巴勒斯坦国; Kosovo; 科索沃; Western Sahara; 西撒哈拉; "
    "Sahrawi Arab Democratic Republic; Crimea; 克里米亚; Abkhazia; 阿布哈兹; South Ossetia; 南奥塞梯; "
    "Northern Cyprus; 北塞浦路斯; Somaliland; 索马里兰; Transnistria; Nagorno-Karabakh; Kashmir; 克什米尔; Tibet; "
    "Golan Heights; Falkland Islands; Falklands; Falkland Islands (Islas Malvinas); Malvinas; Islas Malvinas; "
    "福克兰群岛; 马尔维纳斯群岛; Gibraltar; 直布罗陀"
)
_HISTORIC = (
    "Austria-Hungary; Czechoslovakia; East Germany; West Germany; GDR; German Democratic Republic; "
    "Kingdom of Prussia; Prussia; Ottoman Empire; Russian Empire; Soviet Union; USSR; U.S.S.R.; Yugoslavia; "
    "Serbia and Montenegro; Zaire; Siam; Ceylon; Rhodesia; Netherlands Antilles; 南斯拉夫; 捷克斯洛伐克; "
    "民主德国; 东德; 西德; 苏联; 塞尔维亚和黑山; 暹罗; 锡兰; 扎伊尔; 奥匈帝国; 奥斯曼帝国; 沙俄; 荷属安的列斯"
)

_DIGITS = 3

Unnamed = Literal["historic", "disputed", "unknown"]


def folded(name: str) -> str:
    """What spellings of one label share: case, width, accents, punctuation and Chinese script are folded away.

    Words in brackets stay, for they tell the two Congos apart.
    """
    bare = unicodedata.normalize("NFKD", name)
    bare = "".join(letter for letter in bare if not unicodedata.combining(letter)).casefold()
    bare = re.sub(r"\b([a-z])\.", r"\1", bare)
    bare = re.sub(r"[\W_]+", " ", bare.replace("&", " and ")).strip()
    return simplified(bare.removeprefix("the "))


def country_of(label: str, *, disputed: bool = False) -> str | None:
    """The code of a country named in Chinese, English or French, by a code of two or three letters, or by the number
    that ISO 3166 gives it, also without the zeros before it, which spreadsheets drop.

    With `disputed`, territories whose standing is disputed have the code that ISO 3166 gives them.
    """
    key = folded(label)
    if not key or key in _ended() or (key in _contested() and not disputed):
        return None
    return _codes().get(key.zfill(_DIGITS) if key.isdecimal() else key)


def why_unnamed(label: str) -> Unnamed:
    """Why a label that has no code has none."""
    key = folded(label)
    if key in _contested():
        return "disputed"
    return "historic" if key in _ended() else "unknown"


@cache
def _contested() -> frozenset[str]:
    theirs = [country for country in pycountry.countries if country.alpha_2 in _DISPUTED_CODES]
    codes = {folded(one) for country in theirs for one in (country.alpha_2, country.alpha_3, country.numeric)}
    named = {name for name, code in _codes().items() if code in _DISPUTED_CODES}
    return frozenset(named - codes | {folded(name) for name in _DISPUTED.split("; ")})


@cache
def _ended() -> frozenset[str]:
    withdrawn = {folded(country.name) for country in pycountry.historic_countries}
    return frozenset((withdrawn | {folded(name) for name in _HISTORIC.split("; ")}) - _current().keys())


@cache
def _current() -> dict[str, str]:
    also = {folded(name): code for code, names in _ALSO_CALLED.items() for name in names.split("; ")}
    for country in pycountry.countries:
        for kind in ("name", "common_name", "official_name", "alpha_2", "alpha_3", "numeric"):
            if written := getattr(country, kind, None):
                also.setdefault(folded(written), country.alpha_2)
                also.setdefault(folded(_uninverted(written)), country.alpha_2)
    return also


@cache
def _codes() -> dict[str, str]:
    known = {country.alpha_2 for country in pycountry.countries}
    names = dict(_current())
    for language in ("en", "zh", "zh_Hant", "fr"):
        for code, name in Locale.parse(language).territories.items():
            if code in known:
                names.setdefault(folded(name), code)
    return names


def _uninverted(name: str) -> str:
    """ISO's "Iran, Islamic Republic of" as people write it."""
    stem, comma, prefix = name.partition(", ")
    return f"{prefix} {stem}" if comma else name
