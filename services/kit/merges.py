"""Following merges that another service undoes: the change log knows which rows a merge had moved."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, any_, cast, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.kit.changes import ChangeRow

_LONGEST_CHAIN = 50


async def moved_by_merge(
    session: AsyncSession, type: str, field: str, ids: Collection[UUID], *, via: str
) -> list[UUID]:
    """The records that this service itself moved away from any of these, when it followed a merge."""
    left = cast([str(id) for id in ids], ARRAY(Text))
    query = select(ChangeRow.resource_id).where(
        ChangeRow.type == type, ChangeRow.via == via, ChangeRow.before[field].astext == any_(left)
    )
    if field == "organisation_id":
        query = query.where(ChangeRow.organisation_ids.bool_op("&&")(cast(list(ids), ARRAY(Uuid))))
    return list(dict.fromkeys(await session.scalars(query)))


async def leading_to(session: AsyncSession, copies: Any, id: UUID) -> list[UUID]:
    """The organisation, and those that were merged into it, directly or by way of others."""
    found = [id]
    edge = [id]
    for _ in range(_LONGEST_CHAIN):
        merged = select(copies.id).where(copies.merged_into.in_(edge), copies.id.not_in(found))
        edge = list(await session.scalars(merged))
        if not edge:
            break
        found += edge
    return found
