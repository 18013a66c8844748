"""The comparison with the released document sees what breaks clients, and nothing else."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests.api.breaking import breaks

Document = dict[str, Any]


def a_document() -> Document:
    def json(name: str) -> Document:
        return {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}}

    limit = {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 200}}
    listed = {"parameters": [limit], "responses": {"200": json("Book")}, "security": [{"bearer": ["books:read"]}]}
    made = {"requestBody": {**json("BookCreate"), "required": True}, "responses": {"201": json("Book")}}
    title = {"type": "string", "maxLength": 100}
    kind = {"type": "string", "enum": ["novel", "atlas"]}
    part = {"oneOf": [{"$ref": "#/components/schemas/Page"}, {"type": "null"}]}
    return {
        "paths": {"/v1/books": {"get": listed, "post": made}},
        "components": {
            "parameters": {},
            "schemas": {
                "Page": {"type": "object", "properties": {"number": {"type": "integer"}, "inner": part}},
                "Book": {
                    "type": "object",
                    "required": ["title"],
                    "properties": {"title": title, "kind": kind, "first": deepcopy(part)},
                },
                "BookCreate": {
                    "type": "object",
                    "required": ["title"],
                    "additionalProperties": False,
                    "properties": {"title": title, "kind": kind, "note": {"type": ["string", "null"]}},
                },
            },
        },
    }


def schema(document: Document, name: str) -> Any:
    return document["components"]["schemas"][name]


def listing(document: Document) -> Any:
    return document["paths"]["/v1/books"]["get"]


BREAKING: dict[str, Callable[[Document], Any]] = {
    "`POST /v1/books`: the operation is gone": lambda d: d["paths"]["/v1/books"].pop("post"),
    "`GET /v1/books`: needs the scope books:all": lambda d: listing(d)["security"][0]["bearer"].append("books:all"),
    "`GET /v1/books`: the parameter limit is gone": lambda d: listing(d)["parameters"].pop(),
    "`GET /v1/books`: the parameter limit has a lower maximum": lambda d: listing(d)["parameters"][0].update(
        schema={"type": "integer", "maximum": 100}
    ),
    "`GET /v1/books`: the parameter limit must be sent": lambda d: listing(d)["parameters"][0].update(required=True),
    "`GET /v1/books`: no longer answers 200": lambda d: listing(d)["responses"].update(
        {"206": listing(d)["responses"].pop("200")}
    ),
    "`Book, answered`: the field kind is gone": lambda d: schema(d, "Book")["properties"].pop("kind"),
    "`Book, answered`: the field title may be missing": lambda d: schema(d, "Book")["required"].clear(),
    "`Book, answered`: the field title may now be null": lambda d: schema(d, "Book")["properties"].update(
        title={"type": ["string", "null"]}
    ),
    "`Book, answered`: the field kind is never atlas any more": lambda d: schema(d, "Book")["properties"].update(
        kind={"type": "string", "enum": ["novel"]}
    ),
    "`Book, answered`: the field first may now be string": lambda d: schema(d, "Book")["properties"]["first"][
        "oneOf"
    ].append({"type": "string"}),
    "`Page, answered`: the field number may now be string": lambda d: schema(d, "Page")["properties"].update(
        number={"type": "string"}
    ),
    "`BookCreate, sent`: the field kind is gone": lambda d: schema(d, "BookCreate")["properties"].pop("kind"),
    "`BookCreate, sent`: the field kind must be sent": lambda d: schema(d, "BookCreate")["required"].append("kind"),
    "`BookCreate, sent`: the field kind no longer takes atlas": lambda d: schema(d, "BookCreate")["properties"].update(
        kind={"type": "string", "enum": ["novel"]}
    ),
    "`BookCreate, sent`: the field note no longer takes null": lambda d: schema(d, "BookCreate")["properties"].update(
        note={"type": "string"}
    ),
    "`BookCreate, sent`: the field title has a lower maxLength": lambda d: schema(d, "BookCreate")["properties"].update(
        title={"type": "string", "maxLength": 50}
    ),
    "`BookCreate, sent`: the field title has another pattern": lambda d: schema(d, "BookCreate")["properties"].update(
        title={"type": "string", "maxLength": 100, "pattern": "^[a-z]+$"}
    ),
}


@pytest.mark.parametrize("told", BREAKING)
def test_sees_what_breaks(told: str) -> None:
    now = a_document()
    BREAKING[told](now)
    assert [str(one) for one in breaks(a_document(), now)] == [told]


def test_lets_pass_what_only_adds() -> None:
    now = a_document()
    listing(now)["parameters"].append({"name": "q", "in": "query", "schema": {"type": "string"}})
    listing(now)["parameters"][0]["schema"] = {"type": "integer", "maximum": 500}
    now["paths"]["/v1/shelves"] = deepcopy(now["paths"]["/v1/books"])
    schema(now, "Book")["properties"]["pages"] = {"type": "integer"}
    schema(now, "Book")["required"].append("kind")
    schema(now, "BookCreate")["properties"].update(
        pages={"type": "integer"}, title={"type": "string"}, kind={"type": "string"}
    )
    schema(now, "BookCreate")["required"].clear()
    assert breaks(a_document(), now) == []


def test_a_schema_by_another_name_breaks_nothing() -> None:
    now = a_document()
    schemas = now["components"]["schemas"]
    schemas["Volume"] = schemas.pop("Book")
    for operation in now["paths"]["/v1/books"].values():
        for answer in operation["responses"].values():
            answer["content"]["application/json"]["schema"] = {"$ref": "#/components/schemas/Volume"}
    assert breaks(a_document(), now) == []
