"""Which row names the columns."""

import re
from collections.abc import Sequence

from services.members.files.table import MOST_COLUMNS
from services.members.files.vocabulary import is_known

REASON = "reason"
"""The name of the column that says why rows were rejected, in the file that gives them back."""
REASON_BEGINS = "reason:"
"""How its cells begin in a file without a row of names."""
_LOOKED_AT = 20
_DATA = re.compile(r"@|^https?://|^[+\d][\d\s()./,:-]{3,}$|^\d+$|^Q\d{2,}$")


def find_header(rows: Sequence[Sequence[str]], wanted: int | None, offset: int = 0) -> int:
    """The row, from 1, that names the columns; 0 when none does. Titles and empty rows above it are passed over.

    `offset` is how many rows were left out before the first of these.
    """
    if wanted is not None:
        return wanted if offset < wanted <= offset + len(rows) else 0
    width = max((_filled(row) for row in rows), default=0)
    if place_of_reasons(rows) is not None:
        return 0
    best, best_score = 0, 0.0
    for index, row in enumerate(rows[:_LOOKED_AT]):
        score = _score(row, width)
        if score > best_score:
            best, best_score = index + 1, score
    return best + offset if best else 0


def place_of_reasons(rows: Sequence[Sequence[str]]) -> int | None:
    """Where reasons stand, from 0, in rows that came back rejected from a file without a row of names: the first ends
    with its reason, and most others do, but for those from which somebody took it."""
    last = [max(filled) for row in rows if (filled := [place for place, cell in enumerate(row) if cell.strip()])]
    told = [row for row in rows if _filled(row)]
    reasons = [place for place, row in zip(last, told, strict=True) if place and row[place].startswith(REASON_BEGINS)]
    if not reasons or 2 * len(reasons) < len(told) or not told[0][last[0]].startswith(REASON_BEGINS):
        return None
    # Cells beyond the width of the others put a reason farther to the right.
    return min(reasons)


def called(header: Sequence[str], width: int, rows: Sequence[Sequence[str]]) -> list[str]:
    """What the columns of a file are called: by its header, else by their places; `rows` are the first of them."""
    place = None if header else place_of_reasons(rows)
    return named(header, width) if place is None else [*named((), place), REASON]


def named(header: Sequence[str], width: int) -> list[str]:
    """The columns' names, each one different; those without are called by their place."""
    names: list[str] = []
    for index in range(min(max(len(header), width), MOST_COLUMNS)):
        name = " ".join(header[index].split())[:200] if index < len(header) else ""
        name = name or f"column {index + 1}"
        number = 2
        unique = name
        while unique in names:
            unique, number = f"{name} ({number})", number + 1
        names.append(unique)
    # Empty columns at the right are padding.
    while names and len(names) > width and len(names) > len([h for h in header if h.strip()]):
        names.pop()
    return names


def as_it_stands(header: Sequence[str], columns: Sequence[str]) -> list[str]:
    """The row that names the columns, as wide as they are; empty where there is none."""
    return [*header, *[""] * len(columns)][: len(columns)] if header else []


def _filled(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell.strip())


def _score(row: Sequence[str], width: int) -> float:
    cells = [cell.strip() for cell in row if cell.strip()]
    if not cells or len(cells) < max(1, width * 0.5):
        return 0.0
    known = sum(1 for cell in cells if is_known(cell))
    data = sum(1 for cell in cells if _DATA.search(cell) or len(cell) > 60)
    repeated = len(cells) - len(set(cells))
    if known == 0 and (data or len(cells) == 1):
        return 0.0
    # What is known decides; without it, texts above other texts may be a row like any other, so the bar is higher.
    score = 3.0 * known - 2.0 * data - repeated
    return score + len(cells) / (width or 1) if known else (0.1 if data == 0 and repeated == 0 else 0.0)
