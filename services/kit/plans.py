"""Which lists PostgreSQL may plan once: those that one index answers, whatever the values asked for.

PostgreSQL plans a prepared statement anew for each run while it takes a plan for any values to cost more, and a limit
that it does not know looks costly: it expects a tenth of all rows. Planning a page took longer than reading it. Where
an index holds the rows in the list's order, the best plan is the same for any values, so such a statement names the
largest limit. All others are planned for their values: a rare value may need another index than a frequent one.
"""

from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import InstrumentedAttribute

from services.kit.order import Keys
from services.kit.shape import Rule, Shape

if TYPE_CHECKING:
    from services.kit.reading import Resource


def is_steady(resource: "Resource[Any]", shape: Shape, keys: Keys, rule: Rule) -> bool:
    """Whether an index begins with the only filter, if there is one, and goes on with the order."""
    if shape.kind != "page" or shape.searched or shape.conditions or shape.left_out:
        return False
    if rule.where is not None or resource.joins is not None or len(shape.filters) > 1 or shape.filters - shape.single:
        return False
    if any(key.nullable or key.join is not None for key, _ in keys) or len({way for _, way in keys}) > 1:
        return False
    columns = [resource.filter(name).column for name in shape.filters] + [key.column for key, _ in keys]
    return all(isinstance(c, InstrumentedAttribute) and c.class_ is resource.row for c in columns) and _indexed(
        resource.row, [c.property.columns[0].name for c in columns if isinstance(c, InstrumentedAttribute)]
    )


def _indexed(row: Any, names: list[str]) -> bool:
    table = row.__table__
    held = [[column.name for column in table.primary_key.columns]]
    for index in table.indexes:
        options = index.dialect_options["postgresql"]
        if options["where"] is None and options["using"] in (False, "btree"):
            held.append([getattr(expression, "name", "") for expression in index.expressions])
    return any(one[: len(names)] == names for one in held)
