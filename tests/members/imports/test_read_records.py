"""Reading JSON, vCards and workbooks."""

import io
import json
import time
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.members.files.compound import counts_from_1904
from services.members.files.read import open_table
from services.members.files.table import Facts, Options, Row, Unreadable
from tests.members.imports.old_workbooks import BOOK_OF_1904, record


@pytest.fixture
def read(tmp_path: Path) -> Any:
    def reading(content: bytes, name: str = "file", **options: Any) -> tuple[Facts, list[Row]]:
        path = tmp_path / "file"
        path.write_bytes(content)
        table = open_table(path, Options(name=name, **options))
        return table.facts, list(table.rows)

    return reading


@pytest.mark.parametrize(
    "wrap",
    [
        lambda records: json.dumps(records),
        lambda records: json.dumps({"items": records, "next_cursor": None}),
        lambda records: "\n".join(json.dumps(record) for record in records),
    ],
)
def test_reads_json_as_arrays_lines_and_lists(read: Any, wrap: Any) -> None:
    records = [
        {"names": {"zh": "黄山", "en": "Huangshan"}, "phones": [{"number": "+86 1"}, {"number": "+86 2"}], "size": 3.0},
        {"names": {"en": "B"}, "identifiers": [{"scheme": "wikidata", "value": "Q1"}], "open": True},
    ]
    facts, rows = read(wrap(records).encode())
    assert facts.columns == ["names.zh", "names.en", "phones", "size", "identifiers", "open"]
    assert rows[0].cells == ["黄山", "Huangshan", "+86 1\n+86 2", "3", "", ""]
    assert rows[1].cells == ["", "B", "", "", "wikidata:Q1", "true"]
    assert json.loads(rows[1].raw or "") == records[1]


def test_objects_a_line_end_where_lines_end_and_nowhere_else(read: Any) -> None:
    texts = ["a\u2028b", "c\u0085d", "e\u2029f"]
    content = "\r\n".join(json.dumps({"name": text}, ensure_ascii=False) for text in texts) + "\r\n"
    _, rows = read(content.encode())
    assert [row.cells for row in rows] == [[text] for text in texts]
    assert len(read(content.replace("\r\n", "\r").encode())[1]) == 3


def test_reads_vcards_of_every_version(read: Any) -> None:
    cards = (
        b"BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E6=9E=97;=E6=99=93=\r\n=E5=B1=B1\r\n"
        b"TEL;CELL:13800000000\r\nEND:VCARD\r\n"
        b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada Lin\r\nN:Lin;Ada;;;\r\nitem1.EMAIL;TYPE=work:ada@exa\r\n mple.org\r\n"
        b"EMAIL:second@example.org\r\nORG:Alliance\\, Guiyang;Office\r\nTITLE:Guide\r\nBDAY:1980-02-29\r\n"
        b"AGENT:BEGIN:VCARD\\nFN:Not this one\\nEND:VCARD\r\nEND:VCARD\r\n"
        b"BEGIN:VCARD\r\nVERSION:4.0\r\nFN;LANGUAGE=zh:" + "王石".encode() + b"\r\nFN;LANGUAGE=en:Wang Shi\r\n"
        b"TEL;VALUE=uri:tel:+86-851-85550123\r\nADR;TYPE=work:;;1 Example Street;Guiyang;;550001;China\r\nEND:VCARD\r\n"
    )
    facts, rows = read(cards)
    assert (facts.format, len(rows)) == ("vcard", 3)
    first, second, third = (
        {name: cell for name, cell in zip(facts.columns, row.cells, strict=False) if cell} for row in rows
    )
    assert first == {"N.family": "林", "N.given": "晓山", "TEL": "13800000000", "FN": "林晓山"}
    assert second["EMAIL"] == "ada@example.org\nsecond@example.org"
    assert (second["ORG"], second["ORG.unit"]) == ("Alliance, Guiyang", "Office")
    assert second["BDAY"] == "1980-02-29"
    assert (third["names.zh"], third["names.en"], third["ADR.country"]) == ("王石", "Wang Shi", "China")


