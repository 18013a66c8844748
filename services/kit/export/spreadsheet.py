"""XLSX, written as it is sent: a ZIP of XML whose parts never exist as a whole, in memory or on a disk.

A library that writes the file first could send its first byte only after the last row was read, minutes later for a
million rows; the gateway, and browsers, wait for half a minute. What is needed of the format (ECMA-376) is small: text,
numbers, dates, true and false; so it is written here.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import IO, Any, Final
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from pydantic_core import from_json

from services.kit.export.columns import Column, Keys, Kind, refuse_unknown_keys
from services.kit.export.text import begins_a_formula, in_zone

MOST_ROWS: Final = 1_048_575
"""Of a sheet, below its head."""
_MOST_BYTES: Final = 1_500_000_000
"""Of a sheet before it is compressed: larger members of a ZIP need a form of it that Excel complains of."""
_MOST_CHARACTERS: Final = 32_767
"""Of a cell, in units of UTF-16."""
_CUT: Final = " … (cut: a cell takes no more; CSV and JSON lines have it all)"
_LARGEST: Final = 2**53
"""Beyond it a spreadsheet's numbers lose digits."""
_FIRST_DAY: Final = date(1900, 3, 1)
"""Before it, spreadsheets count days differently."""
_EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - clocks in cells have no zone
_QUICK: Final = 1
_PLAIN, _HEAD, _DATE, _INSTANT, _TEXT = range(5)
"""Places in the styles' list of formats."""
_WIDTHS: Final[dict[Kind, int]] = {"date": 12, "instant": 20, "plain": 18}

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STYLES = (
    f'{_XML}<styleSheet xmlns="{_MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="5">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" quotePrefix="1"/>'
    '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
_TO_ESCAPE = re.compile("[\x00-\x08\x0b-\x1f\x7f&<>_\ufffe\uffff\ud800-\udfff]")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]|_(?=x[0-9A-Fa-f]{4}_)")


