"""CSV and JSON lines."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic_core import from_json

from services.kit.export.columns import Column, Keys, refuse_unknown_keys

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_HARMLESS = "'"
_BEFORE_A_FORMULA = f" \u3000\u00a0{_HARMLESS}"
_SUSPICIOUS = frozenset([*_BEGINS_A_FORMULA, *_BEFORE_A_FORMULA])


def begins_a_formula(text: str) -> bool:
    """Whether a spreadsheet might take a text for a formula: by its first character, blanks aside.

    Apostrophes aside, too: so whoever reads a file back takes away exactly the one that was put in front.
    """
    return text[:1] in _SUSPICIOUS and text.lstrip(_BEFORE_A_FORMULA).startswith(_BEGINS_A_FORMULA)


def harmless(text: str) -> str:
    """A text as a cell of a CSV file: what might be a formula gets an apostrophe in front; nothing is dropped."""
    return _HARMLESS + text if begins_a_formula(text) else text


def in_zone(instant: str, zone: ZoneInfo) -> datetime | None:
    """An instant, as PostgreSQL writes it, by the clocks of a zone; None where they do not go so far."""
    try:
        return datetime.fromisoformat(instant).astimezone(zone)
    except (OverflowError, ValueError):
        return None


class CsvWriter:
    """UTF-8 with a byte order mark, so that Excel knows it; commas, CRLF, quotes where needed (RFC 4180)."""

    def __init__(self, columns: Sequence[Column], keys: Keys, zone: ZoneInfo) -> None:
        self._columns = columns
        self._keys = keys
        self._zone = zone

    def begin(self) -> bytes:
        """The head."""
        return BYTE_ORDER_MARK + self._lines([[harmless(column.head) for column in self._columns]])

    def rows(self, records: Sequence[bytes]) -> bytes:
        """Some records."""
        lines = []
        for text in records:
            record = from_json(text)
            refuse_unknown_keys(record, self._keys)
            lines.append([self._cell(column, column.value(record)) for column in self._columns])
        return self._lines(lines)

    def end(self) -> bytes:
        """Nothing comes after the last row."""
        return b""

    def abandon(self) -> None:
        """Nothing is held."""

    def _cell(self, column: Column, value: Any) -> Any:
        if isinstance(value, str):
            if column.kind == "instant":
                there = in_zone(value, self._zone)
                return value if there is None else there.isoformat()
            return harmless(value)
        if isinstance(value, bool):
            return "true" if value else "false"
        return value

    @staticmethod
    def _lines(rows: Sequence[Sequence[Any]]) -> bytes:
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\r\n").writerows(rows)
        return text.getvalue().encode()


class JsonLinesWriter:
    """One record a line, as the list shows it."""

    def begin(self) -> bytes:
        """No head."""
        return b""

    def rows(self, records: Sequence[bytes]) -> bytes:
        """Some records."""
        return b"\n".join([*records, b""])

    def end(self) -> bytes:
        """Nothing comes after the last row."""
        return b""

    def abandon(self) -> None:
        """Nothing is held."""
