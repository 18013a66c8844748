"""What every reader makes of a file: facts about it, a header, and rows of texts."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

MOST_ROWS = 200_000
MOST_COLUMNS = 300
LONGEST_CELL = 100_000
"""Characters; what is longer is no cell but a file whose quotes do not close."""

Format = Literal["csv", "tsv", "xlsx", "xls", "ods", "json", "vcard"]
WORKBOOKS = frozenset({"xlsx", "xls", "ods"})
"""Read by a library that takes as much memory as a file asks for."""


class Unreadable(Exception):
    """The file cannot be read; `code` for programs, the message for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller says of the file; None: find out."""

    name: str = ""
    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = None
    """The row, from 1, that names the columns; 0: none does."""
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as the program that made the file counts, and its cells as texts."""

    number: int
    cells: list[str]
    raw: str | None = None
    """How it stood in the file, where cells do not tell all (vCard, JSON)."""


@dataclass(slots=True)
class Facts:
    """What was found out about a file."""

    format: Format
    encoding: str | None = None
    other_encodings: list[str] = field(default_factory=list)
    """Encodings in which the bytes make sense too, best first."""
    delimiter: str | None = None
    quote: str | None = None
    sheet: str | None = None
    sheets: list[str] = field(default_factory=list)
    hidden_sheets: list[str] = field(default_factory=list)
    header_row: int = 0
    columns: list[str] = field(default_factory=list)
    header: list[str] = field(default_factory=list)
    """The columns' names as they stand in the file, where a row names them."""
    since_1904: bool = False
    """Serial numbers of days count from 1904, as old Excel for the Mac did."""
    notes: list[str] = field(default_factory=list)
    """What a person should know of how the file was read."""


@dataclass(frozen=True, slots=True)
class Table:
    """A file that is being read. Notes may come while the rows do."""

    facts: Facts
    rows: Iterator[Row]


def kind_of(path: Path, name: str) -> Format:
    """What a file is, by its content first and its name second. Raises `Unreadable` for what is none of these."""
    with path.open("rb") as file:
        head = file.read(8192)
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise Unreadable("empty", "The file is empty.")
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        from services.members.files.archives import kind_of_archive

        return kind_of_archive(path)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _of_compound(path)
    if head[:4] in (b"\x09\x08\x10\x00", b"\x09\x08\x08\x00", b"\x09\x04\x06\x00", b"\x09\x00\x04\x00"):
        return "xls"
    for magic, what in _OTHERS.items():
        if head.startswith(magic):
            raise Unreadable("not_a_table", f"The file is {what}, not a table that can be imported.")
    text = head.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    start = text.lstrip()
    if start[:11].upper() == b"BEGIN:VCARD":
        return "vcard"
    if start[:1] in (b"{", b"[") and ending not in ("csv", "tsv", "txt", "tab"):
        return "json"
    if start[:5].lower() in (b"<html", b"<!doc", b"<?xml", b"<tabl"):
        raise Unreadable("not_a_table", "The file is a web page or XML, not a table; save it as XLSX or CSV.")
    return "tsv" if ending in ("tsv", "tab") else "csv"


_OTHERS = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"{\\rtf": "a text document",
    b"\x1f\x8b": "compressed with gzip",
    b"7z\xbc\xaf": "compressed with 7-Zip",
    b"Rar!": "compressed with RAR",
    b"SQLite format 3": "a database",
}


def _of_compound(path: Path) -> Format:
    """Old Office files are small file systems; names in them are UTF-16."""
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise Unreadable("encrypted", "The file is protected with a password; save it without one and send it again.")
    if any(name.encode("utf-16-le") in content for name in ("Workbook", "Book")):
        return "xls"
    raise Unreadable("not_a_table", "The file is an old Office document, but no Excel workbook.")
