"""JSON: an array of objects, one object a line, or an object that holds the array."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from services.members.files.delimited import text_of
from services.members.files.table import LONGEST_CELL, MOST_COLUMNS, Facts, Options, Row, Table, Unreadable

_LINE_END = re.compile(r"\r\n|\r|\n")
"""Between objects. What else ends a line to Python, U+2028 for one, JSON has within its texts."""
_TOLD_BY = ("number", "value", "name", "title", "email")
"""What stands for an object in a list of objects, as our own phones have it."""


def read_json(path: Path, options: Options) -> Table:
    """Objects as rows; their fields, nested ones with dots, as columns in the order they first come."""
    facts = Facts("json")
    records = _records(text_of(path, options, facts))
    columns: dict[str, int] = {}
    flattened: list[tuple[dict[str, str], str]] = []
    for record in records:
        flat = dict(_flat(record, ""))
        for name in flat:
            columns.setdefault(name, len(columns))
        flattened.append((flat, json.dumps(record, ensure_ascii=False)))
    if not flattened:
        raise Unreadable("empty", "The file holds no objects.")
    if len(columns) > MOST_COLUMNS:
        raise Unreadable("too_wide", f"The objects have {len(columns)} different fields; {MOST_COLUMNS} are read.")
    facts.columns = list(columns)

    def body() -> Iterator[Row]:
        for number, (flat, raw) in enumerate(flattened, 1):
            yield Row(number, [flat.get(name, "") for name in columns], raw)

    return Table(facts, body())


def _records(text: str) -> list[dict[str, Any]]:
    try:
        whole = json.loads(text)
    except RecursionError as error:
        raise Unreadable("broken", "The JSON is nested too deeply.") from error
    except ValueError as error:
        lines = [line for line in _LINE_END.split(text) if line.strip()]
        if len(lines) > 1 or not text.lstrip().startswith(("{", "[")):
            return [_object(_line(line, number), number) for number, line in enumerate(lines, 1)]
        raise Unreadable("broken", f"The file is no valid JSON: {error}.") from error
    if isinstance(whole, dict):
        lists = [value for value in whole.values() if isinstance(value, list) and _objects(value)]
        named = whole.get("items")
        whole = named if isinstance(named, list) else max(lists, key=len) if lists else [whole]
    if not isinstance(whole, list):
        raise Unreadable("not_a_table", "The JSON holds no list of objects.")
    return [_object(record, number) for number, record in enumerate(whole, 1)]


def _objects(value: list[Any]) -> bool:
    return bool(value) and all(isinstance(one, dict) for one in value)


def _line(line: str, number: int) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Unreadable("broken", f"Line {number} is no valid JSON.") from error


def _object(record: Any, number: int) -> dict[str, Any]:
    if not isinstance(record, dict):
        raise Unreadable("not_a_table", f"Item {number} of the JSON is no object.")
    return record


def _flat(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, one in value.items():
            key = str(key).replace("\0", "")[:100]
            yield from _flat(one, f"{name}.{key}" if name else key)
    elif value is None:
        yield name, ""
    elif isinstance(value, list):
        yield name, "\n".join(_told(one) for one in value)[:LONGEST_CELL]
    else:
        yield name, _told(value)[:LONGEST_CELL]


def _told(value: Any) -> str:
    if isinstance(value, dict):
        if "scheme" in value and "value" in value:
            return f"{value['scheme']}:{value['value']}"
        for key in _TOLD_BY:
            if isinstance(value.get(key), str):
                return str(value[key])
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    if value is None:
        return ""
    return (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)).replace("\0", "")
