"""Reading text: encodings, delimiters, quotes, headers."""

from pathlib import Path
from typing import Any

import pytest

from services.members.files.encoding import detect
from services.members.files.read import open_table
from services.members.files.table import Facts, Options, Row, Unreadable

ZH = "序号,单位名称,国家,电子邮箱\n1,黄山旅游局,中国,a@example.org\n2,贵州省旅游协会,中国,b@example.org\n"
HANT = "編號,單位名稱,國家\n1,臺灣觀光協會,中國\n2,香港旅遊發展局,香港\n"
FR = "Nom,Pays,Ville\nHôtel de la Montagne,Népal,Montréal\nChâteau d'Été,Suisse,Genève\n"
RU = "Название,Страна\nТуристическая ассоциация,Россия\nГостиница Москва,Россия\n"


@pytest.fixture
def read(tmp_path: Path) -> Any:
    def reading(content: bytes | str, name: str = "list.csv", **options: Any) -> tuple[Facts, list[Row]]:
        path = tmp_path / "file"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        table = open_table(path, Options(name=name, **options))
        return table.facts, list(table.rows)

    return reading


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        (ZH, "utf-8", "utf-8"),
        (ZH, "utf-8-sig", "utf-8"),
        (ZH, "utf-16", "utf-16"),
        (ZH, "utf-16-le", "utf-16-le"),
        (ZH, "utf-16-be", "utf-16-be"),
        (ZH, "gb18030", "gb18030"),
        (HANT, "big5", "big5hkscs"),
        (HANT, "gb18030", "gb18030"),
        (FR, "cp1252", "cp1252"),
        (FR, "mac_roman", "mac_roman"),
        (FR, "cp850", "cp850"),
        ("Nazwa;Kraj\nZwiązek Turystyki;Polska\nŁódź Główna;Polska\nŚwięty Krzyż;Polska\n", "cp1250", "cp1250"),
        (RU, "cp1251", "cp1251"),
        (RU, "koi8_r", "koi8_r"),
        (RU, "mac_cyrillic", "mac_cyrillic"),
        ("名前,国\n富士山観光協会,日本\nホテルさくら,日本\n", "cp932", "shift_jis_2004"),
        ("이름,국가\n한국관광공사,대한민국\n서울 호텔,대한민국\n", "cp949", "cp949"),
    ],
)
def test_finds_the_encoding_whose_text_reads_as_language(read: Any, text: str, encoding: str, found: str) -> None:
    facts, rows = read(text.encode(encoding))
    assert facts.encoding == found
    lines = [line.replace(";", ",").split(",") for line in text.splitlines()]
    assert [facts.columns, *[row.cells for row in rows]] == lines


def test_one_chinese_word_among_latin_ones_is_enough() -> None:
    assert detect("name,city\nHotel Alpha,贵阳\nHotel Beta,Kaili\n".encode("gb18030"))[0] == "gb18030"
    assert detect("name,city\nHotel Alpha,貴陽市區\nHotel Beta,Kaili\n".encode("big5"))[0] == "big5hkscs"


def test_the_caller_may_choose_the_encoding(read: Any) -> None:
    facts, rows = read(FR.encode("cp1252"), encoding="cp1254")
    assert (facts.encoding, rows[0].cells[0]) == ("cp1254", "Hôtel de la Montagne")
    with pytest.raises(Unreadable, match="line 2"):
        read(FR.encode("cp1252"), encoding="utf-8")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "，"])
def test_finds_the_delimiter(read: Any, delimiter: str) -> None:
    rows = [["name", "city", "country"], ["Inn, the old", "Guiyang", "CN"], ["Lake; House", "Pokhara", "NP"]]
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    facts, found = read(text)
    assert facts.delimiter == delimiter
    assert [row.cells for row in found] == rows[1:]


def test_takes_any_line_end_and_line_breaks_in_cells(read: Any) -> None:
    for end in ("\n", "\r\n", "\r"):
        _, rows = read(f'name,note{end}A,"one{end}two ""x"""{end}B,{end}')
        assert [row.cells[0] for row in rows] == ["A", "B"]
        assert rows[0].cells[1].replace("\r\n", "\n").replace("\r", "\n") == 'one\ntwo "x"'


