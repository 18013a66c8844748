"""Delimited text: CSV, TSV and their kin, whatever wrote them."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from services.members.files.encoding import NAMES, decode, detect
from services.members.files.header import as_it_stands, called, find_header
from services.members.files.table import LONGEST_CELL, MOST_COLUMNS, Facts, Format, Options, Row, Table, Unreadable
from services.members.files.vocabulary import is_known

DELIMITERS = (",", ";", "\t", "|", "，")
_SAMPLE = 200_000
_LOOKED_AT = 60
_HEADER_WITHIN = 20
_MOST_LINES_IN_A_CELL = 200


def text_of(path: Path, options: Options, facts: Facts) -> str:
    """A file's text, in the encoding asked for or found."""
    content = path.read_bytes()
    if options.encoding is not None:
        try:
            text = content.decode(options.encoding).removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise Unreadable(
                "not_in_encoding", f"The file is not in {options.encoding}: line {line} does not fit."
            ) from error
        facts.encoding = options.encoding
    else:
        fitting = detect(content)
        if not fitting:
            raise Unreadable("not_text", "The file is no text in any known encoding, nor a workbook.")
        facts.encoding, facts.other_encodings = fitting[0], [name for name in fitting[1:] if name in NAMES]
        text = decode(content, fitting[0])
    if "\ufffd" in text:
        facts.notes.append("broken_characters")
    # What PostgreSQL cannot store, and what nobody sees.
    if "\0" in text:
        facts.notes.append("zero_bytes")
    return text.replace("\0", "")


def read_delimited(path: Path, format: Format, options: Options) -> Table:
    """Rows of a delimited text."""
    facts = Facts(format)
    text = text_of(path, options, facts)
    hint = re.match(r"sep=(.)\r?\n", text, re.IGNORECASE)
    skipped = 0
    if hint:  # what Excel writes for Excel
        text, skipped = text[hint.end() :], 1
    quote = '"'
    facts.delimiter = options.delimiter or (hint[1] if hint else _delimiter(text[:_SAMPLE]))
    if not _closes(text, facts.delimiter or ",", quote):
        quote = ""
        facts.notes.append("quotes_do_not_close")
    elif _single_quoted(text[:_SAMPLE], facts.delimiter or ","):
        quote = "'"
    facts.quote = quote or None
    facts.format = "tsv" if facts.delimiter == "\t" else "csv"

    rows = _rows(text, facts.delimiter, quote)
    beginning = [row for _, row in zip(range(_LOOKED_AT), rows, strict=False)]
    first = [cells for _, cells in beginning]
    header_row = find_header(first[:_HEADER_WITHIN], _place(beginning, options, skipped))
    header = beginning[header_row - 1][1] if header_row else []
    widths = Counter(_width(cells) for _, cells in beginning[header_row:])
    width = max((w for w, times in widths.items() if times > 1 or len(widths) == 1), default=0)
    if not header:  # each row has a width of its own
        width = width or max(widths, default=0)
    facts.columns = called(header, max(width, _width(header)) if header else width, first)
    facts.header = as_it_stands(header, facts.columns)
    facts.header_row = beginning[header_row - 1][0] + skipped if header_row else 0
    if not facts.columns:
        raise Unreadable("empty", "The file holds no rows.")

    def body() -> Iterator[Row]:
        for number, cells in beginning[header_row:]:
            yield Row(number + skipped, cells)
        for number, cells in rows:
            yield Row(number + skipped, cells)

    return Table(facts, body())


def _place(beginning: list[tuple[int, list[str]]], options: Options, skipped: int) -> int | None:
    """Which of the rows read is the header the caller names by its number in the file."""
    if not options.header_row:
        return options.header_row
    numbers = [number + skipped for number, _ in beginning]
    if options.header_row not in numbers:
        raise Unreadable("no_such_row", f"There is no row {options.header_row} to take the columns' names from.")
    return numbers.index(options.header_row) + 1


