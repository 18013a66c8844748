"""Names that stand in one cell: parted by script, and without the noise of dictionaries."""

import re
from functools import cache

from services.kit.search.folding import simplified, simplified_in_context

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_LATIN = "A-Za-z\u00c0-\u024f\u1e00-\u1eff"
_OTHER_SCRIPTS = (
    ("ja", "\u3041-\u30ff"),
    ("ko", "\uac00-\ud7a3"),
    ("ru", "\u0400-\u04ff"),
    ("el", "\u0370-\u03ff"),
    ("ar", "\u0600-\u06ff"),
    ("he", "\u0590-\u05ff"),
    ("th", "\u0e00-\u0e7f"),
    ("hi", "\u0900-\u097f"),
)
_READING = re.compile(rf"([{_HAN}])[(（]\s*([a-züāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ]{{1,7}}[1-5]?)\s*[)）]", re.IGNORECASE)
_HAN_THEN_LATIN = re.compile(
    rf"^(?P<han>(?=[^{_LATIN}]*[{_HAN}])[^{_LATIN}]+?)[\s/|,，;；:：\n-]*(?P<open>[(（\[【])?\s*"
    rf"(?P<latin>[{_LATIN}][^{_HAN}]+?)\s*(?(open)[)）\]】])$"
)
_LATIN_THEN_HAN = re.compile(
    rf"^(?P<latin>[{_LATIN}][^{_HAN}]*?)[\s/|,，;；:：\n-]*(?P<open>[(（\[【])?\s*"
    rf"(?P<han>[{_HAN}][^{_LATIN}]*?)\s*(?(open)[)）\]】])$"
)


def without_readings(text: str) -> tuple[str, list[str]]:
    """A text without pinyin that stands behind its character, as in 鄉(xiāng), and what was taken out."""
    taken: list[str] = []

    def drop(match: "re.Match[str]") -> str:
        if _plain(match[2]) in _readings(match[1]):
            taken.append(match[0])
            return match[1]
        return match[0]

    return (_READING.sub(drop, text), taken) if "(" in text or "（" in text else (text, taken)


def by_script(text: str) -> dict[str, str]:
    """A name by language, going by its letters: Chinese and Latin in one cell are two names."""
    match = _HAN_THEN_LATIN.match(text) or _LATIN_THEN_HAN.match(text)
    if match is not None and len(re.findall(f"[{_LATIN}]", match["latin"])) > 1:
        return {_chinese(match["han"]): match["han"].strip(), "en": match["latin"].strip(" -/|,;:")}
    return {language_of(text): text}


def language_of(text: str) -> str:
    """The language a text is filed under, going by its letters."""
    for language, letters in _OTHER_SCRIPTS:
        if re.search(f"[{letters}]", text):
            return language
    return _chinese(text) if re.search(f"[{_HAN}]", text) else "en"


def _chinese(text: str) -> str:
    """`zh-Hant` where a character is traditional only."""
    return "zh-Hant" if simplified_in_context(text) != text and simplified(text) != text else "zh"


@cache
def _readings(character: str) -> frozenset[str]:
    from pypinyin import Style, pinyin

    found = pinyin(character, style=Style.NORMAL, heteronym=True, v_to_u=True)
    return frozenset(_plain(reading) for readings in found for reading in readings)


_TONES = str.maketrans("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿ", "aaaaeeeeiiiioooouuuuvvvvvnnnm")


def _plain(reading: str) -> str:
    return re.sub(r"\d", "", reading.lower().translate(_TONES)).replace("u:", "v")
