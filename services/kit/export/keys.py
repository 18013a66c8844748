"""Which keys the rows of a list hold in objects that leave them open: languages, custom fields."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import ARRAY, Select, Text, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB

from services.kit.export.columns import Keys, Path, open_objects
from services.kit.order import Sort
from services.kit.shape import Asked
from services.kit.statement import Run

if TYPE_CHECKING:
    from services.kit.reading import Resource

_ROWS = 20_000
"""Looked at by one statement, so that none takes long."""


async def keys_of(resource: "Resource[Any]", run: Run, asked: Asked) -> Keys:
    """For each object with open keys among the fields asked for, the keys that the rows hold."""
    names = {*asked.shape.fields, *asked.shape.expand}
    places = tuple(path for path in open_objects(resource.model) if path[0] in names)
    found: dict[Path, set[str]] = {path: set() for path in places}
    if not places:
        return {}
    tops = {path[0] for path in places}
    shape = replace(
        asked.shape,
        sort="id",
        fields=tuple(name for name in asked.shape.fields if name in tops),
        expand=tuple(name for name in asked.shape.expand if name in tops),
        kind="keys",
    )
    last: str | None = None
    while True:
        values = {**asked.values, "page_limit": _ROWS, "after_0": last}
        here = replace(shape, after=None if last is None else (True,))

        def make(here: Any = here) -> Select[Any]:
            return _statement(resource, asked, here, places)

        row = (await resource.derived(run, here, make, values))[0]
        for path, keys in zip(places, row[2:], strict=True):
            found[path].update(keys)
        count, last = row[:2]
        if count < _ROWS:
            return {path: sorted(keys) for path, keys in found.items()}


def _statement(resource: "Resource[Any]", asked: Asked, shape: Any, places: Sequence[Path]) -> Select[Any]:
    page = resource.paged(shape, [(Sort(resource.row.id), False)], asked.rule)
    rows = select(page).cte("rows")
    last = func.max(cast(rows.c["_key_0"], Text).collate("C")).label("last")
    count = select(func.count()).select_from(rows).scalar_subquery()
    return select(count, select(last).scalar_subquery(), *[_keys_at(rows, path) for path in places])


def _keys_at(rows: Any, path: Path) -> Any:
    """The keys of the objects at a path, once each."""
    held: Any = cast(rows.c[path[0]], JSONB)
    for key in path[1:]:
        held = held[key]
    is_object = func.jsonb_typeof(held) == "object"
    keys = select(func.jsonb_object_keys(held).label("key")).where(is_object).subquery()
    return func.array(select(keys.c.key).distinct().scalar_subquery(), type_=ARRAY(Text))
