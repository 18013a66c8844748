"""Finding words in longer texts: a plain substring search over the folded text, for tables of notes and the like.

Every list of such texts is narrowed by what they are about, so reading through them costs little; names, of which there
are many more, have keys of their own (`Searchable`).
"""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints
from sqlalchemy import ARRAY, Text, all_

from services.kit.filters import Column, Filter
from services.kit.search.folding import LONGEST_NAME, fold

_PIECE = LONGEST_NAME // 2
"""Characters folded at once; folding may make them more."""


def folded_prose(text: str) -> str:
    """A text of any length as it is searched: see `fold`."""
    folded: list[str] = []
    rest = text
    while rest:
        cut = len(rest) if len(rest) <= _PIECE else rest.rfind(" ", 1, _PIECE) + 1 or _PIECE
        folded.append(fold(rest[:cut]) + (" " if rest[cut - 1].isspace() else ""))
        rest = rest[cut:]
    return "".join(folded)


def _patterns(q: str) -> list[str]:
    # Folded words hold neither % nor _. A query of signs alone finds nothing that has words.
    return [f"%{word}%" for word in fold(q).split()] or [""]


_Words = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\u0000]*$"), AfterValidator(_patterns)
]


def has_words(column: Column) -> Filter:
    """`q=`: each word stands somewhere in the folded text."""
    return Filter(
        _Words,
        lambda value: column.like(all_(value)),
        ARRAY(Text()),
        "Each of these words is in the text; simplified and traditional Chinese, accents and capitals are the same.",
    )