def test_what_is_of_somebodys_home_is_private_and_a_fax_is_no_phone(read: Any) -> None:
    cards = (
        b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada Lin\r\nTEL;TYPE=HOME,VOICE:1\r\nTEL;TYPE=CELL:2\r\n"
        b"TEL;TYPE=WORK,FAX:3\r\nEMAIL;TYPE=INTERNET;TYPE=home:a@example.org\r\nEMAIL:b@example.org\r\nEND:VCARD\r\n"
        b"BEGIN:VCARD\r\nVERSION:2.1\r\nN:Wang;Bo\r\nTEL;HOME;VOICE:4\r\nTEL;WORK;HOME:5\r\nTEL;HOME;FAX:6\r\nEND:VCARD\r\n"
        b'BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Cy\r\nTEL;TYPE="voice,home";VALUE=uri:tel:+7\r\nEND:VCARD\r\n'
    )
    facts, rows = read(cards)
    found = [{name: cell for name, cell in zip(facts.columns, row.cells, strict=True) if cell} for row in rows]
    assert found[0] == {
        "FN": "Ada Lin", "home phone": "1", "TEL": "2", "fax": "3",
        "home email": "a@example.org", "EMAIL": "b@example.org",
    }  # fmt: skip
    assert (found[1]["home phone"], found[1]["TEL"], found[1]["fax"]) == ("4", "5", "6")
    assert found[2] == {"FN": "Cy", "home phone": "+7"}


