"""No text is an error, none costs much, and every name finds itself."""

import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, bindparam, cast, select
from sqlalchemy.dialects.postgresql import TSVECTOR

from services.kit.search import fold, matches, rank, search_document, search_parameters
from services.kit.search.document import MAX_LEXEMES, MAX_NAMES
from services.kit.search.folding import written

NAME_LETTERS = (
    "何亞非贵貴单曾欧阳修乾隆薴ABCabcüÜéßøđłæıİ'’\"\\&|!:*()<> -·.,0９٣Ａ가きタกЙйΐ🏔\u200d\ufe0f\u0301\u3099\0\n"
)
texts = st.one_of(
    st.text(max_size=60),
    st.text(st.characters(codec=None), max_size=20),  # Lone surrogates too, as JSON may bring them.
    st.text(NAME_LETTERS, max_size=40),
)
checked = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

HOSTILE = [
    "\0",
    "a\0b",
    "'",
    "''",
    "\\",
    "\\'",
    "'; DROP TABLE person; --",
    "a & b | !c:* <-> d",
    "):(",
    "':*",
    "%' OR 1=1",
    "\ud800",
    "🏔️👩‍👩‍👧",
    "\u202eeH iefaY",
    "مرحبا بالعالم",
    "שלום",
    "\ufdfa" * 300,
    "a" * 10_000,
    "何" * 10_000,
    "曾" * 10_000,
    "a " * 5_000,
    "\\" * 10_000,
    "'" * 10_000,
    "ü" * 10_000,
    " ".join(map(chr, range(0x4E00, 0x4E00 + 5_000))),
]


def asked(connection: Connection, names: list[str], q: str) -> tuple[bool, int]:
    """Whether PostgreSQL finds the names by `q`, and the rank."""
    document = cast(bindparam("document"), TSVECTOR)
    statement = select(matches(document), rank(document))
    row = connection.execute(statement, {"document": search_document(names), **search_parameters(q)}).one()
    return row[0], row[1]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_takes_any_text_as_a_name_and_as_a_query(connection: Connection, text: str) -> None:
    began = time.process_time()
    found, best = asked(connection, [text], text)
    assert time.process_time() - began < 1
    assert not written(text) or (found, best) == (True, 6)
    asked(connection, ["何亚非", "He Yafei"], text)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_a_text_becomes_is_bounded(text: str) -> None:
    document = search_document([text] * 100 + [f"{n}{text}" for n in range(100)])
    assert document.count("' '") < MAX_LEXEMES
    assert len(document.encode()) < 100_000
    assert sum(len(query.encode()) for query in search_parameters(text).values()) < 40_000


def test_a_row_with_many_long_names_is_found_by_each(connection: Connection) -> None:
    names = [f"曾乐行单{n}查重都长佛传厦门乐山大佛旅游发展有限公司" for n in range(MAX_NAMES)]
    assert all(asked(connection, names, name) == (True, 6) for name in names)


@checked
@given(names=st.lists(texts, min_size=1, max_size=4), data=st.data())
@example(names=["İ"], data=None)
@example(names=["ΐ"], data=None)
@example(names=["薴"], data=None)
def test_a_row_is_found_by_each_of_its_names(
    connection: Connection, names: list[str], data: st.DataObject | None
) -> None:
    name = data.draw(st.sampled_from(names)) if data else names[0]
    assert asked(connection, names, name) == (bool(written(name)), 6)


@checked
@given(name=texts, q=texts)
def test_a_query_that_finds_has_a_rank_and_one_that_does_not_is_no_error(
    connection: Connection, name: str, q: str
) -> None:
    found, best = asked(connection, [name], q)
    if found:
        assert best in range(1, 7)


@checked
@given(texts)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@checked
@given(texts)
def test_a_name_is_found_by_what_it_folds_to(connection: Connection, name: str) -> None:
    folded = fold(name)
    if folded:
        found, best = asked(connection, [name], folded)
        assert found
        assert best >= 4


@checked
@given(st.text("何亚非贵州单曾行山旅游局王李重庆乐山大佛", min_size=1, max_size=14), st.data())
def test_a_chinese_name_is_found_by_any_part_of_it(connection: Connection, name: str, data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(name) - 1))
    end = data.draw(st.integers(begin + 1, len(name)))
    assert asked(connection, [name], name[begin:end])[0]
    assert asked(connection, [f"Bali {name}"], name[begin:end])[0]


@checked
@given(st.data(), st.lists(st.text("abcdefgüéßñøv", min_size=2, max_size=12), min_size=1, max_size=6))
@example(data=None, words=["aab", "aab"])
def test_a_latin_name_is_found_by_beginnings_of_its_words_in_any_order(
    connection: Connection, data: st.DataObject | None, words: list[str]
) -> None:
    stems = [word[:2] for word in words]
    if data:
        stems = data.draw(st.permutations(stems))
    assert asked(connection, [" ".join(words)], " ".join(stems))[0]
    assert asked(connection, [" ".join(words)], "".join(words))[0]
