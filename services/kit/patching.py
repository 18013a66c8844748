"""JSON Merge Patch (RFC 7396) on rows: left out keeps, null clears, and texts by language merge key by key."""

from typing import Any

from pydantic import BaseModel

from services.kit.errors import Contradiction


def patch(row: Any, update: BaseModel, *, skip: frozenset[str] = frozenset()) -> None:
    """Set the fields an update gives. Update models mark fields that may be left out with `MISSING`."""
    for name in update.model_fields_set - skip:
        value = getattr(update, name)
        if isinstance(value, dict):
            value = _merged(name, getattr(row, name) or {}, value)
        if getattr(row, name) != value:
            setattr(row, name, value)


def _merged(name: str, current: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    merged = {key: value for key, value in {**current, **given}.items() if value is not None}
    if not merged:
        raise Contradiction.value(f"/{name}", "too_short", "At least one language must remain.")
    return merged
