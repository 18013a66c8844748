"""JSON Merge Patch (RFC 7396) on rows: left out keeps, null clears, and texts by language merge key by key."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from services.contracts.base import FieldError
from services.kit.errors import Contradiction

Model = TypeVar("Model", bound=BaseModel)
_MOST_LANGUAGES = 20


def patch(row: Any, update: BaseModel, *, skip: frozenset[str] = frozenset()) -> None:
    """Set the fields an update gives. Update models mark fields that may be left out with `MISSING`."""
    for name in update.model_fields_set - skip:
        value = getattr(update, name)
        if isinstance(value, dict):
            value = _merged(f"/{name}", getattr(row, name) or {}, value)
        if getattr(row, name) != value:
            setattr(row, name, value)


def _merged(pointer: str, current: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    merged = {key: value for key, value in {**current, **given}.items() if value is not None}
    if not merged:
        raise Contradiction.value(pointer, "too_short", "At least one language must remain.")
    if len(merged) > _MOST_LANGUAGES:
        raise Contradiction.value(pointer, "too_long", f"There may be {_MOST_LANGUAGES} languages.")
    return merged


def merged(model: type[Model], current: Model | None, change: BaseModel, *, pointer: str) -> Model:
    """An object within a record after an update gave some of its fields; texts by language merge as well.

    What a new object still lacks is a `Contradiction` that points at it.
    """
    after: dict[str, Any] = {} if current is None else current.model_dump()
    for name in change.model_fields_set:
        value = getattr(change, name)
        if isinstance(value, dict):
            value = _merged(f"{pointer}/{name}", after.get(name) or {}, value)
        after[name] = value
    try:
        return model.model_validate(after)
    except ValidationError as error:
        raise Contradiction(
            errors=[
                FieldError(pointer="/".join([pointer, *map(str, one["loc"])]), code=one["type"], detail=one["msg"])
                for one in error.errors(include_url=False, include_input=False, include_context=False)
            ]
        ) from error
