"""A list asked by custom fields: `custom.tier=gold`, `custom.rooms.gte=100`, `sort=-custom.rooms`."""

import re
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
    plain = [pair for pair in pairs if not pair[0].startswith(PREFIX)]
    read = read_pairs(model, plain)
    for name, value in pairs:
        if name.startswith(PREFIX):
            asking.filter(name, value)
    read.ask(asking.asked(read.sort))
    return read


def _keys_in(name: str, value: str) -> list[str]:
    """The fields that a parameter is about."""
    if name.startswith(PREFIX):
        return [name.split(".")[1]]
    return _SORTED_BY.findall(value) if name == "sort" else []


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

    def asked(self, sort: str | None) -> CustomAsked:
        """What the statement needs to know."""
        filters: dict[str, list[str]] = {}
        for definition, op, values in self.given.values():
            start = f"{definition.slot}_{op}"
            number = sum(slot.startswith(start) for slot in filters)
            filters[f"{start}_{number}"] = [definition.key, *values]
        if sort is None or PREFIX not in sort:
            return CustomAsked(filters, sort)
        slots: list[str] = []
        keys: dict[str, str] = {}
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
        return CustomAsked(filters, ",".join(slots), keys)

    def _known(self, key: str) -> Definition | None:
        definition = self.definitions.get(key)
        return definition if definition is not None and definition.is_known_to(self.caller) else None

    def _admit(self, definition: Definition) -> None:
        if definition.sensitive:
            self.caller.require(self.custom.scope)
