"""A list asked by custom fields: `custom.tier=gold`, `custom.rooms.gte=100`, `sort=-custom.rooms`."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError

from services.contracts.custom_field import KEY
from services.kit.auth import Caller
from services.kit.custom.declared import PREFIX, Custom, key_of
from services.kit.custom.definition import Definition
from services.kit.custom.definitions import Definitions, current
from services.kit.errors import Invalid
from services.kit.listing import CustomAsked, Rows, invalid, pairs_of, read_pairs
from services.kit.reading import Resource
from services.kit.runtime import Runtime

_PARAMETER: Final = re.compile(rf"^custom\.({KEY})(?:\.(gte|gt|lte|lt))?$")
_SORTED_BY: Final = re.compile(rf"(?:^|,)-?custom\.({KEY})")
FACETS: Final = "facets"
_MOST_FACETS: Final = 20
RANGES: Final = {"gte": "At or above.", "gt": "Above.", "lte": "At or below.", "lt": "Below."}


async def rows_query(
    runtime: Runtime, resource: Resource[Any], caller: Caller, model: type[Rows], query: bytes
) -> Rows:
    """The parameters of a list or of what is made of its rows, those by custom fields included."""
    pairs = pairs_of(query)
    custom = resource.custom
    named = {key for name, value in pairs for key in _keys_in(name, value)}
    if custom is None or not named:
        return read_pairs(model, pairs)
    asking = _Asking(custom, caller, await current(runtime, custom, naming=named))
    plain: list[tuple[str, str]] = []
    facets: list[str] = []
    for name, value in pairs:
        if name.startswith(PREFIX):
            asking.filter(name, value)
        elif name == FACETS and resource.facets and FACETS in model.model_fields:
            parts = value.split(",")
            facets += [part for part in parts if part.startswith(PREFIX)]
            plain += [(name, part) for part in parts if not part.startswith(PREFIX)]
        else:
            plain.append((name, value))
    read = read_pairs(model, plain)
    read.ask(asking.asked(read.sort, facets))
    return read


def _keys_in(name: str, value: str) -> list[str]:
    """The fields that a parameter is about."""
    if name.startswith(PREFIX):
        return [name.split(".")[1]]
    if name == FACETS:
        return [part.removeprefix(PREFIX) for part in value.split(",") if part.startswith(PREFIX)]
    return _SORTED_BY.findall(value) if name == "sort" else []


def _free(start: str, taken: Collection[str]) -> str:
    """The next slot of a kind."""
    return f"{start}_{sum(slot.startswith(start) for slot in taken)}"


@dataclass
class _Asking:
    """Puts what is asked into the slots of a resource's statements (`Custom.filter`, `Custom.sort`)."""

    custom: Custom
    caller: Caller
    definitions: Definitions
    given: dict[str, tuple[Definition, str, list[str]]] = field(default_factory=dict)

    def filter(self, name: str, value: str) -> None:
        """Take one query parameter."""
        found = _PARAMETER.match(name)
        definition = self._known(found[1]) if found is not None else None
        op = (found[2] if found is not None else None) or "any"
        if definition is None or (op != "any" and not definition.has_order):
            raise Invalid.value(name, "unknown_parameter", "There is no such custom field to ask by.")
        self._admit(definition)  # before the value is looked at
        try:
            read = definition.asked.validate_python(value)
        except ValidationError as error:
            found_wrong = error.errors(include_url=False, include_input=False, include_context=False)
            raise invalid([{**one, "loc": (name,)} for one in found_wrong]) from error
        values = self.given.setdefault(name, (definition, op, []))[2]
        if values and op != "any":
            raise Invalid.value(name, "given_twice", "This parameter takes one value.")
        values.append(str(read))

    def asked(self, sort: str | None, facets: Sequence[str] = ()) -> CustomAsked:
        """What the statement needs to know."""
        filters: dict[str, list[str]] = {}
        for definition, op, values in self.given.values():
            filters[_free(f"{definition.slot}_{op}", filters)] = [definition.key, *values]
        keys: dict[str, Any] = {}
        counted = self._counted(facets, filters, keys)
        if sort is None or PREFIX not in sort:
            return CustomAsked(filters, sort, keys, counted)
        slots: list[str] = []
        for number, part in enumerate(sort.split(",")):
            way, name = ("-", part[1:]) if part.startswith("-") else ("", part)
            if name.startswith(PREFIX):
                named = self._known(name.removeprefix(PREFIX))
                if named is None or named.multiple:
                    raise Invalid.value("sort", "unknown_sort", f"There is no custom field to sort by as {name}.")
                self._admit(named)
                name = f"{named.slot}_{number}"
                keys[key_of(name)] = named.key
            slots.append(way + name)
        return CustomAsked(filters, ",".join(slots), keys, counted)

    def _counted(
        self, facets: Sequence[str], filters: Mapping[str, list[str]], bindings: dict[str, Any]
    ) -> dict[str, str]:
        """Slots of facets. One that is filtered by as well has the filter's, so that it is counted without it."""
        counted: dict[str, str] = {}
        for name in dict.fromkeys(facets):
            definition = self._known(name.removeprefix(PREFIX))
            if definition is None or definition.type != "choice":
                raise Invalid.value(FACETS, "unknown_facet", f"There is no custom choice to count as {name}.")
            self._admit(definition)
            start = f"{definition.slot}_any"
            own = [slot for slot, given in filters.items() if slot.startswith(start) and given[0] == definition.key]
            slot = own[0] if own else _free(start, {**filters, **counted})
            if not own:
                bindings[f"filter_{slot}"] = [definition.key]
            counted[slot] = name
        if len(counted) > _MOST_FACETS:
            raise Invalid.value(FACETS, "too_long", f"At most {_MOST_FACETS} are counted at once.")
        return counted

    def _known(self, key: str) -> Definition | None:
        definition = self.definitions.get(key)
        if definition is not None:
            definition.require_shown_to(self.caller)
        return definition

    def _admit(self, definition: Definition) -> None:
        if definition.sensitive:
            self.caller.require(self.custom.scope)
