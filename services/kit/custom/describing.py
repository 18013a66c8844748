"""The document with the custom fields as they are now: the values of records, and what lists can be asked by."""

import json
from collections.abc import Iterable, Mapping
from copy import copy
from typing import Any, Final

from services.contracts.custom_field import MOST_FIELDS
from services.kit.custom.asking import FACETS, RANGES
from services.kit.custom.declared import PREFIX
from services.kit.custom.definition import Definition
from services.kit.custom.definitions import Definitions
from services.kit.listing import ANY_CUSTOM_FIELD
from services.kit.reading import Resource

Schema = dict[str, Any]
_MANY: Final = 100
_UNDEFINED: Final = ("CustomValues", "CustomValuesPatch")


def with_custom_fields(document: Mapping[str, Any], fields: Iterable[tuple[Resource[Any], Definitions]]) -> Schema:
    """A copy of a document that describes these fields. What they do not touch is shared with the original."""
    described: Schema = dict(document)
    described["components"] = components = dict(document["components"])
    components["schemas"] = schemas = dict(components["schemas"])
    described["paths"] = paths = dict(document["paths"])
    for resource, definitions in fields:
        _describe_records(schemas, resource.model.__name__, definitions)
        for path in (resource.path, f"{resource.path}/export"):
            if "get" in paths.get(path, {}):
                paths[path] = {**paths[path], "get": _asked_by(paths[path]["get"], definitions)}
    for undefined in _UNDEFINED:  # what stands for fields nobody has defined yet; the records name theirs now
        if f'/schemas/{undefined}"' not in json.dumps({**described, "components": {"schemas": schemas}}):
            schemas.pop(undefined, None)
    return described


def _describe_records(schemas: Schema, name: str, definitions: Definitions) -> None:
    forms = {"": _held(definitions), "Create": _new(definitions), "Update": _changed(definitions)}
    for form, schema in forms.items():
        if f"{name}{form}" not in schemas:
            continue
        called = f"{name}{form}Custom"
        schemas[called] = {**schema, "title": called}
        described = [f"{name}{form}", *([f"{name}Selection"] if not form else [])]
        for holder in (one for one in described if one in schemas):
            schemas[holder] = _holding(schemas[holder], called, required=form == "Create" and "required" in schema)


def _holding(schema: Schema, called: str, *, required: bool) -> Schema:
    schema = copy(schema)
    before = schema["properties"]["custom"]
    said = {key: before[key] for key in ("description",) if key in before}
    schema["properties"] = {
        **schema["properties"],
        "custom": {**said, "$ref": f"#/components/schemas/{called}"},
    }
    if required:
        schema["required"] = [*schema.get("required", []), "custom"]
    return schema


def _object(about: str, properties: Schema, required: list[str]) -> Schema:
    schema: Schema = {
        "type": "object",
        "description": about,
        "properties": properties,
        "additionalProperties": False,
        "maxProperties": MOST_FIELDS,
    }
    return {**schema, "required": required} if required else schema


def _held(definitions: Definitions) -> Schema:
    return _object(
        "Values of the custom fields, by key. A field without a value is left out.",
        {key: definition.output_schema() for key, definition in definitions.items()},
        [],
    )


def _new(definitions: Definitions) -> Schema:
    offered = {key: definition for key, definition in definitions.items() if not definition.archived}
    return _object(
        "Values of the custom fields, by key.",
        {key: definition.input_schema() for key, definition in offered.items()},
        # A sensitive one is asked only of those who can see it.
        [key for key, definition in offered.items() if definition.required and not definition.sensitive],
    )


def _changed(definitions: Definitions) -> Schema:
    return _object(
        "Custom fields to change: a key left out keeps its value, null removes it.",
        {key: _changed_value(definition) for key, definition in definitions.items()},
        [],
    )


def _changed_value(definition: Definition) -> Schema:
    if definition.archived:
        said = definition.output_schema()
        return {"type": "null", "title": said["title"], "description": said["description"], "deprecated": True}
    schema = definition.input_schema()
    if definition.required:
        return schema
    nullable = {**schema, "type": [schema["type"], "null"]}
    if "enum" in schema:
        nullable["enum"] = [*schema["enum"], None]
    return nullable


def _asked_by(operation: Schema, definitions: Definitions) -> Schema:
    parameters = [
        _sorted_by(one, definitions) if one["name"] == "sort" else one for one in operation.get("parameters", [])
    ]
    choices = [f"{PREFIX}{key}" for key, definition in definitions.items() if definition.type == "choice"]
    parameters = [_counted_by(one, choices) if one["name"] == FACETS else one for one in parameters]
    for key, definition in definitions.items():
        about = definition.output_schema()["description"]
        asked = definition.asked_schema()
        many = {"type": "array", "items": asked, "minItems": 1, "maxItems": _MANY}
        parameters.append(_parameter(f"{PREFIX}{key}", f"Any of these: {about}", many))
        if definition.has_order:
            parameters += [_parameter(f"{PREFIX}{key}.{op}", f"{words} {about}", asked) for op, words in RANGES.items()]
    return {**operation, "parameters": parameters}


def _parameter(name: str, description: str, schema: Schema) -> Schema:
    return {"in": "query", "name": name, "required": False, "description": description, "schema": schema}


def _counted_by(parameter: Schema, choices: list[str]) -> Schema:
    schema = parameter["schema"]
    items = {**schema["items"], "enum": [*schema["items"]["enum"], *choices]}
    return {**parameter, "schema": {**schema, "items": items}}


def _sorted_by(parameter: Schema, definitions: Definitions) -> Schema:
    """The pattern of `sort` names each field that can be sorted by, and no other."""
    keys = "|".join(key for key, definition in definitions.items() if not definition.multiple)
    named = rf"|custom\.({keys})" if keys else ""
    schema = parameter["schema"]
    return {**parameter, "schema": {**schema, "pattern": schema["pattern"].replace(f"|{ANY_CUSTOM_FIELD}", named)}}