def the_cards(read: Any, *cards: bytes) -> list[dict[str, str]]:
    """The cells that each card fills."""
    wrapped = (b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada\r\n" + card + b"\r\nEND:VCARD\r\n" for card in cards)
    facts, rows = read(b"".join(wrapped))
    return [{name: cell for name, cell in zip(facts.columns, row.cells, strict=True) if cell} for row in rows]


def test_the_only_address_of_a_card_is_the_main_one_wherever_it_is(read: Any) -> None:
    alone, several, preferred, beside = the_cards(
        read,
        b"EMAIL;TYPE=HOME:a@example.org",
        b"EMAIL;TYPE=HOME:a@example.org\r\nEMAIL;TYPE=home:b@example.org",
        b"EMAIL;TYPE=HOME:a@example.org\r\nEMAIL;TYPE=home,pref:b@example.org",
        b"EMAIL;TYPE=HOME:a@example.org\r\nEMAIL;TYPE=INTERNET:b@example.org",
    )
    assert alone == {"FN": "Ada", "EMAIL": "a@example.org"}
    assert several == {"FN": "Ada", "EMAIL": "a@example.org", "home email": "b@example.org"}
    assert preferred == {"FN": "Ada", "EMAIL": "b@example.org", "home email": "a@example.org"}
    assert beside == {"FN": "Ada", "EMAIL": "b@example.org", "home email": "a@example.org"}


def test_an_address_for_work_comes_before_one_of_no_type(read: Any) -> None:
    work, preferred, third = the_cards(
        read,
        b"EMAIL;TYPE=INTERNET:a@example.org\r\nEMAIL;TYPE=WORK:b@example.org\r\nEMAIL;TYPE=HOME,PREF:c@example.org",
        b"EMAIL:a@example.org\r\nEMAIL;PREF=20:c@example.org\r\nEMAIL;PREF=1:b@example.org",
        b"EMAIL:a@example.org\r\nEMAIL:b@example.org\r\nEMAIL:",
    )
    assert (work["EMAIL"], work["home email"]) == ("b@example.org\na@example.org", "c@example.org")
    assert preferred["EMAIL"] == "b@example.org\nc@example.org\na@example.org"
    assert third["EMAIL"] == "a@example.org\nb@example.org"


def test_a_card_of_very_many_addresses_is_read_in_time(read: Any) -> None:
    many = b"".join(b"EMAIL;TYPE=HOME:a%d@example.org\r\nEMAIL:a0@example.org\r\n" % number for number in range(20_000))
    began = time.process_time()
    (card,) = the_cards(read, many)
    assert time.process_time() - began < 2
    assert card["EMAIL"] == "a0@example.org"
    assert len(card["home email"].split("\n")) == 20_000


def test_a_label_says_of_what_type_its_item_is(read: Any) -> None:
    apple, typed, other = the_cards(
        read,
        b"item1.EMAIL;TYPE=INTERNET:a@example.org\r\nitem1.X-ABLabel:_$!<Home>!$_\r\n"
        b"item2.EMAIL;TYPE=INTERNET:b@example.org\r\nitem2.X-ABLabel:_$!<Work>!$_\r\n"
        b"item3.X-ABLabel:_$!<HomeFAX>!$_\r\nitem3.TEL:1\r\nitem4.TEL:2\r\nitem4.X-ABLabel:_$!<Home>!$_",
        "item1.TEL:3\r\nitem1.X-ABLabel:家庭\r\nitem2.TEL:4\r\nitem2.X-ABLabel:公司\r\n"
        "item3.EMAIL:a@example.org\r\nitem4.EMAIL:b@example.org\r\nitem4.X-ABLabel:Office".encode(),
        b"item1.TEL;TYPE=HOME:5\r\nitem1.X-ABLabel:Villa\r\nTEL;TYPE=HOME:6\r\nX-ABLabel:Work",
    )
    assert apple == {
        "FN": "Ada", "EMAIL": "b@example.org", "home email": "a@example.org", "fax": "1", "home phone": "2",
    }  # fmt: skip
    assert typed == {"FN": "Ada", "home phone": "3", "TEL": "4", "EMAIL": "b@example.org\na@example.org"}
    assert other == {"FN": "Ada", "home phone": "5\n6"}


def test_reads_a_vcard_in_an_old_encoding(read: Any) -> None:
    card = "BEGIN:VCARD\nVERSION:2.1\nFN;CHARSET=GB2312:贵州省旅游协会\nEND:VCARD\n".encode("gb18030")
    facts, rows = read(card)
    assert rows[0].cells[facts.columns.index("FN")] == "贵州省旅游协会"


Cell = str | float | date | None
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def a_workbook(
    sheets: dict[str, list[list[Cell]]],
    *,
    hidden: tuple[str, ...] = (),
    merged: tuple[str, ...] = (),
    since_1904: bool = False,
) -> bytes:
    """An XLSX with these sheets; `merged` holds for each of them."""
    first_day = date(1904, 1, 1) if since_1904 else date(1899, 12, 30)
    listed = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}" state="{"hidden" if name in hidden else "visible"}"/>'
        for n, name in enumerate(sheets, 1)
    )
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="{OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><workbookPr date1904="{since_1904:d}"/>'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">'
        + "".join(
            f'<Relationship Id="rId{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n in range(1, len(sheets) + 1)
        )
        + f'<Relationship Id="rId99" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/>'
        "</cellXfs></styleSheet>",
    }
    merges = "".join(f'<mergeCell ref="{place}"/>' for place in merged)
    for n, rows in enumerate(sheets.values(), 1):
        xml = "".join(
            f'<row r="{r}">{"".join(a_cell(f"{chr(64 + c)}{r}", one, first_day) for c, one in enumerate(row, 1))}</row>'
            for r, row in enumerate(rows, 1)
        )
        parts[f"xl/worksheets/sheet{n}.xml"] = (
            f'<worksheet xmlns="{MAIN}"><sheetData>{xml}</sheetData>'
            + (f"<mergeCells>{merges}</mergeCells>" if merges else "")
            + "</worksheet>"
        )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return out.getvalue()


def a_cell(place: str, value: Cell, first_day: date) -> str:
    if isinstance(value, date):
        return f'<c r="{place}" s="1"><v>{(value - first_day).days}</v></c>'
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'
    return "" if value is None else f'<c r="{place}"><v>{value}</v></c>'


