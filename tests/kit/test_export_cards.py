"""Cards: vCard 4.0 as address books read it (RFC 6350)."""

from typing import Any

import pytest

from services.kit.export.cards import Card, Cards, CardWriter, Place, written


def card(**given: Any) -> Card:
    given = {
        "kind": "individual",
        "id": "01976b1e-7c3a-7000-8000-000000000001",
        "names": {"en": "Lin Xiaoshan"},
        **given,
    }
    return Card(**given)


def lines(one: Card) -> list[str]:
    """The lines of a card, unfolded."""
    content = written(one)
    assert content.endswith(b"\r\n")
    return content.decode().replace("\r\n ", "").split("\r\n")[:-1]


def test_has_what_every_card_must_have() -> None:
    assert lines(card()) == [
        "BEGIN:VCARD",
        "VERSION:4.0",
        "KIND:individual",
        "UID:urn:uuid:01976b1e-7c3a-7000-8000-000000000001",
        "FN;LANGUAGE=en:Lin Xiaoshan",
        "END:VCARD",
    ]


def test_a_card_without_a_name_is_named_by_its_id() -> None:
    assert f"FN:{card().id}" in lines(card(names={}))


def test_one_name_in_two_languages_is_one_name() -> None:
    found = lines(
        card(names={"zh": "林晓山", "en": "Lin Xiaoshan"}, parts={"zh": ("林", "晓山"), "en": ("Lin", "Xiaoshan")})
    )
    assert {"FN;ALTID=1;LANGUAGE=zh:林晓山", "FN;ALTID=1;LANGUAGE=en:Lin Xiaoshan"} <= set(found)
    assert {"N;ALTID=1;LANGUAGE=zh:林;晓山;;;", "N;ALTID=1;LANGUAGE=en:Lin;Xiaoshan;;;"} <= set(found)


def test_two_organisations_are_two() -> None:
    found = lines(card(organisations=[{"zh": "甲", "en": "A"}, {"en": "B"}], titles=[{"en": "Chair"}]))
    assert {"ORG;ALTID=1;LANGUAGE=zh:甲", "ORG;ALTID=1;LANGUAGE=en:A", "ORG;LANGUAGE=en:B"} <= set(found)
    assert "TITLE;LANGUAGE=en:Chair" in found


def test_says_how_to_reach_them_the_best_way_first() -> None:
    found = lines(
        card(
            emails=["a@example.org", "b@example.org"],
            phones=["+8685185550123", "ext. 5, ask"],
            languages=["zh", "pt-BR"],
            wechat="lin_xiaoshan",
            website="https://example.org/a,b;c",
            place=Place(street="1 Main St; rear", city="Guiyang", country="CN"),
            tags=["speaker", "a;b"],
            updated_at="2026-11-21T21:04:36.5+08:00",
        )
    )
    assert found[5:-1] == [
        "EMAIL;PREF=1:a@example.org",
        "EMAIL;PREF=2:b@example.org",
        "TEL;PREF=1;VALUE=uri:tel:+8685185550123",
        "TEL;PREF=2:ext. 5\\, ask",
        "LANG;PREF=1:zh",
        "LANG;PREF=2:pt-BR",
        "SOCIALPROFILE;SERVICE-TYPE=WeChat;VALUE=text:lin_xiaoshan",
        "URL:https://example.org/a,b;c",
        "ADR;CC=CN:;;1 Main St\\; rear;Guiyang;;;CN",
        "CATEGORIES:speaker,a\\;b",
        "REV:20261121T130436Z",
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a\\b", "a\\\\b"),
        ("a,b;c", "a\\,b\\;c"),
        ("one\r\ntwo\nthree", "one\\ntwo\\nthree"),
        ("END:VCARD\r\nBEGIN:VCARD", "END:VCARD\\nBEGIN:VCARD"),
        ("a\rTEL:1", "a TEL:1"),
        ("a\x00\x1fb", "a  b"),
    ],
)
def test_no_text_breaks_out_of_its_property(name: str, expected: str) -> None:
    assert f"FN;LANGUAGE=en:{expected}" in lines(card(names={"en": name}))


@pytest.mark.parametrize("letter", ["x", "é", "山", "\U0001f3d4"])
@pytest.mark.parametrize("length", [1, 40, 55, 56, 57, 58, 59, 60, 200])
def test_long_lines_are_folded_between_letters(letter: str, length: int) -> None:
    content = written(card(names={"en": letter * length}))
    for line in content.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()  # no letter is cut in two
    assert f"FN;LANGUAGE=en:{letter * length}" in lines(card(names={"en": letter * length}))


def test_writes_one_card_after_the_other() -> None:
    writer = CardWriter(Cards(lambda record: card(names={"en": record["id"]})))
    content = writer.begin() + writer.rows([b'{"id":"1"}', b'{"id":"2"}']) + writer.end()
    assert content.count(b"BEGIN:VCARD\r\n") == content.count(b"END:VCARD\r\n") == 2
