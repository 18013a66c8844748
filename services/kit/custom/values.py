"""What a caller gives for the custom fields of a record: checked against the definitions in the same transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from pydantic import MISSING, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.base import FieldError
from services.kit.auth import Caller
from services.kit.custom.declared import NONE_REQUIRED, Custom
from services.kit.custom.definition import Definition
from services.kit.custom.definitions import Definitions, in_force
from services.kit.errors import Contradiction, Invalid
from services.kit.reading import Resource

_MOST_ERRORS = 100


class Holder(Protocol):
    """What has the columns of custom fields: a row, or what becomes one."""

    custom: Any
    private_custom: Any


@dataclass
class CustomColumns:
    """The columns of custom fields by themselves."""

    custom: dict[str, Any] | None = None
    private_custom: dict[str, Any] | None = None


async def check_given(
    session: AsyncSession, caller: Caller, resource: Resource[Any], given: Mapping[str, Any] | MISSING
) -> None:
    """Refuse what breaks the definitions, before anything is looked up that may contradict it: they are part of the
    document, and a 422 comes before a 409 (docs/adr/0011). `give` looks at the rest."""
    if resource.custom is not None and given is not MISSING and given:
        definitions = await in_force(session, resource.custom, hold=False)  # `give` holds them, after the record
        _checked(caller, resource.custom, definitions, given, new=False)


async def given_to_new(
    session: AsyncSession, caller: Caller, resource: Resource[Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    """The columns of a new record that hold these values: for records that are not made yet."""
    columns = CustomColumns()
    await give(session, caller, resource, columns, given, new=True)
    return {"custom": columns.custom, "private_custom": columns.private_custom}


async def give(
    session: AsyncSession,
    caller: Caller,
    resource: Resource[Any],
    row: Holder,
    given: Mapping[str, Any],
    *,
    new: bool,
) -> None:
    """Set the custom fields of a record: of a `new` one all that are given, of another those to be changed.

    Without values an old record is left as it is, and a new one must have no required field. Raises `Invalid` for
    values that break the definitions, `Forbidden` for those that are not the caller's to fill in, `Contradiction`
    for references to nothing, for an old record that lacks what is required by now, and for a sensitive one that is
    required of a new record.
    """
    custom = resource.custom
    if custom is None or not (given or new):
        return
    if not given and session.info.get(NONE_REQUIRED):
        row.custom = row.private_custom = None
        return
    definitions = await in_force(session, custom, hold=bool(given))
    values = _checked(caller, custom, definitions, given, new=new)
    held = {**(row.custom or {}), **(row.private_custom or {}), **values}
    held = {key: value for key, value in held.items() if value is not None}
    _check_required(caller, custom, definitions, held, new=new)
    await _check_references(session, caller, custom, definitions, values)
    private = {key for key in held if key in definitions and definitions[key].sensitive}
    row.custom = {key: value for key, value in held.items() if key not in private} or None
    row.private_custom = {key: held[key] for key in held if key in private} or None


def _checked(
    caller: Caller, custom: Custom, definitions: Definitions, given: Mapping[str, Any], *, new: bool
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    errors: list[FieldError] = []
    for key, value in given.items():
        definition = definitions.get(key)
        if definition is None:
            errors.append(_error(key, "unknown_custom_field", "There is no such custom field."))
            continue
        definition.require_shown_to(caller)
        if definition.sensitive:
            caller.require(custom.scope)
        if value is None and not new:
            values[key] = None
            if definition.required and not definition.archived:
                errors.append(_error(key, "required", "The field is required."))
        elif definition.archived:
            errors.append(_error(key, "archived_custom_field", "The field is archived: it is no longer filled in."))
        else:
            values[key] = _value(definition, value, errors)
    if errors:
        raise Invalid(errors=errors[:_MOST_ERRORS])
    return values


def _value(definition: Definition, value: Any, errors: list[FieldError]) -> Any:
    try:
        read = definition.given.validate_python(value)
    except ValidationError as error:
        for one in error.errors(include_url=False, include_input=False, include_context=False):
            within = [str(part) for part in one["loc"] if isinstance(part, int)] if definition.multiple else []
            errors.append(_error("/".join([definition.key, *within]), one["type"], one["msg"]))
        return None
    if definition.multiple and len(set(read)) < len(read):
        errors.append(_error(definition.key, "unique_items", "The same value stands there twice."))
    return definition.given.dump_python(read, mode="json")


def _error(path: str, code: str, detail: str) -> FieldError:
    return FieldError(pointer=f"/custom/{path}", code=code, detail=detail)


def _check_required(
    caller: Caller, custom: Custom, definitions: Definitions, held: Mapping[str, Any], *, new: bool
) -> None:
    """What is required is asked of those who can see it: nobody else could fill it in."""
    missing = [
        definition
        for definition in definitions.values()
        if definition.required
        and not definition.archived
        and definition.key not in held
        and definition.is_shown_to(caller)
        and (not definition.sensitive or custom.scope in caller.scopes)
    ]
    if missing:
        errors = [_error(definition.key, "missing", "The field is required.") for definition in missing]
        # What the schema cannot say is no 422 (docs/adr/0011): it asks nothing of a change, and nothing sensitive.
        said = new and not all(definition.sensitive for definition in missing)
        raise (Invalid(errors=errors) if said else Contradiction(errors=errors))


async def _check_references(
    session: AsyncSession, caller: Caller, custom: Custom, definitions: Definitions, values: Mapping[str, Any]
) -> None:
    """The records that are referred to are there, and stay until the transaction ends; foreign keys hold them then."""
    wanted: dict[str, dict[str, set[UUID]]] = {}
    for key, value in values.items():
        target = definitions[key].reference_to
        if target is not None and value is not None:
            ids: Iterable[str] = value if isinstance(value, list) else [value]
            wanted.setdefault(target, {})[key] = {UUID(id) for id in ids}
    errors: list[FieldError] = []
    for target, by_key in sorted(wanted.items()):
        every = set[UUID]().union(*by_key.values())
        found = custom.references[target](caller)
        column = found.selected_columns[0]
        query = found.where(column.in_(every)).order_by(column).with_for_update(read=True, key_share=True)
        known = set(await session.scalars(query))
        errors += [
            _error(key, "unknown_reference", f"There is no {target} with this id, or it is not yours to see.")
            for key, ids in by_key.items()
            if ids - known
        ]
    if errors:
        raise Contradiction(errors=errors)