def test_passes_over_titles_and_empty_rows_above_the_header(read: Any) -> None:
    facts, rows = read("2025年会员名单,,,\n,,,\n单位名称,国家,电话,\n黄山,中国,0851-85550123,\n")
    assert (facts.header_row, facts.columns) == (3, ["单位名称", "国家", "电话"])
    assert [(row.number, row.cells[:3]) for row in rows] == [(4, ["黄山", "中国", "0851-85550123"])]


def test_a_file_without_a_header_has_numbered_columns(read: Any) -> None:
    facts, rows = read("Alpha Inn,a@example.org,+86 851 85550123\nBeta Inn,b@example.org,+86 851 85550124\n")
    assert (facts.header_row, facts.columns) == (0, ["column 1", "column 2", "column 3"])
    assert len(rows) == 2
    facts, rows = read("name,city\nA,B\n", header_row=0)
    assert (facts.columns, len(rows)) == (["column 1", "column 2"], 2)


def test_ragged_rows_keep_what_they_have(read: Any) -> None:
    _, rows = read("name,city,country\nA,Guiyang,CN\nB\nC,Pokhara,NP,more\n")
    assert [row.cells for row in rows] == [["A", "Guiyang", "CN"], ["B"], ["C", "Pokhara", "NP", "more"]]


def test_a_quote_that_does_not_close_swallows_nothing(read: Any) -> None:
    facts, rows = read('name,country\n"Bad,CN\nB,NP\n' + "".join(f"row{n},NP\n" for n in range(300)))
    assert facts.notes == ["quotes_do_not_close"]
    assert len(rows) == 302


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\n \r\n", "empty"),
        (b"%PDF-1.7 ...", "not_a_table"),
        (b"<html><table></table></html>", "not_a_table"),
        (b"PK\x03\x04 and nothing", "broken"),
        (bytes(range(256)) * 20, "not_text"),
        (b'[{"name": ', "broken"),
        (b"[" * 200_000, "broken"),
        (b"BEGIN:VCARD\nFN:A\n", "broken"),
        (b"name" + b",x" * 400 + b"\n" + b"a,b" * 400, "too_wide"),
        (b'name\n"' + b"x" * 200_000 + b'"\n', "cell_too_long"),
    ],
)
def test_says_clearly_why_a_file_cannot_be_read(read: Any, content: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(content, "list.json" if content.startswith(b"[") else "list.csv")
    assert refused.value.code == code
    assert str(refused.value).endswith(".")


def test_zero_bytes_that_strayed_into_a_text_are_left_out_and_told(read: Any) -> None:
    facts, rows = read(b"name,country\nOrg \x00N\x00ul,Nepal\n")
    assert (rows[0].cells, facts.notes) == (["Org Nul", "Nepal"], ["zero_bytes"])


def test_quotes_that_contradict_each_other_are_letters(read: Any) -> None:
    text = 'name,country\n"Unclosed,Nepal\nThe "quoted" inn,Nepal\n5" club,France\n'
    facts, rows = read(text)
    assert [row.cells[0] for row in rows] == ['"Unclosed', 'The "quoted" inn', '5" club']
    assert facts.notes == ["quotes_do_not_close"]
    # Where they are needed to part the cells, they are quotes.
    _, rows = read('name,country\n"Inn, The "Old" One",Nepal\n"B, C",France\n')
    assert [row.cells[1] for row in rows][-1] == "France"


def test_headings_tell_the_delimiter_where_cells_hold_another_more_regularly(read: Any) -> None:
    lines = "".join(f"U{n},Travel {n} Co., Ltd.,a{n}@example.org;b{n}@example.org,尼泊尔\n" for n in range(6))
    facts, rows = read(f"编号,Name,Emails,国家\n{lines}")
    assert (facts.delimiter, facts.columns[:4], len(rows)) == (",", ["编号", "Name", "Emails", "国家"], 6)


def test_rows_of_different_widths_are_read_without_a_header_too(read: Any) -> None:
    facts, rows = read("a@example.org,b\nc@example.org,d,e\n")
    assert (facts.header_row, facts.columns) == (0, ["column 1", "column 2", "column 3"])
    assert [row.cells for row in rows] == [["a@example.org", "b"], ["c@example.org", "d", "e"]]
