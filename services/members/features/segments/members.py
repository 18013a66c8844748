"""Who is in a segment: its definition and those it names, read in one statement, as one condition of a list."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Text, Uuid, bindparam, cast, select

from services.contracts.members.segment import Condition
from services.kit.auth import Caller
from services.kit.custom.declared import PREFIX, Custom
from services.kit.custom.definitions import Definitions, read_by
from services.kit.errors import Conflict, NotFound
from services.kit.filters import StoredCondition
from services.kit.reading import Resource
from services.kit.statement import Run, Statement
from services.members.features.segments.conditions import (
    RESOURCES,
    CustomFields,
    Definition,
    Misfit,
    Writer,
    custom_fields_of,
    scopes_of,
)
from services.members.features.segments.queries import segments
from services.members.tables.segment import SegmentReferenceRow, SegmentRow

_CONDITION: TypeAdapter[Any] = TypeAdapter(Condition)


class SegmentOutdated(Conflict):
    """The segment's definition names a field that is no longer there.

    Change the definition; the detail names the field.
    """


async def condition_of(run: Run, caller: Caller, id: UUID, resource: str) -> StoredCondition:
    """The condition of being in the segment, on rows of the resource. Nobody is in a segment there is none of.

    Raises `Forbidden` naming the scope when the definition, or one it names, goes by what the caller may not see.
    """
    definitions = await load(run, id) if caller.kind != "partner" else {}
    custom = await custom_fields(definitions.values(), lambda declared: read_by(run, declared))
    needed: set[str] = set()
    for one in definitions.values():
        try:
            needed |= scopes_of(one, custom)
        except Misfit as misfit:
            raise SegmentOutdated(misfit.detail) from misfit
    for scope in sorted(needed):
        caller.require_to_read(scope)
    key = ",".join(f"{one.id}.{one.version}" for one in sorted(definitions.values(), key=lambda one: one.id))
    # A custom field may have become sensitive meanwhile, and is then asked for in another way.
    slots = ",".join(f"{field.key}.{field.slot}" for fields in custom.values() for field in fields.values())
    return StoredCondition(
        f"segment {id} {key} {slots}{' abroad' if caller.abroad else ''}",
        lambda: Writer(definitions, custom, caller).members(id, resource),
        needs_scopes=frozenset(needed),
        goes_by=frozenset({"segment"}),
    )


async def custom_fields(
    definitions: Iterable[Definition], read: Callable[[Custom], Awaitable[Definitions]]
) -> CustomFields:
    """The custom fields that the definitions go by: read only where there are any."""
    named: dict[str, set[str]] = {}
    for one in definitions:
        if one.condition is not None:
            named.setdefault(one.resource, set()).update(custom_fields_of(one.condition))
    found = {}
    for resource, fields in named.items():
        declared = RESOURCES[resource].custom
        if fields and declared is not None:
            known = await read(declared)
            found[resource] = {key: field for key, field in known.items() if f"{PREFIX}{key}" in fields}
    return found


async def resource_of(run: Run, caller: Caller, id: UUID) -> Resource[Any]:
    """What the segment's members are. `NotFound` where there is none that the caller may see."""
    item = await segments.one(run, caller, id, fields=["resource"])
    if item is None:
        raise NotFound("There is no segment with this id, or it is not yours to see.")
    return RESOURCES[json.loads(item.body)["resource"]]


async def load(run: Run, id: UUID) -> Mapping[UUID, Definition]:
    """The segment and those it names, in any number of steps."""
    statement = _statement()
    rows = await run(statement.sql, statement.arguments({"id": id}))
    return {
        found: Definition(found, version, resource, None if definition is None else parsed(definition))
        for found, version, resource, definition in rows
    }


@lru_cache(maxsize=1_024)
def parsed(definition: str) -> Any:
    """A stored definition."""
    return _CONDITION.validate_json(definition)


@lru_cache(maxsize=1)
def _statement() -> Statement:
    asked = select(cast(bindparam("id", type_=Uuid()), Uuid).label("id")).cte("reached", recursive=True)
    # UNION, not UNION ALL: what was reached already is not followed again.
    reached = asked.union(
        select(SegmentReferenceRow.refers_to_id).join(asked, SegmentReferenceRow.segment_id == asked.c.id)
    )
    return Statement.of(
        select(SegmentRow.id, SegmentRow.version, SegmentRow.resource, cast(SegmentRow.definition, Text)).join(
            reached, reached.c.id == SegmentRow.id
        )
    )
