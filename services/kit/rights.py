"""What a caller may see of a resource and ask it by: fields left out, filters refused, disclosures to be told."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.contracts.scopes import NEEDS_PURPOSE
from services.kit.auth import Caller
from services.kit.disclosure import Disclosure
from services.kit.errors import Forbidden
from services.kit.filters import Filter, StoredCondition
from services.kit.order import Keys, Sort

if TYPE_CHECKING:
    from services.kit.reading import Resource


WITHHELD = "Fields-Withheld"
CUSTOM = "custom"
"""The field that holds a record's custom fields."""


def sensitive(resource: "Resource[Any]") -> frozenset[str]:
    """Fields that are shown for a stated purpose only."""
    guards = [*resource.guarded.items(), *_partly(resource).items()]
    return frozenset(name for name, scope in guards if scope in NEEDS_PURPOSE)


def _partly(resource: "Resource[Any]") -> Mapping[str, str]:
    """Fields of which parts are left out without a scope, custom fields among them."""
    return (
        resource.partly_guarded
        if resource.custom is None
        else {CUSTOM: resource.custom.scope, **resource.partly_guarded}
    )


def asks_purpose(resource: "Resource[Any]") -> bool:
    """Whether a read of the resource may need a stated purpose. What is stored may go by anything."""
    asked: list[Filter | Sort] = [*resource.filters.values(), *resource.sorts.values()]
    stored = any(one.resolve is not None for one in resource.filters.values())
    return bool(resource.sensitive) or stored or any(one.needs_scope in NEEDS_PURPOSE for one in asked)


def shown(resource: "Resource[Any]", caller: Caller, fields: Sequence[str]) -> tuple[str, ...]:
    """The fields that the caller sees of those asked for; all when none is named."""
    wanted = resource.names
    if fields:
        wanted = tuple(f for f in wanted if f == "id" or f in fields)
    if caller.kind == "partner" and resource.staff_only_fields:
        wanted = tuple(f for f in wanted if f not in resource.staff_only_fields)
    if not resource.guarded:
        return wanted
    return tuple([f for f in wanted if f not in resource.guarded or caller.holds(resource.guarded[f])])


def withholds(resource: "Resource[Any]") -> bool:
    """Whether a read of the resource may leave out fields for want of a purpose."""
    return bool(NEEDS_PURPOSE.intersection(resource.guarded.values()))


def withheld(resource: "Resource[Any]", caller: Caller, fields: Sequence[str]) -> dict[str, str]:
    """The header that names the fields left out of an answer for want of a purpose alone. Who lacks the scope, or asks
    for other fields, is told nothing."""
    if caller.purpose is not None or not withholds(resource) or not NEEDS_PURPOSE & caller.scopes:
        return {}
    seen = shown(resource, caller, fields)
    names = [name for name in shown(resource, caller.stating("any"), fields) if name not in seen]
    return {WITHHELD: ", ".join(names)} if names else {}


def disclosed(
    resource: "Resource[Any]",
    caller: Caller,
    fields: Iterable[str],
    given: Iterable[str] = (),
    keys: Keys = (),
    conditions: Iterable[StoredCondition] = (),
) -> frozenset[str]:
    """What of this is sensitive: fields that are shown, and what is asked by."""
    if caller.purpose is None or not (resource.asks_purpose or conditions):
        return frozenset()
    partly = {name for name, scope in _partly(resource).items() if not caller.holds(scope)}
    seen = {name for name in fields if name in resource.sensitive and name not in partly}
    names = {id(sort): name for name, sort in resource.sorts.items()}
    seen |= {
        name.partition(".")[0] if name in resource.filters else CUSTOM
        for name in given
        if resource.filter(name).needs_scope in NEEDS_PURPOSE
    }
    for one in conditions:
        seen |= one.goes_by if one.needs_scopes & NEEDS_PURPOSE else frozenset()
    seen |= {names.get(id(key), CUSTOM) for key, _ in keys if key.needs_scope in NEEDS_PURPOSE}
    return frozenset(seen)


def disclosure(
    resource: "Resource[Any]",
    verb: str,
    about: list[UUID],
    fields: frozenset[str],
    detail: Mapping[str, Any] | None = None,
) -> Disclosure:
    """What the audit log is told."""
    plural = resource.path.rsplit("/", 1)[-1].replace("-", "_")
    return Disclosure(f"{plural}.{verb}", resource.name.replace(" ", "_"), about, fields, detail or {})


def refuse_guarded(
    resource: "Resource[Any]",
    caller: Caller,
    given: Mapping[str, Any],
    keys: Keys,
    facets: Sequence[str],
    *,
    searched: bool,
) -> None:
    """Raise for what the caller may not ask by."""
    for name in (*given, *facets):
        if (scope := resource.filter(name).needs_scope) is not None:
            caller.require_to_read(scope)
        if resource.filter(name).staff_only and caller.kind == "partner":
            raise Forbidden(f"{name}: a partner's key does not ask by it.")
    for key, _ in keys:
        if key.needs_scope is not None:
            caller.require_to_read(key.needs_scope)
    if searched and resource.search_needs_scope is not None:
        caller.require_to_read(resource.search_needs_scope)
