"""Exports as XLSX: what a spreadsheet program finds in the file."""

import io
import zipfile
from datetime import date, datetime
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import pytest
from python_calamine import CalamineWorkbook

from services.kit.export import spreadsheet
from tests.kit.sample import a_book
from tests.wire.api import Api

SHEET = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


async def exported(api: Api, query: str) -> bytes:
    reply = await api.get(f"/v1/books/export?format=xlsx&{query}")
    assert reply.status_code == 200, reply.text
    assert zipfile.ZipFile(io.BytesIO(reply.content)).testzip() is None
    return reply.content


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names}


async def table(api: Api, query: str) -> list[dict[str, Any]]:
    (rows,) = sheets(await exported(api, query)).values()
    head, *rest = rows
    return [dict(zip(head, row, strict=True)) for row in rest]


def cells(content: bytes) -> dict[str, ElementTree.Element]:
    """Place → cell, as it stands in the file."""
    sheet = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    return {cell.attrib["r"]: cell for cell in ElementTree.fromstring(sheet).iterfind(".//m:c", SHEET)}


async def test_numbers_dates_and_truths_are_such(library: Api) -> None:
    mark = uuid4().hex[:8]
    given = {"labels": [mark], "pages": 12, "weight": -1.5, "published": "2026-05-29", "extra": {"lent": True}}
    await library.made("/v1/books", a_book(**given, lent_at="2026-05-29T01:02:03Z", isbn="0012"))
    (row,) = await table(library, f"label={mark}&time_zone=Asia/Shanghai")
    assert (row["pages"], row["weight"], row["extra.lent"]) == (12, -1.5, True)
    assert (row["published"], row["lent_at"]) == (date(2026, 5, 29), datetime(2026, 5, 29, 9, 2, 3))  # noqa: DTZ001
    assert (row["isbn"], row["author"]) == ("0012", "")


async def test_days_that_spreadsheets_count_wrongly_are_texts(library: Api) -> None:
    mark = uuid4().hex[:8]
    await library.made("/v1/books", a_book(labels=[mark], published="1899-12-31", lent_at="1850-01-01T00:00:00Z"))
    (row,) = await table(library, f"label={mark}")
    assert (row["published"], row["lent_at"]) == ("1899-12-31", "1850-01-01T00:00:00+00:00")


async def test_numbers_too_large_for_a_cell_are_texts(library: Api) -> None:
    mark = uuid4().hex[:8]
    await library.made("/v1/books", a_book(labels=[mark], extra={"n": 9007199254740993}))
    assert (await table(library, f"label={mark}"))[0]["extra.n"] == "9007199254740993"


@pytest.mark.parametrize("remark", ["=1+1", "+8685185550123", "-1", "@SUM(A1)", "\t=1", "＝1", "'=1"])
async def test_what_looks_like_a_formula_stands_as_it_is_and_is_marked_as_text(library: Api, remark: str) -> None:
    mark = uuid4().hex[:8]
    await library.made("/v1/books", a_book(labels=[mark], remark=remark, shelfmark=mark))
    content = await exported(library, f"label={mark}&fields=remark&fields=shelfmark")
    assert sheets(content)["books"][1][2] == remark
    found = cells(content)
    assert found["C2"].attrib["t"] == "inlineStr"
    assert found["C2"].find("m:f", SHEET) is None
    formats = zipfile.ZipFile(io.BytesIO(content)).read("xl/styles.xml")
    styles = ElementTree.fromstring(formats).findall("m:cellXfs/m:xf", SHEET)
    assert styles[int(found["C2"].attrib["s"])].attrib.get("quotePrefix") == "1"
    assert styles[int(found["B2"].attrib["s"])].attrib.get("quotePrefix") is None


@pytest.mark.parametrize(
    "remark", ["<b>&amp;</b>", "\x01\x0b bell", "_x0041_", "one\r\ntwo\nthree\rfour", "  blanks  ", "山地\U0001f3d4"]
)
async def test_any_text_comes_through(library: Api, remark: str) -> None:
    mark = uuid4().hex[:8]
    await library.made("/v1/books", a_book(labels=[mark], remark=remark))
    assert (await table(library, f"label={mark}"))[0]["remark"] == remark


async def test_what_no_cell_takes_is_cut_and_says_so(library: Api) -> None:
    mark = uuid4().hex[:8]
    await library.made("/v1/books", a_book(labels=[mark], extra={"long": "\U0001f3d4" * 20_000}))
    cell = (await table(library, f"label={mark}"))[0]["extra.long"]
    assert len(cell.encode("utf-16-le")) // 2 <= 32_767
    assert cell.endswith("CSV and JSON lines have it all)")


async def test_an_empty_list_is_a_sheet_with_a_head(library: Api) -> None:
    content = await exported(library, "label=nowhere&fields=pages")
    assert sheets(content) == {"books": [["id", "pages"]]}


@pytest.mark.parametrize("limit", ["MOST_ROWS", "_MOST_BYTES"])
async def test_goes_on_in_further_sheets(library: Api, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    mark = uuid4().hex[:8]
    for n in range(5):
        await library.made("/v1/books", a_book(labels=[mark], pages=n))
    monkeypatch.setattr(spreadsheet, limit, {"MOST_ROWS": 2, "_MOST_BYTES": 1_100}[limit])
    found = sheets(await exported(library, f"label={mark}&fields=pages&sort=pages"))
    assert list(found) == ["books", *[f"books {n}" for n in range(2, len(found) + 1)]]
    assert len(found) > 1
    assert [row[1] for rows in found.values() for row in rows[1:]] == [0, 1, 2, 3, 4]
    assert {tuple(rows[0]) for rows in found.values()} == {("id", "pages")}
