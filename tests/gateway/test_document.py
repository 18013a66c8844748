"""The merged document and the pages drawn from it."""

import json
import re
from typing import Any

import pytest

from gateway.document import merge
from gateway.operations import Operations
from services.contracts.scopes import SCOPES
from services.kit.errors import NotFound, Problem
from tests.gateway.gateways import Gateway, gateway, listening
from tests.gateway.services import Echo, document
from tests.wire.api import assert_problem


def _with(part: dict[str, Any], **schemas: Any) -> dict[str, Any]:
    part["components"] = {"schemas": schemas}
    for name, item in zip(schemas, part["paths"].values(), strict=False):
        content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
        item["get"]["responses"]["200"]["content"] = content
    return part


def test_the_same_schema_is_shared_and_another_of_that_name_gets_the_service_s_name() -> None:
    money = {"type": "object", "properties": {"amount": {"type": "integer"}}}
    note, other = {"type": "string"}, {"type": "integer"}
    holds = {"type": "object", "properties": {"note": {"$ref": "#/components/schemas/Note"}}}
    merged = merge(
        {
            "members": _with(document("members", **{"/v1/persons": "persons:read"}), Money=money, Note=note, Box=holds),
            "events": _with(document("events", **{"/v1/series": "events:read"}), Note=other, Money=money, Box=holds),
        },
        "https://x.example",
    )
    schemas = merged["components"]["schemas"]
    assert schemas["Money"] == money
    assert (schemas["Note"], schemas["EventsNote"]) == (note, other)
    assert schemas["EventsBox"]["properties"]["note"]["$ref"] == "#/components/schemas/EventsNote"
    used = merged["paths"]["/v1/series"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert used == {"$ref": "#/components/schemas/EventsNote"}
    used = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(merged)))
    assert used <= {*schemas, "Problem"}, "of problems these parts have none"


def test_a_path_that_does_not_reach_its_service_is_left_out() -> None:
    merged = merge(
        {"members": document("members", **{"/v1/series": "events:read", "/livez": None})}, "https://x.example"
    )
    assert merged["paths"] == {}


def test_what_many_operations_have_in_common_is_said_once() -> None:
    part = document("members", **{f"/v1/persons/{n}": "persons:read" for n in range(6)})
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer"}}
    for n, item in enumerate(part["paths"].values()):
        refused = {
            "description": "Not there.",
            "content": {"application/problem+json": {"examples": {"not-found": {}}}},
        }
        item["get"]["responses"]["404"] = refused if n else {**refused, "description": "Gone."}
        item["get"]["parameters"] = [dict(limit), {**limit, "name": f"own_{n}"}]
    merged = merge({"members": part}, "https://x.example")
    first, *others = [item["get"] for item in merged["paths"].values()]
    assert first["responses"]["404"]["description"] == "Gone."
    assert {json.dumps(one["responses"]["404"]) for one in others} == {'{"$ref": "#/components/responses/NotFound"}'}
    assert merged["components"]["responses"]["NotFound"]["description"] == "Not there."
    assert {json.dumps(one["parameters"][0]) for one in others} == {'{"$ref": "#/components/parameters/Limit"}'}
    assert first["parameters"][1]["name"] == "own_0"


def test_what_the_gateway_itself_refuses_is_said_of_every_operation() -> None:
    parts = {"members": document("members", **{"/v1/persons": "persons:read", "/v1/organisations": None})}
    parts["gateway"] = document("gateway", **{"/v1/me": "members:read"})
    paths = merge(parts, "https://x.example")["paths"]
    said = {path: set(item["get"]["responses"]) - {"200"} for path, item in paths.items()}
    everywhere = {"400", "431"}
    assert said["/v1/me"] == everywhere
    assert said["/v1/persons"] == everywhere | {"502", "504"}
    # Without a credential it answers; with one that is not valid it does not.
    assert said["/v1/organisations"] == everywhere | {"401", "502", "504"}


async def test_the_document_is_merged_served_and_names_scopes(gate: Gateway) -> None:
    reply = await gate.as_(None).get("/openapi.json")
    merged = reply.json()
    assert merged["servers"][0]["url"] == "/"  # on one machine; in production the public address
    assert "/v1/organisations/{id}" in merged["paths"]
    assert "/v1/sessions" in merged["paths"]
    assert merged["x-scopes"] == dict(SCOPES)
    assert list(merged["components"]["securitySchemes"]) == ["bearer"]
    again = await gate.as_(None).get("/openapi.json", headers={"If-None-Match": reply.headers["etag"]})
    assert again.status_code == 304
    identifiers = [
        operation["operationId"]
        for item in merged["paths"].values()
        for operation in item.values()
        if "operationId" in operation
    ]
    assert len(identifiers) == len(set(identifiers))


