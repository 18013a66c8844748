"""Workbooks that are ZIP archives (XLSX, ODS): what is in them, before anything is unpacked."""

import re
import zipfile
from pathlib import Path

from services.members.files.table import Format, Unreadable

_LARGEST = 1_500_000_000
"""Bytes that an archive may unpack to."""
_MOST_TIMES = 300
"""How many times its size a part may unpack to; XML of spreadsheets seldom exceeds 40."""
_MOST_PARTS = 20_000


def kind_of_archive(path: Path) -> Format:
    """Which workbook an archive is. Raises `Unreadable` for others, for broken ones and for bombs."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            _refuse_bombs(parts)
            names = {part.filename for part in parts}
            if "xl/workbook.xml" in names:
                return "xlsx"
            if "xl/workbook.bin" in names:
                raise Unreadable("not_a_table", "The file is a binary workbook (XLSB); save it as XLSX.")
            if "mimetype" in names and b"opendocument.spreadsheet" in _start(archive, "mimetype"):
                if b"manifest:encryption-data" in _start(archive, "META-INF/manifest.xml"):
                    raise Unreadable("encrypted", "The file is protected with a password; save it without one.")
                return "ods"
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError, KeyError) as error:
        raise Unreadable("broken", "The file is broken: its archive cannot be opened.") from error
    raise Unreadable("not_a_table", "The file is an archive or a document, not a workbook.")


def counts_from_1904(path: Path) -> bool:
    """Whether the days of an XLSX count from 1904."""
    with zipfile.ZipFile(path) as archive:
        return re.search(rb'date1904\s*=\s*"(1|true)"', _start(archive, "xl/workbook.xml")) is not None


def _start(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(200_000)


def _refuse_bombs(parts: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(part.file_size for part in parts)
    swollen = any(part.file_size > 10_000_000 and part.file_size > _MOST_TIMES * part.compress_size for part in parts)
    if len(parts) > _MOST_PARTS or unpacked > _LARGEST or swollen:
        raise Unreadable("too_large", "The file unpacks to far more than a table holds, and is not opened.")
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable("encrypted", "The file is protected with a password; save it without one and send it again.")
