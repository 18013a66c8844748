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
_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"
_READING = re.compile(
    rf"([{_HAN}]{{1,12}})[(（]\s*([a-zü{_TONED}][a-zü{_TONED}1-5 '’-]{{0,60}})\s*[)）]", re.IGNORECASE
)
_HAS_TONES = re.compile(f"[{_TONED}1-5]", re.IGNORECASE)
_HAN_THEN_LATIN = re.compile(
    rf"^(?P<han>(?=[^{_LATIN}]*[{_HAN}])[^{_LATIN}]+?)[\s/|,，;；:：\n-]*(?P<open>[(（\[【])?\s*"
    rf"(?P<latin>[{_LATIN}][^{_HAN}]+?)\s*(?(open)[)）\]】])$"
)
_LATIN_THEN_HAN = re.compile(
    rf"^(?P<latin>[{_LATIN}][^{_HAN}]*?)[\s/|,，;；:：\n-]*(?P<open>[(（\[【])?\s*"
    rf"(?P<han>[{_HAN}][^{_LATIN}]*?)\s*(?(open)[)）\]】])$"
)


def without_readings(text: str) -> tuple[str, list[str]]:
    """A text without pinyin behind its characters, as in 鄉(xiāng) and 盘水(pánshuǐ), and what was taken out."""
    taken: list[str] = []

    def drop(match: "re.Match[str]") -> str:
        length = _read_so(match[1], match[2])
        if not length:
            return match[0]
        taken.append(match[0][len(match[1]) - length :])
        return match[1]

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


def _read_so(characters: str, reading: str) -> int:
    """How many of the last characters are read so; 0 for none. Several only with tones: without, it may be a name."""
    wanted = re.sub("[^a-z]", "", _plain(reading))
    endings = {wanted}
    for length, character in enumerate(reversed(characters), 1):
        endings = {
            ending[: -len(sound)] for ending in endings for sound in _readings(character) if ending.endswith(sound)
        }
        if "" in endings and (length == 1 or _HAS_TONES.search(reading)):
            return length
    return 0


@cache
def _readings(character: str) -> frozenset[str]:
    from pypinyin import Style, pinyin

    found = pinyin(character, style=Style.NORMAL, heteronym=True, v_to_u=True)
    return frozenset(_plain(reading) for readings in found for reading in readings)


_TONES = str.maketrans("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿ", "aaaaeeeeiiiioooouuuuvvvvvnnnm")


def _plain(reading: str) -> str:
    return re.sub(r"\d", "", reading.lower().translate(_TONES)).replace("u:", "v")