async def test_every_operation_of_the_gateway_states_who_may_call_it(gate: Gateway) -> None:
    merged = (await gate.as_(None).get("/openapi.json")).json()
    for path, item in merged["paths"].items():
        for method, operation in item.items():
            if operation["tags"] == ["members"]:
                continue
            assert operation["summary"], (method, path)
            assert operation["description"], (method, path)
            named = [scope for one in operation["security"] for scopes in one.values() for scope in scopes]
            assert set(named) <= SCOPES.keys(), (method, path)


async def test_a_service_that_goes_down_keeps_its_part(database_url: str) -> None:
    echo = Echo(document("events", **{"/v1/series": None}))
    async with listening(echo) as url, gateway(database_url, {"events": url}) as gate:
        documents = gate.state.documents
        assert documents.version_of("events") == "1.2.3"
        echo.document = None
        await documents.refresh()
        assert "/v1/series" in (await gate.as_(None).get("/openapi.json")).json()["paths"]
        echo.document = document("events", **{"/v1/series": None, "/v1/events": "events:read"})
        await documents.refresh()
        assert "/v1/events" in (await gate.as_(None).get("/openapi.json")).json()["paths"]


async def test_a_document_that_has_not_changed_is_not_sent_again(database_url: str) -> None:
    echo = Echo(document("events", **{"/v1/series": None}))
    async with listening(echo) as url, gateway(database_url, {"events": url}) as gate:
        documents = gate.state.documents
        before, told = documents.etag, echo.told
        await documents.refresh()
        assert (documents.etag, echo.told) == (before, told)
        echo.document = _with(document("events", **{"/v1/series": None}), Tier={"type": "string"})
        await documents.refresh()
        assert (documents.etag != before, echo.told) == (True, told + 1)


def test_a_fixed_segment_wins_over_a_parameter() -> None:
    operations = Operations.of(
        {"members": document("members", **{"/v1/persons/{id}": "persons:read", "/v1/persons/feed": None})}
    )
    found = operations.find("GET", "/v1/persons/feed")
    assert found is not None
    assert found.public
    other = operations.find("HEAD", "/v1/persons/1")
    assert other is not None
    assert other.scopes == {"persons:read"}
    assert operations.find("POST", "/v1/persons/1") is None
    assert operations.find("GET", "/v1/persons/1/2") is None


@pytest.mark.parametrize("path", ["/", "/docs", "/problems", "/problems/not-found"])
async def test_pages_need_nothing_from_outside(gate: Gateway, path: str) -> None:
    client = gate.as_(None)
    reply = await client.get(path, headers={"Accept": "text/html"})
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("text/html")
    assert "unsafe" not in reply.headers["content-security-policy"]
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', reply.text)
    assert not re.findall(r"<(?:script|style)(?! src)[^>]*>|\son\w+=|\sstyle=", reply.text)
    for link in re.findall(r'(?:src|href)="(/pages/[^"]+)"', reply.text):
        assert (await client.get(link)).status_code == 200
    assert "$" not in re.sub(r"\$(?:TOKEN|\()", "", reply.text), "a placeholder was left"


async def test_scripts_load_only_each_other(gate: Gateway) -> None:
    for name in ("docs.js", "schema.js", "try.js"):
        text = (await gate.as_(None).get(f"/pages/{name}")).text
        assert set(re.findall(r'from "([^"]+)"', text)) <= {"./schema.js", "./try.js"}
        assert "innerHTML" not in text
    assert_problem(await gate.as_(None).get("/pages/start.html"), NotFound)
    assert_problem(await gate.as_(None).get("/pages/..%2fapp.py"), NotFound)


async def test_every_problem_has_its_page(gate: Gateway, key: str) -> None:
    reply = await gate.as_(key).get("/v1/nothing")
    address = reply.json()["type"].removeprefix(gate.settings.public_url)
    page = await gate.as_(None).get(address, headers={"Accept": "text/html,application/xhtml+xml"})
    assert "404" in page.text
    assert (await gate.as_(None).get(address)).json()["status"] == 404
    listed = {one["slug"] for one in (await gate.as_(None).get("/problems")).json()["items"]}
    assert listed >= {slug for slug, kind in Problem.known.items() if kind.__module__.startswith("gateway.")}
    assert_problem(await gate.as_(None).get("/problems/none-such"), NotFound)


async def test_problems_from_the_wire_have_pages_too(gate: Gateway) -> None:
    for slug in ("head-too-large", "request-timeout", "bad-request", "unavailable"):
        assert (await gate.as_(None).get(f"/problems/{slug}")).status_code == 200