def test_reads_the_first_visible_sheet_and_tells_of_the_others(read: Any) -> None:
    book = a_workbook(
        {"旧": [["name"], ["Hidden Inn"]], "会员": [["单位名称", "电话"], ["黄山", 13800001234.0]], "备注": [["x"]]},
        hidden=("旧",),
    )
    facts, rows = read(book)
    assert (facts.format, facts.sheet, facts.hidden_sheets) == ("xlsx", "会员", ["旧"])
    assert set(facts.notes) == {"other_sheets", "hidden_sheets"}
    assert [row.cells for row in rows] == [["黄山", "13800001234"]]
    facts, rows = read(book, sheet="旧")
    assert [row.cells for row in rows] == [["Hidden Inn"]]
    with pytest.raises(Unreadable, match="no sheet"):
        read(book, sheet="missing")


def test_cells_merged_downwards_stand_for_each_row(read: Any) -> None:
    rows: list[list[Cell]] = [["省份", "单位名称"], ["贵州", "甲"], [None, "乙"], ["云南", "丙"]]
    facts, found = read(a_workbook({"S": rows}, merged=("A2:A3",)))
    assert [row.cells for row in found] == [["贵州", "甲"], ["贵州", "乙"], ["云南", "丙"]]
    assert "merged_cells" in facts.notes


def test_a_heading_over_several_columns_goes_before_theirs(read: Any) -> None:
    rows: list[list[Cell]] = [["单位", "联系人", None], ["单位名称", "姓名", "电话"], ["甲", "林", "0851-85550123"]]
    facts, _ = read(a_workbook({"S": rows}, merged=("B1:C1",)))
    assert facts.columns == ["单位名称", "联系人 姓名", "联系人 电话"]


def test_a_title_over_the_whole_table_is_no_heading(read: Any) -> None:
    rows: list[list[Cell]] = [["2024 会员名单", None, None], ["会员编号", "单位名称", "网址"], ["A1", "甲", None]]
    facts, found = read(a_workbook({"S": rows}, merged=("A1:C1",)))
    assert (facts.header_row, facts.columns, len(found)) == (2, ["会员编号", "单位名称", "网址"], 1)


def test_days_are_days_whatever_they_count_from(read: Any) -> None:
    rows: list[list[Cell]] = [["name", "day"], ["A", date(2024, 5, 29)]]
    for since_1904 in (False, True):
        facts, found = read(a_workbook({"S": rows}, since_1904=since_1904))
        assert (facts.since_1904, found[0].cells) == (since_1904, ["A", "2024-05-29"])


def test_days_of_an_old_workbook_may_count_from_1904(read: Any) -> None:
    facts, (row,) = read(BOOK_OF_1904, "list.xls")
    assert (facts.format, facts.since_1904, row.cells) == ("xls", True, ["Ada", "43979"])
    since_1900 = BOOK_OF_1904.replace(record(0x22, b"\1\0"), record(0x22, b"\0\0"))
    assert since_1900 != BOOK_OF_1904
    assert read(since_1900, "list.xls")[0].since_1904 is False


def test_an_old_workbook_that_is_broken_anywhere_is_looked_through_in_vain() -> None:
    for cut in range(8, 1_100, 13):
        assert not counts_from_1904(BOOK_OF_1904[:cut])
        assert not counts_from_1904(BOOK_OF_1904[:cut].ljust(len(BOOK_OF_1904), b"\0"))
        counts_from_1904(BOOK_OF_1904[:cut] + b"\7\0\0\0" * 30 + BOOK_OF_1904[cut + 120 :])


def test_cells_merged_across_columns_are_told_below_the_header_only(read: Any) -> None:
    rows: list[list[Cell]] = [["2024 会员名单", None], ["单位名称", "城市"], ["甲酒店", "贵阳"], ["安顺市各单位", None]]
    facts, found = read(a_workbook({"S": rows}, merged=("A1:B1", "A4:B4")))
    assert (len(found), facts.notes) == (2, ["merged_across"])
    facts, _ = read(a_workbook({"S": rows}, merged=("A1:B1",)))
    assert facts.notes == []


def test_refuses_protected_and_swollen_workbooks(read: Any) -> None:
    protected = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(Unreadable) as refused:
        read(protected, "list.xlsx")
    assert refused.value.code == "encrypted"
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", " " * 40_000_000)
    with pytest.raises(Unreadable) as refused:
        read(bomb.getvalue())
    assert refused.value.code == "too_large"
