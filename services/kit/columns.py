"""A table's columns as a statement of ours needs them: which values the ORM would make, and which PostgreSQL does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic_core import to_json
from sqlalchemy import ARRAY, String, Table, Uuid, inspect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapper

from services.kit.db import Json


@dataclass(frozen=True, slots=True)
class Place:
    """A column, and how its values come to be."""

    attribute: str
    column: str
    type: Any
    default: Callable[[], Any] | None
    """Makes the value that the ORM would make when none is given."""
    filled_in: bool
    """By PostgreSQL, when nothing is said."""


def table_of(kind: Any) -> Table:
    """The table of a kind of row."""
    table: Table = inspect(kind).local_table
    return table


@cache
def places(kind: Any) -> tuple[Place, ...]:
    """The columns of a kind of row, in their order."""
    mapper: Mapper[Any] = inspect(kind)
    return tuple(
        Place(
            mapper.get_property_by_column(column).key,
            column.name,
            column.type,
            _default(column.default),
            column.server_default is not None or column.identity is not None or column.computed is not None,
        )
        for column in table_of(kind).c
    )


def _default(default: Any) -> Callable[[], Any] | None:
    if default is None:
        return None
    # A callable of SQLAlchemy's takes the context of a statement, which there is none of.
    return (lambda: default.arg(None)) if default.is_callable else (lambda: default.arg)


def writer_of(kind: Any) -> Callable[[Any], str] | None:
    """How a value of a column's type, which is not None, is given to PostgreSQL as text; None where as it is.

    psycopg would look at each value of an array for what it might be, and SQLAlchemy asks three objects for each JSON.
    """
    if isinstance(kind, ARRAY) and isinstance(kind.item_type, String | Uuid):
        return _array
    if isinstance(kind, Json):
        return kind.dumped
    if isinstance(kind, JSONB):
        return lambda value: to_json(value).decode()
    return None


def _array(values: Sequence[Any]) -> str:
    text = '","'.join(map(str, values))
    if "\\" in text or text.count('"') > 2 * len(values) - 2:
        text = '","'.join([str(value).replace("\\", "\\\\").replace('"', '\\"') for value in values])
    return f'{{"{text}"}}' if values else "{}"
