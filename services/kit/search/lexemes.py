"""What keys are made of. A key is a `tsvector` without positions; the first character of a lexeme says what it is.

PostgreSQL's GIN index does not hold the weights of a `tsvector`, so telling kinds of match apart by weight would read
and check every row that has the word. A mark in the lexeme itself is in the index.
"""

import hashlib
from collections.abc import Iterable, Sequence
from itertools import accumulate

EXACT = "="
"""A name as written."""
WHOLE = "^"
"""A name from its beginning, folded and run together; in another order or reading, if it has one."""
LONG = "~"
"""Fingerprint of a name whose `WHOLE` lexeme is cut off."""
INNER = "."
"""A name from a later word, Chinese character or syllable on."""
INITIALS = "!"
"""First letters of words or syllables."""
ID = "@"
"""An e-mail address, identifier or host; see `found_by`, as for the three that follow."""
NUMBER = "+"
"""A phone number's digits."""
NUMBER_FROM_ITS_END = "/"
"""A phone number's digits, last one first."""
PLACE = "&"
"""A word, character or syllable of a place, and what follows it."""
NO_HAN = "%"
"""The row's names are in other scripts only."""
RULE = "#"
"""The version of the rule that made the key."""
NOTHING = "'-'"
"""A query that finds nothing: no lexeme begins so. (An empty query would make PostgreSQL send a notice.)"""

LONGEST_WHOLE = 40
LONGEST_INNER = 16
LONGEST_INITIALS = 12
LONGEST_ID = 60

_LONGEST_EXACT = 64


def joined(units: Iterable[str]) -> str:
    """Words or syllables run together. A v after l or n is the ü of pinyin keyboards, which accents folded to u."""
    form = "".join(units)
    return form.replace("lv", "lu").replace("nv", "nu") if "v" in form else form


def tails(units: Sequence[str], begins: Iterable[int], longest: int) -> list[str]:
    """The units from each of these on, run together and cut off."""
    text = "".join(units)
    if "v" in text:
        return [joined(units[begin : begin + longest])[:longest] for begin in begins]
    places = [0, *accumulate(map(len, units))]
    return [text[places[begin] : places[begin] + longest] for begin in begins]


def exact(name: str) -> str:
    """The lexeme of a name as written."""
    return EXACT + (name if len(name) <= _LONGEST_EXACT else _fingerprint(name))


def whole(form: str) -> str:
    """The lexeme that only the very same form has."""
    return WHOLE + form if len(form) < LONGEST_WHOLE else LONG + _fingerprint(form)


def quoted(lexeme: str) -> str:
    """The lexeme as it is written in the text of a `tsvector` or `tsquery`."""
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


def all_quoted(lexemes: Iterable[str]) -> str:
    """The text of a `tsvector` of these lexemes."""
    lexemes = list(lexemes)
    text = "' '".join(lexemes)
    if "\\" in text or text.count("'") > 2 * len(lexemes) - 2:
        return " ".join(map(quoted, lexemes))
    return f"'{text}'"


def beginning(lexeme: str) -> str:
    """A query for lexemes that begin so."""
    return quoted(lexeme) + ":*"


def any_of(queries: Iterable[str]) -> str:
    """A query for what one of the queries finds."""
    return _combined(queries, " | ")


def all_of(queries: Iterable[str]) -> str:
    """A query for what all of the queries find."""
    return _combined(queries, " & ")


def but_not(query: str, unwanted: str) -> str:
    """A query for what the first finds and the second does not."""
    return query if NOTHING in (query, unwanted) else f"({query} & !{unwanted})"


def _combined(queries: Iterable[str], operator: str) -> str:
    found = [query for query in dict.fromkeys(queries) if query != NOTHING]
    if len(found) <= 1:
        return found[0] if found else NOTHING
    return "(" + operator.join(found) + ")"


def _fingerprint(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=10).hexdigest()
