"""Read a file in a process of its own: `python -m services.members.files.read FILE OPTIONS`.

Writes lines of JSON: the facts first, then portions of rows, then what was noticed on the way. A file that cannot be
read is told in one line. Memory and time are bounded here, by the operating system.
"""

import json
import resource
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from services.members.files.columns import Looks
from services.members.files.table import MOST_ROWS, WORKBOOKS, Facts, Options, Row, Table, Unreadable, kind_of

_MEMORY = 3 * 1024**3
_SECONDS = 240
_PORTION = 500


def open_table(path: Path, options: Options) -> Table:
    """A file as a table. Raises `Unreadable`."""
    format = kind_of(path, options.name)
    if format in WORKBOOKS:
        from services.members.files.sheets import read_workbook

        return read_workbook(path, format, options)
    if format == "json":
        from services.members.files.records import read_json

        return read_json(path, options)
    if format == "vcard":
        from services.members.files.vcard import read_vcards

        return read_vcards(path, options)
    from services.members.files.delimited import read_delimited

    return read_delimited(path, format, options)


def told(path: Path, options: Options) -> Iterator[dict[str, Any]]:
    """What is said of a file: `facts`, then portions of `rows`, then `end`. Raises `Unreadable`."""
    table = open_table(path, options)
    facts = table.facts
    yield {"facts": asdict(facts)}
    looks = Looks(len(facts.columns))
    portion: list[Any] = []
    count = 0
    for row in table.rows:
        cells, extra = _fitted(row, facts)
        if not any(cells) and not extra:
            continue
        if facts.header_row and [cell.strip() for cell in cells] == facts.columns:
            continue  # the header again, at the top of a printed page
        count += 1
        if count > MOST_ROWS:
            raise Unreadable("too_many_rows", f"The file has more than {MOST_ROWS:,} rows; send it in parts.")
        looks.add(cells)
        portion.append([row.number, cells, extra, row.raw])
        if len(portion) == _PORTION:
            yield {"rows": portion}
            portion = []
    if portion:
        yield {"rows": portion}
    if not count:
        raise Unreadable("empty", "The file holds a header and no rows." if facts.header_row else "The file is empty.")
    yield {"end": {"rows": count, "notes": facts.notes, "columns": looks.told()}}


def main(path: str, given: str) -> None:
    """Read, and write what was read to standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    try:
        for said in told(Path(path), Options(**json.loads(given))):
            _say(said)
    except Unreadable as unreadable:
        _say({"unreadable": {"code": unreadable.code, "message": str(unreadable)}})
    except MemoryError:
        _say({"unreadable": {"code": "too_large", "message": "The file needs more memory than there is for one."}})


def _fitted(row: Row, facts: Facts) -> tuple[list[str], list[str]]:
    """A row as wide as the header, and what stood beyond it."""
    width = len(facts.columns)
    cells = [cell.replace("\r\n", "\n").replace("\r", "\n").strip() for cell in row.cells]
    extra = [cell for cell in cells[width:] if cell]
    return [*cells[:width], *[""] * (width - len(cells))], extra


def _say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    main(sys.argv[1], sys.argv[2])
