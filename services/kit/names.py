"""Names by language: which to show first, and how they sort."""

from collections.abc import Mapping

from services.kit.search import fold

_PREFERRED = ("en", "zh", "zh-Hant")
_LONGEST = 120


def display_name(names: Mapping[str, str], *languages: str) -> str:
    """The name in the first of the languages that has one; English, then Chinese, then any."""
    for language in (*languages, *_PREFERRED):
        if language in names:
            return names[language]
    return next(iter(names.values()))


def sort_name(names: Mapping[str, str]) -> str:
    """A key that puts names in the order of the Latin alphabet, Chinese ones by their pinyin."""
    from pypinyin import lazy_pinyin  # its dictionaries cost a quarter second, which most processes need not pay

    return fold(" ".join(lazy_pinyin(display_name(names)[:_LONGEST])))[:_LONGEST]
