"""What two spellings of one name have in common: width, case, accents, punctuation and Chinese script folded away."""

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

LONGEST_NAME = 200
"""Characters of one name, or of one query, that are read; the rest is ignored so that work stays bounded."""

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
# Scripts written without spaces, besides Hangul, whose syllables are searched one by one as well:
# Thai and Lao, Myanmar, Khmer, kana.
_OTHER_UNSPACED = "\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff\uac00-\ud7a3"
_RUN = re.compile(f"[{_HAN}]+|[{_OTHER_UNSPACED}]+|[^ {_HAN}{_OTHER_UNSPACED}]+")
_UNSPACED_CHARACTER = re.compile(f"[{_HAN}{_OTHER_UNSPACED}]")
_HAN_CHARACTER = re.compile(f"[{_HAN}]")
_HAN_ONLY = re.compile(f"[{_HAN}]+")

_LETTERS_WITHOUT_DECOMPOSITION = {
    "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ħ": "h", "ı": "i", "ŋ": "n",
    "ĸ": "k", "ŧ": "t", "ƀ": "b", "ɓ": "b", "ɖ": "d", "ɗ": "d", "ə": "e", "ɛ": "e", "ƒ": "f", "ɠ": "g",
    "ɣ": "g", "ɨ": "i", "ƙ": "k", "ɲ": "n", "ɔ": "o", "ʉ": "u", "ʋ": "v", "ƴ": "y", "ƶ": "z",
}  # fmt: skip
_DIGRAPHS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})

# Marks that a searcher leaves out. Those of Indic and South-East Asian scripts are vowels, and stay.
_SILENT_MARKS = re.compile(
    "[\u02b0-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\U000e0100-\U000e01ef]"
)
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


def written(text: str) -> str:
    """The name as written, without what nobody sees: width, case, spacing, control and format characters.

    Two names with the same value here are the same name exactly. Holds neither NUL nor lone surrogates, which
    PostgreSQL refuses.
    """
    text = _INVISIBLE.sub("", text[:LONGEST_NAME]).replace("\0", " ")
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(text[:LONGEST_NAME].split())


def fold(text: str) -> str:
    """The words of a name in simplified Chinese and unaccented small letters, one space between them.

    Folding again changes nothing. Punctuation and symbols are gone, so the result may be empty.
    """
    return simplified(cleaned(written(text)))


def cleaned(name: str) -> str:
    """As `fold`, from a `written` name, but in the Chinese script it was written in (readings need it)."""
    letters = unicodedata.normalize("NFKD", name).translate(_letters)
    return " ".join(unicodedata.normalize("NFC", letters).split())


def with_digraphs(name: str) -> str:
    """The `written` name with umlauts spelled out, as German and Nordic names are abroad (Müller, Mueller)."""
    return name if name.isascii() else name.translate(_DIGRAPHS)


def runs(name: str) -> list[str]:
    """The words of a cleaned name; Chinese characters, other scripts without spaces and the rest are parted too."""
    return _RUN.findall(name)


def is_unspaced(run: str) -> bool:
    """Whether a run from `runs` is of a script without spaces, where any character may begin a word."""
    return _UNSPACED_CHARACTER.match(run) is not None


def has_han(text: str) -> bool:
    """Whether the text has a Chinese character."""
    return _HAN_CHARACTER.search(text) is not None


def is_han(text: str) -> bool:
    """Whether the text is Chinese characters only."""
    return _HAN_ONLY.fullmatch(text) is not None


def simplified(text: str) -> str:
    """Each Chinese character in its simplified form.

    Character by character, not by phrase: part of a name must fold as the whole does (乾 alone and in 乾隆).
    """
    return text if text.isascii() else text.translate(_simplified_characters)


def simplified_in_context(text: str) -> str:
    """The text in simplified Chinese as a reader would write it, for looking up readings (乾隆 keeps 乾)."""
    return str(_opencc().convert(text))


@cache
def _opencc() -> "OpenCC":
    # Imported and loaded when first needed: a process that never meets Chinese text does not pay for it.
    from opencc import OpenCC

    return OpenCC("t2s")


class _Letters(dict[int, str]):
    """What each decomposed, case-folded character becomes, worked out once a character."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        folded = _folded_letter(character)
        if folded != " ":  # Symbols, and the unassigned, are not kept: they are many and never needed twice.
            self[code] = folded
        return folded


def _folded_letter(character: str) -> str:
    if plain := _LETTERS_WITHOUT_DECOMPOSITION.get(character):
        return plain
    if _SILENT_MARKS.match(character):
        return ""
    decimal = unicodedata.decimal(character, None)
    if decimal is not None:
        return str(decimal)
    return character if unicodedata.category(character)[0] in "LMN" else " "


class _SimplifiedCharacters(dict[int, str]):
    """The simplified form of each Chinese character, worked out once a character."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if _HAN_CHARACTER.match(character):
            # A few characters take two steps (薴, 苧, 苎), and some become one of several; one form is enough.
            while (simpler := simplified_in_context(character)) != character and len(simpler) == 1:
                character = simpler
        self[code] = character
        return character


_letters = _Letters({ord(" "): " "})
_simplified_characters = _SimplifiedCharacters()
