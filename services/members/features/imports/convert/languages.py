"""Languages as people call them, to BCP 47."""

import re
from functools import cache

from babel import Locale

from services.kit.search import fold
from services.members.features.imports.convert.texts import plain

_ALSO = {
    "zh": ("mandarin", "普通话", "国语", "汉语", "中"),
    "yue": ("cantonese", "粤语"),
    "en": ("英",),
    "fr": ("法",),
    "ja": ("日",),
    "ko": ("韩",),
    "de": ("德",),
    "ru": ("俄",),
    "es": ("西",),
}


def language_code(label: str) -> str | None:
    """The code of a language; None for what is none."""
    if re.fullmatch(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?", plain(label)):
        return plain(label)
    return _codes().get(fold(label))


@cache
def _codes() -> dict[str, str]:
    codes = {fold(name): code for code, names in _ALSO.items() for name in names}
    for language in ("en", "zh"):
        for code, name in Locale.parse(language).languages.items():
            if re.fullmatch(r"[a-z]{2,3}", code):
                codes.setdefault(fold(name), code)
    return codes
