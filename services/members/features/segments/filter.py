"""`segment=` in the lists of organisations and persons: rows of a stored segment."""

from typing import Any
from uuid import UUID

from sqlalchemy import Uuid

from services.kit.auth import Caller
from services.kit.filters import Filter, StoredCondition
from services.kit.statement import Run


def segment_filter(resource: str) -> Filter:
    """The filter for a list of `organisations` or `persons`."""

    async def resolve(run: Run, caller: Caller, value: Any) -> StoredCondition:
        # Segments are made of the filters of the lists that take them, so they come in only now.
        from services.members.features.segments.members import condition_of

        return await condition_of(run, caller, value, resource)

    return Filter(
        UUID,
        lambda value: value.is_not(None),
        Uuid(),
        "Members of this segment; of one of the other resource, through roles that are held today.",
        resolve=resolve,
    )
