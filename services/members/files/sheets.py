"""Workbooks: XLSX, XLS and ODS."""

import datetime
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from services.members.files import archives, compound
from services.members.files.header import as_it_stands, called, find_header
from services.members.files.table import MOST_COLUMNS, Facts, Format, Options, Row, Table, Unreadable

_EXACT = 10**15
"""Numbers from here on have lost digits before the file was saved."""
_LOOKED_AT = 40


def read_workbook(path: Path, format: Format, options: Options) -> Table:
    """One sheet of a workbook: the one asked for, else the first visible one that holds anything."""
    try:
        content = path.read_bytes()
        workbook = CalamineWorkbook.from_filelike(BytesIO(content))
    except PasswordError as error:
        raise Unreadable("encrypted", "The file is protected with a password; save it without one.") from error
    except (CalamineError, OSError, ValueError) as error:
        raise Unreadable("broken", "The file is broken: the workbook cannot be opened.") from error
    since_1904 = (
        archives.counts_from_1904(path) if format == "xlsx" else format == "xls" and compound.counts_from_1904(content)
    )
    facts = Facts(format, since_1904=since_1904)
    sheet = _chosen(workbook, facts, options)
    if sheet.width > MOST_COLUMNS:
        raise Unreadable("too_wide", f"The sheet has {sheet.width} columns; at most {MOST_COLUMNS} are read.")
    facts.sheet = sheet.name
    start_row, start_column = sheet.start or (0, 0)
    merged = _Merged(sheet.merged_cell_ranges or [], start_row, start_column)
    rows = _texts(sheet, merged, facts)
    beginning: list[list[str]] = [cells for _, cells in zip(range(_LOOKED_AT), rows, strict=False)]
    header_row = find_header(beginning, options.header_row, start_row)
    top = _headings(beginning, merged, header_row - start_row - 1) if header_row else []
    facts.header_row = header_row
    facts.columns = called(top, max((len(cells) for cells in beginning), default=0), beginning)
    facts.header = as_it_stands(top, facts.columns)
    if merged.filled:
        facts.notes.append("merged_cells")

    def body() -> Iterator[Row]:
        for number, cells in enumerate(_chain(beginning, rows), start_row + 1):
            if number > header_row:
                if "merged_across" not in facts.notes and merged.spans(
                    number - start_row - 1, cells, len(facts.columns)
                ):
                    facts.notes.append("merged_across")
                yield Row(number, cells)

    return Table(facts, body())


def _chain(first: Sequence[list[str]], rest: Iterator[list[str]]) -> Iterator[list[str]]:
    yield from first
    yield from rest


def _chosen(workbook: CalamineWorkbook, facts: Facts, options: Options) -> CalamineSheet:
    sheets = [one for one in workbook.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    facts.sheets = [one.name for one in sheets]
    facts.hidden_sheets = [one.name for one in sheets if one.visible != SheetVisibleEnum.Visible]
    if options.sheet is not None and options.sheet not in facts.sheets:
        raise Unreadable("no_such_sheet", f"There is no sheet {options.sheet!r}; there are {', '.join(facts.sheets)}.")
    wanted = [options.sheet] if options.sheet else [name for name in facts.sheets if name not in facts.hidden_sheets]
    for name in wanted:
        try:
            sheet = workbook.get_sheet_by_name(name)
        except (CalamineError, ValueError) as error:
            raise Unreadable("broken", f"The file is broken: its sheet {name!r} cannot be read.") from error
        if sheet.height and sheet.width:
            others = [other for other in wanted if other != name]
            if others:
                facts.notes.append("other_sheets")
            if facts.hidden_sheets:
                facts.notes.append("hidden_sheets")
            return sheet
    raise Unreadable("empty", "The workbook holds no rows in its visible sheets.")


class _Merged:
    """Cells that were made one: what stands in the first stands for those below it."""

    def __init__(self, ranges: Sequence[tuple[tuple[int, int], tuple[int, int]]], row: int, column: int) -> None:
        self.down: dict[int, list[tuple[int, int]]] = {}
        self.across: dict[int, list[tuple[int, int]]] = {}
        for (top, left), (bottom, right) in ranges:
            if bottom > top:
                self.down.setdefault(top - row, []).append((left - column, bottom - row))
            if right > left:
                self.across.setdefault(top - row, []).append((left - column, right - column))
        self._open: dict[int, tuple[str, int]] = {}
        self.filled = False

    def spans(self, number: int, cells: Sequence[str], width: int) -> bool:
        """Whether what stands in a row stands in several of its columns as one."""
        return any(
            0 <= first < min(last, width - 1) and first < len(cells) and bool(cells[first])
            for first, last in self.across.get(number, ())
        )

    def fill(self, number: int, cells: list[str]) -> None:
        """Repeat in a row what began above it."""
        for column, (text, last) in list(self._open.items()):
            if number > last:
                del self._open[column]
            elif column < len(cells) and not cells[column]:
                cells[column] = text
                self.filled = True
        for column, last in self.down.get(number, ()):
            if 0 <= column < len(cells) and cells[column]:
                self._open[column] = (cells[column], last)


def _texts(sheet: CalamineSheet, merged: _Merged, facts: Facts) -> Iterator[list[str]]:
    for number, values in enumerate(sheet.iter_rows()):
        cells = [_text(value, facts) for value in values]
        merged.fill(number, cells)
        yield cells


def _headings(rows: Sequence[list[str]], merged: _Merged, index: int) -> list[str]:
    """The names of the columns; a heading over several of them goes before each one's own. What stands there alone
    is the table's title."""
    names = [*rows[index]]
    above = sum(1 for name in rows[index - 1] if name.strip()) if index else 0
    if above > 1 and index - 1 in merged.across:
        for first, last in merged.across[index - 1]:
            group = rows[index - 1][first] if first < len(rows[index - 1]) else ""
            for column in range(max(first, 0), min(last + 1, len(names))):
                if group and names[column] and names[column] != group:
                    names[column] = f"{group} {names[column]}"
    return names


def _text(value: Any, facts: Facts) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        if abs(value) >= _EXACT and "long_numbers" not in facts.notes:
            facts.notes.append("long_numbers")
        return str(int(value)) if value == int(value) else repr(value)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(timespec="seconds")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)