class XlsxWriter:
    """A workbook; beyond a million rows, with further sheets. `headed`: whether its first row names the columns."""

    def __init__(
        self, name: str, columns: Sequence[Column], keys: Keys, zone: ZoneInfo, *, headed: bool = True
    ) -> None:
        self._name = name
        self._headed = headed
        self._columns = columns
        self._letters = [_letters(place) for place in range(len(columns))]
        self._keys = keys
        self._zone = zone
        self._sent = _Outlet()
        self._zip = zipfile.ZipFile(self._sent, "w", zipfile.ZIP_DEFLATED, compresslevel=_QUICK)
        self._sheet: IO[bytes] | None = None
        self._sheets = 0
        self._row = 0
        self._bytes = 0

    def begin(self) -> bytes:
        """The styles, and the first sheet's head."""
        self._zip.writestr("xl/styles.xml", _STYLES)
        self._begin_sheet()
        return self._sent.take()

    def rows(self, records: Sequence[bytes]) -> bytes:
        """Some records."""
        for text in records:
            if self._row > MOST_ROWS or self._bytes > _MOST_BYTES:
                self._end_sheet()
                self._begin_sheet()
            record = from_json(text)
            refuse_unknown_keys(record, self._keys)
            self._write_row(self._cells(record))
        return self._sent.take()

    def end(self) -> bytes:
        """The last sheet's end, and what holds the sheets together."""
        self._end_sheet()
        for name, text in _parts(self._name, self._sheets).items():
            self._zip.writestr(name, text)
        self._zip.close()
        return self._sent.take()

    def abandon(self) -> None:
        """Let go of a file that is not to be finished."""
        if self._sheet is not None:
            self._sheet.close()
        self._zip.close()

    def _begin_sheet(self) -> None:
        self._sheets += 1
        self._row = self._bytes = 0
        self._sheet = self._zip.open(f"xl/worksheets/sheet{self._sheets}.xml", "w")
        widths = "".join(
            f'<col min="{n}" max="{n}" width="{_WIDTHS[column.kind]}" customWidth="1"/>'
            for n, column in enumerate(self._columns, 1)
        )
        frozen = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' if self._headed else ""
        self._write(
            f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">{frozen}</sheetView>'
            f"</sheetViews><cols>{widths}</cols><sheetData>"
        )
        if self._headed:
            heads = [_text_cell(column.head, _HEAD) for column in self._columns]
            self._write_row(zip(self._letters, heads, strict=True))

    def _end_sheet(self) -> None:
        self._write("</sheetData></worksheet>")
        if self._sheet is not None:
            self._sheet.close()
            self._sheet = None

    def _write_row(self, cells: Iterable[tuple[str, str]]) -> None:
        self._row += 1
        row = self._row
        self._write(
            f'<row r="{row}">{"".join([f"<c r={chr(34)}{at}{row}{chr(34)}{cell}" for at, cell in cells])}</row>'
        )

    def _write(self, text: str) -> None:
        if self._sheet is not None:
            content = text.encode()
            self._bytes += len(content)
            self._sheet.write(content)

    def _cells(self, record: dict[str, Any]) -> Iterator[tuple[str, str]]:
        for letters, column in zip(self._letters, self._columns, strict=True):
            value = column.value(record)
            if value is not None and value != "":
                yield letters, self._cell(column.kind, value)

    def _cell(self, kind: Kind, value: Any) -> str:
        """A cell behind its place."""
        if kind == "plain" and type(value) is str:
            return _text_cell(value, _TEXT if begins_a_formula(value) else _PLAIN)
        if isinstance(value, bool):
            return f' t="b"><v>{value:d}</v></c>'
        if isinstance(value, int | float):
            return f"><v>{value!r}</v></c>" if abs(value) < _LARGEST else _text_cell(str(value), _TEXT)
        serial = self._serial(kind, value)
        if serial is None:
            return _text_cell(value, _TEXT)
        return f' s="{_DATE if kind == "date" else _INSTANT}"><v>{serial!r}</v></c>'

    def _serial(self, kind: Kind, value: str) -> int | float | None:
        """Days since the spreadsheet's epoch; None for those it does not know."""
        if kind == "date":
            day = date.fromisoformat(value)
            return (day - _EPOCH.date()).days if day >= _FIRST_DAY else None
        there = in_zone(value, self._zone)
        if there is None or there.date() < _FIRST_DAY:
            return None
        return round((there.replace(tzinfo=None) - _EPOCH).total_seconds() / 86_400, 9)


class _Outlet:
    """Where the ZIP is written to: nothing in it can be gone back to, since it may have been sent."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes, /) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing is kept back."""

    def close(self) -> None:
        """There is nothing to close."""

    def take(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def _text_cell(text: str, style: int) -> str:
    if len(text) > _MOST_CHARACTERS // 2 and len(text.encode("utf-16-le")) // 2 > _MOST_CHARACTERS:
        kept = text.encode("utf-16-le")[: 2 * (_MOST_CHARACTERS - len(_CUT))]
        text = kept.decode("utf-16-le", "ignore") + _CUT
    if _TO_ESCAPE.search(text):
        text = escape(_NOT_IN_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", text))
    return f' s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _letters(place: int) -> str:
    """0 → A, 26 → AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _parts(name: str, sheets: int) -> dict[str, str]:
    """The parts that name the sheets."""
    numbers = range(1, sheets + 1)
    titles = [escape(name[:28] if n == 1 else f"{name[:24]} {n}") for n in numbers]
    entries = "".join(
        f'<sheet name="{title}" sheetId="{n}" r:id="rId{n}"/>' for n, title in zip(numbers, titles, strict=True)
    )
    targets = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_SHEET_TYPE}.worksheet+xml"/>' for n in numbers
    )
    return {
        "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{entries}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{targets}'
        f'<Relationship Id="rId{sheets + 1}" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET_TYPE}.sheet.main+xml"/>{types}'
        f'<Override PartName="/xl/styles.xml" ContentType="{_SHEET_TYPE}.styles+xml"/></Types>',
    }
