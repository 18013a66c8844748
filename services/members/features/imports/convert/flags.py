"""Yes and no, as cells say it."""

from collections.abc import Sequence

from services.kit.search import fold
from services.members.features.imports.convert.texts import clean, is_nothing, plain

_MOST = 0.6
_YES = "yes; y; true; t; 1; on; 是; 对; 真; √; ✓; ✔; ☑; oui; vrai; primary; main; 主要; 主职"
_NO = "no; n; false; f; 0; off; 否; 不是; 非; 假; ✗; ✘; ☐; non; faux; secondary; 次要; 兼职; 兼任"


def _key(text: str) -> str:
    return fold(text) if text.isalpha() else text.casefold()


_FLAGS = {
    **dict.fromkeys(map(_key, _YES.split("; ")), True),
    **dict.fromkeys(map(_key, _NO.split("; ")), False),
}


def flag_of(text: str) -> bool | None:
    """Whether a cell says yes; None for one that says neither. A cross (x, ×) is a tick to some and none to others."""
    return _FLAGS.get(_key(plain(text)))


def says_flags(samples: Sequence[str]) -> bool:
    """Whether most of a column's cells say yes or no."""
    said = [text for sample in samples if not is_nothing(text := clean(sample))]
    return bool(said) and sum(flag_of(text) is not None for text in said) >= _MOST * len(said)
