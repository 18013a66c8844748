"""Names by language: which to show first, and how they sort."""

from collections.abc import Mapping

from services.kit.search import fold
from services.kit.search.folding import is_unspaced

_PREFERRED = ("en", "zh", "zh-Hant")
_LONGEST = 120


def display_name(names: Mapping[str, str], *languages: str) -> str:
    """The name in the first of the languages that has one; English, then Chinese, then any."""
    for language in (*languages, *_PREFERRED):
        if language in names:
            return names[language]
    return next(iter(names.values()))


def whole_name(family: str | None, given: str | None, *, family_first: bool) -> str:
    """A person's name put together from its parts, as its script writes it: 林晓山, Lin Xiaoshan, 约翰·史密斯."""
    ordered = [part for part in ((family, given) if family_first else (given, family)) if part]
    unspaced = all(is_unspaced(character) for part in ordered for character in part if not character.isspace())
    if not unspaced:
        return " ".join(ordered)
    # Chinese and Japanese set a point between the parts of names that come from elsewhere.
    return ("" if family_first else "·").join(ordered)


def sort_name(names: Mapping[str, str]) -> str:
    """A key that puts names in the order of the Latin alphabet, Chinese ones by their pinyin."""
    name = display_name(names)[:_LONGEST]
    if name.isascii():
        return fold(name)[:_LONGEST]
    from pypinyin import lazy_pinyin  # its dictionaries cost a quarter second, which most processes need not pay

    return fold(" ".join(lazy_pinyin(name)))[:_LONGEST]
