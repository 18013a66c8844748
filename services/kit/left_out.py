"""How many rows are kept from a caller, and why: persons who have not agreed that their data goes abroad, say."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import func

from services.kit.shape import Asked
from services.kit.statement import Run

if TYPE_CHECKING:
    from services.kit.reading import Resource


async def left_out_of(resource: "Resource[Any]", run: Run, asked: Asked) -> str:
    """The member `left_out` of a list that is counted; nothing where nothing is kept from the caller."""
    counts = await hidden(resource, run, asked)
    if not counts:
        return ""
    told = [{"reason": reason, "count": count} for reason, count in counts.items()]
    return f',"left_out":{json.dumps(told)}'


async def hidden(resource: "Resource[Any]", run: Run, asked: Asked) -> Mapping[str, int | None]:
    """Reason → how many rows the list would have besides; None when the list is asked by what names single ones, since
    the number would then tell whether there is such a person."""
    rule = asked.rule
    if rule.base is None:
        return {}
    shape = replace(asked.shape, sort="", fields=(), expand=(), left_out=(), kind="hidden", rule=rule.base.name)
    names_one = shape.searched or shape.conditions or any(resource.filter(name).identifies for name in shape.filters)
    if names_one:
        return {one.reason: None for one in rule.hides}
    counts = [func.count().filter(one.where) for one in rule.hides]
    base = rule.base
    rows = await resource.derived(run, shape, lambda: resource.found(shape, base, *counts), asked.values)
    return {one.reason: count for one, count in zip(rule.hides, rows[0], strict=True)}
