"""What pydantic leaves unsaid in the document's schemas: every bound, and null without a union.

Readers of the document size their columns, fields and buffers by it, and generated clients get plain types.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

Schema = dict[str, Any]

_STATED: Final = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}
"""How pydantic names a bound that stands behind a validator, and how JSON Schema does."""
_INT32: Final = 2**31 - 1
_EXACT: Final = 2**53 - 1
"""The largest whole number that every reader of JSON holds exactly."""
_LONGEST_TEXT: Final = 20_000
_LONGEST_FILE: Final = 10_000_000
_LONGEST: Final = {"uuid": 36, "date": 10, "date-time": 32, "binary": _LONGEST_FILE}
_MOST_ITEMS: Final = 10_000
_NULL: Final = {"type": "null"}
_OR_NULL: Final = "OrNull"
_ABOUT: Final = {
    "id": "Its id, a UUIDv7.",
    "names": "Its name in each language it is used in.",
    "texts": "A longer text in each language it is written in.",
    "country": "ISO 3166-1 alpha-2.",
    "city": "As people write it.",
    "address": "Street and number, as people write them.",
    "website": "An http or https address.",
    "email": "An e-mail address.",
    "emails": "E-mail addresses, the first one preferred.",
    "phone": "A phone number.",
    "phones": "Phone numbers, the first one preferred.",
    "languages": "BCP 47, the preferred one first.",
    "identifiers": "What others know it by, such as a Wikidata id.",
    "tags": "Labels of your own, for filters.",
    "note": "For colleagues.",
    "items": "In the order of the list.",
    "request_id": "The request that did it.",
    "created_at": "When it was made.",
    "updated_at": "When it was last changed.",
    "version": "Raised by each change.",
}
"""What fields of these names are, where the contract has no more to say."""
_REFERENCE: Final = re.compile(r'"#/components/schemas/([^"]+)"')
_FORMS: Final = re.compile(r"(Create|Update|Summary|Brief|Shown|Selection)$")
"""Forms of one record: a field is the same in each."""


def complete(document: dict[str, Any]) -> None:
    """Make every schema of a document say all its bounds."""
    schemas: dict[str, Schema] = document["components"]["schemas"]
    for name in list(schemas):
        schemas[name] = {**_exact(schemas[name], schemas), "title": name}
    for path in document["paths"].values():
        for operation in path.values():
            for holder in _holders(operation):
                holder["schema"] = _exact(holder["schema"], schemas)
    _fill_or_null(schemas)
    _describe(schemas)
    _drop_unused(document, schemas)


def _drop_unused(document: dict[str, Any], schemas: dict[str, Schema]) -> None:
    """A name that only stood beside null is used no more."""
    while True:
        used = set(_REFERENCE.findall(json.dumps(document)))
        unused = [name for name in schemas if name not in used]
        if not unused:
            return
        for name in unused:
            del schemas[name]


def _holders(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
    for body in bodies:
        for media_type, media in body.get("content", {}).items():
            if "schema" in media:
                if not media_type.endswith("json") and media["schema"].get("type") == "string":
                    media["schema"] = {"maxLength": _LONGEST_FILE, **media["schema"]}
                yield media
        yield from (header for header in body.get("headers", {}).values() if "schema" in header)
    for parameter in operation.get("parameters", ()):
        # An address cannot say null: a parameter is given or left out.
        parameter["schema"] = _without_null(parameter["schema"])
        yield parameter


def _without_null(schema: Schema) -> Schema:
    one = _besides_null(schema)
    if one is not None:
        schema = {**one, **{key: value for key, value in schema.items() if key not in ("anyOf", "title")}}
    if schema.get("default", "") is None:
        schema = {key: value for key, value in schema.items() if key != "default"}
    return schema


def _exact(schema: Schema, schemas: dict[str, Schema]) -> Schema:
    schema = {_STATED.get(key, key): value for key, value in schema.items()}
    for key in ("items", "additionalProperties", "propertyNames"):
        if isinstance(schema.get(key), dict):
            schema[key] = _exact(schema[key], schemas)
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            schema[key] = [_exact(one, schemas) for one in schema[key]]
    if "properties" in schema:
        fields = {name: _exact(field, schemas) for name, field in schema["properties"].items()}
        said = _told_default if schema.get("additionalProperties") is False else _without_null_default
        schema["properties"] = {name: said(field) for name, field in fields.items()}
    return _bounded(_nullable(schema, schemas))


def _describe(schemas: dict[str, Schema]) -> None:
    """Say what each field is: as the contract does, or another form of the record, or fields of its name."""
    for name, schema in schemas.items():
        root = _FORMS.sub("", name)
        forms = [
            schemas[form].get("properties", {}) for form in (f"{root}Create", root, f"{root}Update") if form in schemas
        ]
        for field, said in schema.get("properties", {}).items():
            if "description" not in said and (meaning := _meaning(field, said, forms, schemas)):
                said["description"] = meaning
            # A list of words is what the first field says that holds one of them.
            target = schemas.get(said.get("$ref", "").rsplit("/", 1)[-1], {})
            if "enum" in target and "description" in said:
                target.setdefault("description", said["description"])


def _meaning(name: str, said: Schema, forms: list[dict[str, Schema]], schemas: dict[str, Schema]) -> str:
    for fields in forms:
        if "description" in fields.get(name, {}):
            return str(fields[name]["description"])
    if name in _ABOUT:
        return _ABOUT[name]
    if name.endswith("_id"):
        return f"Id of the {name.removesuffix('_id').replace('_', ' ')}."
    target = schemas.get(said.get("$ref", "").rsplit("/", 1)[-1], {})
    return str(target.get("description", ""))


def _without_null_default(field: Schema) -> Schema:
    return {key: value for key, value in field.items() if key != "default" or value is not None}


def _told_default(field: Schema) -> Schema:
    # In words: generators take a field with a default for one that must be given.
    default = field.get("default")
    field = {key: value for key, value in field.items() if key != "default"}
    if default not in (None, []):
        word = json.dumps(default)
        field["description"] = f"{field.get('description', '')} Left out: `{word}`.".strip()
    return field


def _besides_null(schema: Schema) -> Schema | None:
    branches = schema.get("anyOf", [])
    if len(branches) != 2 or _NULL not in branches:
        return None
    one: Schema = branches[0] if branches[1] == _NULL else branches[1]
    return one


def _nullable(schema: Schema, schemas: dict[str, Schema]) -> Schema:
    """`anyOf` of one type and null, said without a union where JSON Schema can."""
    one = _besides_null(schema)
    if one is None:
        return schema
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    if "$ref" in one:
        target = schemas[one["$ref"].rsplit("/", 1)[1]]
        if "type" not in target:
            return {**rest, "oneOf": [one, dict(_NULL)]}
        schemas.setdefault(f"{one['$ref'].rsplit('/', 1)[1]}{_OR_NULL}", {})  # filled when its namesake is done
        return {**rest, "$ref": f"{one['$ref']}{_OR_NULL}"}
    if not isinstance(one.get("type"), str):
        return schema
    allowed = one.get("enum", [one["const"]] if "const" in one else None)
    one = {key: value for key, value in one.items() if key != "const"}
    if allowed is not None:
        one["enum"] = [*allowed, None]
    return {**one, **rest, "type": [one["type"], "null"]}


def _fill_or_null(schemas: dict[str, Schema]) -> None:
    """Write the schemas that stand for a record or a word, or null: unions of two take generated clients two types."""
    for name in schemas:
        if name.endswith(_OR_NULL):
            target = schemas[name.removesuffix(_OR_NULL)]
            schemas[name] = {**target, "title": name, "type": [target["type"], "null"]}
            if "enum" in target:
                schemas[name]["enum"] = [*target["enum"], None]


def _bounded(schema: Schema) -> Schema:
    types = schema.get("type", [])
    for kind in [types] if isinstance(types, str) else types:
        if kind == "integer":
            schema.setdefault("minimum", 0)
            schema.setdefault("maximum", _EXACT)
            schema.setdefault("format", "int32" if schema["maximum"] <= _INT32 else "int64")
        elif kind == "number":
            schema.setdefault("format", "double")
        elif kind == "array":
            schema.setdefault("maxItems", _MOST_ITEMS)
        elif kind == "string" and not {"enum", "const"} & schema.keys():
            schema.setdefault("maxLength", _LONGEST.get(schema.get("format", ""), _LONGEST_TEXT))
    return schema