def _rows(text: str, delimiter: str | None, quote: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with their number, counted as a spreadsheet does: a row with line breaks in its cells is one."""
    csv.field_size_limit(LONGEST_CELL)
    lines = io.StringIO(text, newline="")  # CR, LF and both end a line; those in quotes are kept as written
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE
    escape = "\\" if quote and re.search(r'[^\\]\\"', text[:_SAMPLE]) and '""' not in text[:_SAMPLE] else None
    reader = csv.reader(
        lines,
        delimiter=delimiter or "\x1f",  # one column: a character that no text holds
        quotechar=quote or None,
        quoting=quoting,
        escapechar=escape,
        skipinitialspace=delimiter != "\t",
    )
    try:
        for number, cells in enumerate(reader, 1):
            if len(cells) > MOST_COLUMNS:
                if any(cell.strip() for cell in cells[MOST_COLUMNS:]):
                    raise Unreadable("too_wide", f"Row {number} has {len(cells)} columns; {MOST_COLUMNS} are read.")
                cells = cells[:MOST_COLUMNS]
            yield number, cells
    except csv.Error as error:
        if "field limit" in str(error):
            detail = f"A cell that ends near line {reader.line_num} has more than {LONGEST_CELL:,} characters."
            raise Unreadable("cell_too_long", detail) from error
        raise Unreadable("broken", f"The file is broken near its line {reader.line_num}: {error}.") from error


def _width(cells: list[str]) -> int:
    """Columns that hold something, up to the last one."""
    return max((n for n, cell in enumerate(cells, 1) if cell.strip()), default=0)


def _delimiter(sample: str) -> str | None:
    """The character that parts rows into the same number of cells most often; None for a single column."""
    complete = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1] if len(sample) == _SAMPLE else sample
    best: tuple[float, int] = (0.0, 0)
    found: str | None = None
    for delimiter in DELIMITERS:
        if delimiter not in complete:
            continue
        widths = Counter[int]()
        try:
            for row, _ in zip(
                csv.reader(io.StringIO(complete, newline=""), delimiter=delimiter), range(300), strict=False
            ):
                if row and any(row):
                    widths[len(row)] += 1
        except csv.Error:
            continue
        wide = {width: times for width, times in widths.items() if width > 1}
        if not wide:
            continue
        width, times = max(wide.items(), key=lambda one: (one[1], one[0]))
        agreement = times / sum(widths.values())
        if agreement > 0.3 and _heads(complete, delimiter):
            return delimiter
        # A delimiter that few rows have is a letter in their texts.
        score = (round(agreement, 2), width)
        if agreement > 0.3 and score > best:
            best, found = score, delimiter
    return found


def _heads(sample: str, delimiter: str) -> bool:
    """Whether one of the first rows, parted so, is of headings that tables use."""
    for row, _ in zip(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), range(6), strict=False):
        cells = [cell for cell in row if cell.strip()]
        if len(cells) > 2 and sum(1 for cell in cells if is_known(cell)) > len(cells) / 2:
            return True
    return False


def _closes(text: str, delimiter: str, quote: str) -> bool:
    """Whether quotes that begin a cell end it, too. One that does not swallows the rest of the file."""
    if quote not in text:
        return True
    opening = re.compile(rf'(?:^|[{re.escape(delimiter)}\r\n])[ ]?"', re.MULTILINE)
    if not opening.search(text):
        return True
    csv.field_size_limit(LONGEST_CELL)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False):
            if any(cell.count("\n") + cell.count("\r") > _MOST_LINES_IN_A_CELL for cell in row):
                return False
    except csv.Error:
        return False
    if '\\"' not in text and _plainly_unquoted(text[:_SAMPLE], delimiter):
        return False
    # An odd number of quotes in all: the last one opened a cell that the end of the file closed.
    return text.replace('\\"', "").count(quote) % 2 == 0 or text.rstrip().endswith(quote)


def _plainly_unquoted(sample: str, delimiter: str) -> bool:
    """Whether quotes are letters here: as quotes they contradict each other, and without them all rows are as wide."""
    try:
        for _ in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, strict=True):
            pass
    except csv.Error as error:
        if "expected after" not in str(error):
            return False  # the sample ends within a cell
        lines = io.StringIO(sample, newline="")
        rows = [row for row in csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE) if row]
        return len(rows) > 2 and len({len(row) for row in rows[:-1]}) == 1 and len(rows[0]) > 1
    return False


def _single_quoted(sample: str, delimiter: str) -> bool:
    edge = re.escape(delimiter)
    quoted = len(re.findall(rf"(?:^|{edge})'[^'\n]*'(?={edge}|\r|\n|$)", sample, re.MULTILINE))
    return quoted > 4 and quoted * 3 > sample.count(delimiter) and '"' not in sample
