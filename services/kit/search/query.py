"""What a search asks PostgreSQL: one `tsquery` for each degree of match."""

from dataclasses import dataclass

from services.kit.search import found_by
from services.kit.search.folding import cleaned, is_han, is_unspaced, runs, simplified, with_digraphs, written
from services.kit.search.found_by import MAX_WORDS
from services.kit.search.lexemes import (
    INITIALS,
    INNER,
    LONGEST_INITIALS,
    LONGEST_INNER,
    LONGEST_WHOLE,
    NO_HAN,
    NOTHING,
    WHOLE,
    all_of,
    any_of,
    beginning,
    but_not,
    exact,
    joined,
    quoted,
    whole,
)
from services.kit.search.readings import combinations, syllables

RANKED = ("exact", "same", "beginning", "partial", "initials", "first_initials", "besides", "partly_besides")
"""The degrees of match, best first."""

_LONGEST_READ_NAME = 8


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """The text of a `tsquery` for each degree of match, safe to cast. What one finds, the next ones do not."""

    exact: str
    """A name as written, apart from case, width and spacing."""
    same: str
    """A name in the other script, without its accents, in the other order or run together."""
    beginning: str
    """A name that begins so."""
    partial: str
    """Each word begins a word of a name, or is inside a Chinese one."""
    initials: str
    """The initials of a name, all of them."""
    first_initials: str
    """A name whose initials begin so."""
    besides: str
    """Not a name: an id, host or phone number that is this."""
    partly_besides: str
    """An id or number that begins or ends so, or each word in a name or a place."""
    match: str
    """All that the above find."""


def search_query(q: str) -> SearchQuery:
    """What finds the names that `q` may mean.

    Any text is safe and the work is bounded. Text without a letter or digit finds only a name written exactly so.
    """
    name = written(q)
    exactly = quoted(exact(name)) if name else NOTHING
    spellings = [words for words in map(runs, _spellings(name)) if words]
    if not spellings:
        nothing = dict.fromkeys(RANKED[1:], NOTHING)
        return SearchQuery(exact=exactly, **nothing, match=exactly)
    same = any_of([*map(_same, spellings), _sounding_the_same(spellings[0])])
    # These find what the two before find as well: a name begins with itself.
    begins = any_of([*map(_beginning, spellings), _sounding_the_same(spellings[0])])
    partial = any_of(map(_partial, spellings))
    letters = _letters(spellings[0])
    initials = quoted(INITIALS + letters) if letters else NOTHING
    first_initials = beginning(INITIALS + letters) if letters else NOTHING
    better = any_of([begins, partial])
    by_name = any_of([better, first_initials])
    besides = found_by.exactly(q)
    partly_besides = any_of([besides, found_by.partly(q, spellings[0])])
    return SearchQuery(
        exact=exactly,
        same=but_not(same, exactly),
        beginning=but_not(begins, same),
        partial=but_not(partial, begins),
        initials=but_not(initials, better),
        first_initials=but_not(first_initials, any_of([better, initials])),
        besides=but_not(besides, by_name),
        partly_besides=but_not(partly_besides, any_of([by_name, besides])),
        match=any_of([by_name, partly_besides]),
    )


def _spellings(name: str) -> list[str]:
    """The query, and what it is with umlauts, or with the ü of pinyin, spelled otherwise."""
    plain = cleaned(name)
    return list(dict.fromkeys((plain, cleaned(with_digraphs(name)), plain.replace("lyu", "lu").replace("nyu", "nu"))))


def _same(words: list[str]) -> str:
    return quoted(whole(joined(map(simplified, words))))


def _sounding_the_same(words: list[str]) -> str:
    """Rows that have the Chinese name in Latin letters only. Others are not meant: their characters differ."""
    run = "".join(words)
    if not is_han(run) or not 2 <= len(run) <= _LONGEST_READ_NAME:
        return NOTHING
    readings = [whole(joined(reading)) for reading in combinations(syllables(run))]
    return all_of([any_of(map(quoted, readings)), quoted(NO_HAN)])


def _beginning(words: list[str]) -> str:
    return beginning(WHOLE + joined(map(simplified, words))[:LONGEST_WHOLE])


def _partial(words: list[str]) -> str:
    # A single letter begins some word of a third of all names: alone it is of no use, beside words one is enough.
    telling = [word for word in words if not _is_letter(word)]
    if not telling:
        return NOTHING
    telling += [word for word in words if _is_letter(word)][:1]
    stems = dict.fromkeys(joined([simplified(word)])[:LONGEST_INNER] for word in telling)
    if len(words) == 1:
        return any_of(beginning(INNER + stem) for stem in stems)
    most_telling = sorted(stems, key=len, reverse=True)[:MAX_WORDS]
    return all_of(any_of([beginning(WHOLE + stem), beginning(INNER + stem)]) for stem in most_telling)


def _letters(words: list[str]) -> str:
    """The query as initials: one word, or single letters (h. y. f.)."""
    if len(words) > 1 and not all(map(_is_letter, words)):
        return ""
    letters = "".join(words)
    return letters if 2 <= len(letters) <= LONGEST_INITIALS and not is_unspaced(letters) else ""


def _is_letter(word: str) -> bool:
    return len(word) == 1 and not is_unspaced(word)
