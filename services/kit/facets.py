"""Facets: for a list, how many rows each value of a filter would find, counted in one statement for all of them.

A facet is counted under the list's row rule, search and other filters, but without its own: so a page shows what
choosing another value would give ("multi-select"). What a filter needs a scope for, its facet needs too.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic_core import to_json
from sqlalchemy import ARRAY, Select, Text, cast, func, literal_column, select, union_all

from services.kit.listing import RowQuery
from services.kit.shape import Asked
from services.kit.statement import Run

if TYPE_CHECKING:
    from services.kit.reading import Resource

MOST_VALUES = 50


async def facets_of(resource: "Resource[Any]", run: Run, asked: Asked, query: RowQuery) -> str:
    """The facets as JSON."""
    names, called = tuple(dict.fromkeys(query.wanted_facets)), query.facet_names
    shape = replace(asked.shape, sort="", after=None, fields=(), expand=(), kind=f"facets:{','.join(names)}")
    rows = await resource.derived(run, shape, lambda: _statement(resource, asked, names), asked.values)
    values: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for place, value, count in rows:
        values[names[place]].append({"value": value, "count": count})
    facets = {
        called.get(name, name): {"values": found[:MOST_VALUES], "more": len(found) > MOST_VALUES}
        for name, found in values.items()
    }
    return to_json(facets).decode()


def _statement(resource: "Resource[Any]", asked: Asked, names: Sequence[str]) -> Select[Any]:
    parts = [_counted(resource, asked, name, place) for place, name in enumerate(names)]
    every = union_all(*[select(part) for part in parts]).subquery("facets")
    return select(every).order_by(every.c.place, every.c.count.desc(), every.c.value.asc())


def _counted(resource: "Resource[Any]", asked: Asked, name: str, place: int) -> Any:
    """The most frequent values of one filter's column, and one more than are shown."""
    column = resource.filter(name).column
    if column is None:
        raise LookupError(f"{resource.name}: the filter {name} names no column to count.")
    shape = replace(asked.shape, filters=asked.shape.filters - {name})
    each = func.unnest(column) if isinstance(column.type, ARRAY) else column
    found = resource.found(shape, asked.rule, each.label("value")).subquery(f"found_{place}")
    value = cast(found.c.value, Text).label("value")
    counted: Any = (
        # Written out, so that the statement has no parameters but those it was given.
        select(literal_column(str(place)).label("place"), value, func.count().label("count"))
        .group_by(value)
        .order_by(func.count().desc(), value.asc())
        .limit(literal_column(str(MOST_VALUES + 1)))
    )
    return counted.subquery(f"facet_{place}")
