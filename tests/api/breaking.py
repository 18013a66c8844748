"""What a client of the released document would notice: the smallest comparison that tells.

Looked at: operations, their scopes, parameters, bodies and good answers, with every field of their schemas. Not looked
at: headers, refusals, and bounds of what is answered (a client copes with less than it was promised room for).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

Document = dict[str, Any]
Schema = dict[str, Any]

_HIGHEST: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_LOWEST: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_FORMS: Final = ("pattern", "format", "uniqueItems")


@dataclass(frozen=True, slots=True, order=True)
class Break:
    """Something that was promised and is no more."""

    where: str
    """`GET /v1/organisations`, or the schema: `Organisation, answered`."""
    what: str

    def __str__(self) -> str:
        return f"`{self.where}`: {self.what}"


def breaks(old: Document, new: Document) -> list[Break]:
    """Everything that breaks clients of the old document, each once."""
    return sorted(set(_Comparison(old, new).operations()))


class _Comparison:
    def __init__(self, old: Document, new: Document) -> None:
        self._old, self._new = old, new
        self._seen: set[tuple[str, str, bool]] = set()

    def operations(self) -> Iterator[Break]:
        for path, item in self._old["paths"].items():
            for method, operation in item.items():
                where, now = f"{method.upper()} {path}", self._new["paths"].get(path, {}).get(method)
                if now is None:
                    yield Break(where, "the operation is gone")
                    continue
                yield from self._operation(where, operation, now)

    def _operation(self, where: str, old: Schema, new: Schema) -> Iterator[Break]:
        for scope in sorted(_scopes(new) - _scopes(old)):
            yield Break(where, f"needs {scope}")
        yield from self._parameters(where, old, new)
        if "requestBody" in new:
            asked, given = new["requestBody"], old.get("requestBody", {"content": {}})
            if asked.get("required") and not given.get("required"):
                yield Break(where, "a body must be sent")
            yield from self._content(where, given["content"], asked["content"], sent=True)
        for status, answer in old["responses"].items():
            if status not in new["responses"]:
                yield Break(where, f"no longer answers {status}")
                continue
            yield from self._content(where, answer["content"], new["responses"][status]["content"], sent=False)

    def _parameters(self, where: str, old: Schema, new: Schema) -> Iterator[Break]:
        before, after = self._named(self._old, old), self._named(self._new, new)
        for name, parameter in before.items():
            if name not in after:
                yield Break(where, f"the parameter {name} is gone")
            else:
                yield from self._schema(f"{where}", f"the parameter {name}", parameter, after[name], sent=True)
        for name, parameter in after.items():
            if parameter.get("required") and not before.get(name, {}).get("required"):
                yield Break(where, f"the parameter {name} must be sent")

    def _named(self, document: Document, operation: Schema) -> dict[str, Schema]:
        given = [_resolved(document, one)[0] for one in operation.get("parameters", [])]
        return {f"{one['name']}": {**one["schema"], "required": one.get("required", False)} for one in given}

    def _content(self, where: str, old: Schema, new: Schema, *, sent: bool) -> Iterator[Break]:
        for media_type, media in old.items():
            if media_type not in new:
                yield Break(where, f"{media_type} is no longer {'taken' if sent else 'answered'}")
            else:
                what = "what is sent" if sent else "what is answered"
                yield from self._schema(
                    where, what, media.get("schema", {}), new[media_type].get("schema", {}), sent=sent
                )

    def _schema(self, where: str, what: str, old: Schema, new: Schema, *, sent: bool) -> Iterator[Break]:
        (old, name), (new, new_name) = _resolved(self._old, old), _resolved(self._new, new)
        if name and new_name:
            where, what = f"{name}, {'sent' if sent else 'answered'}", "it"
            if (name, new_name, sent) in self._seen:
                return
            self._seen.add((name, new_name, sent))
        branches = next((key for key in ("oneOf", "anyOf") if key in old or key in new), None)
        if branches:
            yield from self._branches(where, what, old, new, sent=sent)
            return
        yield from _kinds(where, what, old, new, sent=sent)
        if sent:
            yield from _narrowed(where, what, old, new)
        yield from self._fields(where, old, new, sent=sent)
        for key in ("items", "additionalProperties"):
            if isinstance(old.get(key), dict) and isinstance(new.get(key), dict):
                yield from self._schema(where, f"{what} ({key})", old[key], new[key], sent=sent)

    def _fields(self, where: str, old: Schema, new: Schema, *, sent: bool) -> Iterator[Break]:
        before, after = old.get("properties", {}), new.get("properties", {})
        must, must_now = _names(old), _names(new)
        for field, schema in before.items():
            if field not in after:
                yield Break(where, f"the field {field} is gone")
            else:
                yield from self._schema(where, f"the field {field}", schema, after[field], sent=sent)
        for field in sorted(must_now - must if sent else set()):
            yield Break(where, f"the field {field} must be sent")
        for field in sorted((must - must_now) & after.keys() if not sent else set()):
            yield Break(where, f"the field {field} may be missing")

    def _branches(self, where: str, what: str, old: Schema, new: Schema, *, sent: bool) -> Iterator[Break]:
        """Of what is sent every branch must still be taken; of what is answered no branch may be new."""
        before, after = _branches_of(old), _branches_of(new)
        for one in before if sent else after:
            others = after if sent else before
            if one in others and "$ref" in one:
                yield from self._schema(where, what, one, one, sent=sent)
                continue
            pairs = ((one, other) if sent else (other, one) for other in others)
            if not any(self._fits(*pair, sent=sent) for pair in pairs):
                yield Break(where, f"{what} {'no longer takes' if sent else 'may now be'} {_called(one)}")

    def _fits(self, old: Schema, new: Schema, *, sent: bool) -> bool:
        seen = set(self._seen)
        fits = not list(self._schema("", "", old, new, sent=sent))
        if not fits:
            self._seen = seen  # what was found was found in trying only
        return fits


def _resolved(document: Document, schema: Schema) -> tuple[Schema, str]:
    """A schema or parameter in full, and its name."""
    name = ""
    while "$ref" in schema:
        kind, name = schema["$ref"].split("/")[-2:]
        schema = {
            **document["components"][kind][name],
            **{key: value for key, value in schema.items() if key != "$ref"},
        }
    return schema, name


def _scopes(operation: Schema) -> set[str]:
    security = operation.get("security", [])
    return {"a credential" for _ in security} | {
        f"the scope {s}" for one in security for of in one.values() for s in of
    }


def _branches_of(schema: Schema) -> list[Schema]:
    found: list[Schema] = schema.get("oneOf") or schema.get("anyOf") or [schema]
    return found


def _called(schema: Schema) -> str:
    return str(schema.get("$ref", "").rsplit("/", 1)[-1] or schema.get("type", "something else"))


def _names(schema: Schema) -> set[str]:
    required = schema.get("required", [])
    return set(required) if isinstance(required, list) else set()  # a parameter's is a flag


def _types(schema: Schema) -> set[str]:
    types = schema.get("type", [])
    found = {types} if isinstance(types, str) else set(types)
    return found | {"integer"} if "number" in found else found


def _values(schema: Schema) -> list[Any] | None:
    values: list[Any] | None = [schema["const"]] if "const" in schema else schema.get("enum")
    return values


def _kinds(where: str, what: str, old: Schema, new: Schema, *, sent: bool) -> Iterator[Break]:
    before, after = _types(old), _types(new)
    if before and after:
        wrong = before - after if sent else after - before
        if wrong:
            yield Break(where, f"{what} {'no longer takes' if sent else 'may now be'} {', '.join(sorted(wrong))}")
    listed, listed_now = _values(old), _values(new)
    if listed is None:
        if sent and listed_now is not None:
            yield Break(where, f"{what} takes certain values only")
        return
    # A value that is answered no more is one that somebody waits for.
    gone = [
        value
        for value in listed
        if value is not None and value not in (listed_now if listed_now is not None else listed)
    ]
    for value in gone:
        yield Break(where, f"{what} is never {value} any more" if not sent else f"{what} no longer takes {value}")


def _narrowed(where: str, what: str, old: Schema, new: Schema) -> Iterator[Break]:
    for key in _HIGHEST:
        if key in new and (key not in old or new[key] < old[key]):
            yield Break(where, f"{what} has a lower {key}")
    for key in _LOWEST:
        if key in new and new[key] > old.get(key, 0 if key.startswith("min") and key != "minimum" else new[key] - 1):
            yield Break(where, f"{what} has a higher {key}")
    for key in _FORMS:
        if new.get(key, False) and new.get(key) != old.get(key, False):
            yield Break(where, f"{what} has another {key}")
    if old.get("additionalProperties", True) is not False and new.get("additionalProperties", True) is False:
        yield Break(where, f"{what} takes no other fields")
