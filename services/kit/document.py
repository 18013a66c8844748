"""What the OpenAPI document says of every operation beyond FastAPI: scope, problems, common headers, links."""

import json
import re
from collections.abc import Sequence
from typing import Any

from services.contracts.base import Problem as ProblemBody
from services.contracts.scopes import PUBLIC, SCOPES
from services.kit import errors, etag
from services.kit.bulk import ItemRefused, NothingCreated
from services.kit.disclosure import PATTERN
from services.kit.errors import MEDIA_TYPE, Problem, problems_page
from services.kit.links import connect
from services.kit.listing import SELECTION
from services.kit.multipart import MEDIA_TYPE as FORM
from services.kit.multipart import described
from services.kit.rights import WITHHELD, withholds
from services.kit.routing import Operation, Routes
from services.kit.schemas import complete

_HEADER = {"in": "header", "required": False}
IDEMPOTENCY_KEY = {
    **_HEADER,
    "name": "Idempotency-Key",
    # No example: whoever copied it would use one key for different requests.
    "description": "Makes the request safe to repeat: for 72 hours the same key answers with the first answer. "
    "Use a new one, such as a UUID, for each new request.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
IF_MATCH = {
    **_HEADER,
    "name": "If-Match",
    "required": True,
    "description": 'The ETag of the record you read, such as `"3.9f86d081884c"`, so that nobody\'s change is '
    "overwritten unseen; `*` changes it whatever it is by now.",
    "schema": {"type": "string", "maxLength": etag.LONGEST, "pattern": etag.TAGS},
    "example": "*",
}
IF_NONE_MATCH = {
    **_HEADER,
    "name": "If-None-Match",
    "description": "An ETag you hold: 304 when the record is still the same.",
    "schema": {"type": "string", "maxLength": etag.LONGEST},
    "example": '"3.9f86d081884c"',
}
HEADERS: dict[str, Any] = {
    "X-Request-Id": {
        "description": "The request's id. Quote it when you ask for help.",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]+$", "minLength": 8, "maxLength": 64},
    },
    "Retry-After": {
        "description": "Seconds to wait.",
        "schema": {"type": "integer", "format": "int32", "minimum": 0, "maximum": 86_400},
    },
    "ETag": {
        "description": "Of the record as it now is, for `If-Match` and `If-None-Match`.",
        "schema": {"type": "string", "pattern": '^"[0-9]+\\.[0-9a-f]+"$', "maxLength": 80},
    },
    "Location": {
        "description": "Where the new record is.",
        "schema": {"type": "string", "format": "uri-reference", "maxLength": 200},
    },
    "Idempotency-Replayed": {
        "description": "The key was used before; this is the first answer again.",
        "schema": {"type": "string", "const": "true"},
    },
    "Dry-Run": {
        "description": "Nothing was stored; this is what would have been.",
        "schema": {"type": "string", "const": "true"},
    },
    WITHHELD: {
        "description": "Fields that were left out because no purpose was stated. Said to callers whose scopes would "
        "show them with one; sensitive custom fields are told by their definitions.",
        "schema": {"type": "string", "pattern": "^[a-z_]+(, [a-z_]+)*$", "maxLength": 1_000},
    },
}
PURPOSE = {
    **_HEADER,
    "name": "Purpose",
    "description": "What sensitive fields are read for: the key of one of `/v1/purposes?access=true`. Without it, with "
    "an Idempotency-Key and in a dry run the answer leaves them out. The read is kept in the audit log.",
    "schema": {"type": "string", "maxLength": 40, "pattern": PATTERN},
    "example": "visa_letter",
}
DRY_RUN = {
    "in": "query",
    "name": "dry_run",
    "required": False,
    "description": "Do everything and roll it back: answers with what would have been.",
    "schema": {"type": "boolean", "default": False},
}


def problems_of(operation: Operation) -> list[type[Problem]]:
    """Every problem an operation can answer with."""
    policy = operation.policy
    found: list[type[Problem]] = [*operation.refuses]
    if policy.scope != PUBLIC:
        found += [errors.Unauthenticated, errors.Forbidden]
    if policy.purposeful:
        found.append(errors.PurposeRequired)
    if "{" in operation.path:
        found.append(errors.NotFound)
    if policy.read is not None and operation.path.endswith("}"):
        found.append(errors.BadRequest)
    if policy.writes:
        found += [errors.BadRequest, errors.ContentTooLarge, errors.UnsupportedMediaType]
    if policy.conditional:
        found += [errors.PreconditionFailed, errors.PreconditionRequired]
    if policy.keyed:
        found += [errors.RequestInProgress, errors.IdempotencyKeyReused]
    if policy.writes and operation.options["methods"] != ["DELETE"]:
        found.append(errors.Contradiction)
    if operation.path.endswith("/bulk"):
        found.append(NothingCreated)
    found += [errors.Invalid, errors.TooManyRequests, errors.InternalError, errors.Unavailable]
    return list(dict.fromkeys(found))


def describe(operation: Operation) -> dict[str, Any]:
    """Options for FastAPI: responses, security and parameters of one operation."""
    policy = operation.policy
    by_status: dict[int, list[type[Problem]]] = {}
    for problem in problems_of(operation):
        by_status.setdefault(problem.status, []).append(problem)
    responses: dict[int | str, dict[str, Any]] = {
        status: refusal(problems) for status, problems in sorted(by_status.items())
    }
    parameters = []
    if policy.keyed:
        parameters.append(IDEMPOTENCY_KEY)
    if policy.conditional:
        parameters.append(IF_MATCH)
    if policy.writes and policy.rehearses:
        parameters.append(DRY_RUN)
    if policy.read is None and policy.purposeful:
        parameters.append(PURPOSE)
    if policy.read is not None and operation.path.endswith("}"):
        parameters.append(IF_NONE_MATCH)
        responses[304] = {"description": "Nothing changed since the ETag you hold.", "headers": _headers("ETag")}
    extra: dict[str, Any] = {"parameters": parameters, "operationId": operation.endpoint.__name__.lower()}
    if policy.streams:
        # A JSON file is taken as well. As a string it would be one in quotes, and of a list or an object the generated
        # Python client is no valid code.
        content = {name: _file(name) for name in policy.streams if name != "application/json"}
        extra["requestBody"] = {"required": True, "content": content}
    extra["security"] = [] if policy.scope == PUBLIC else [{"bearer": [policy.scope, *policy.besides]}]
    if policy.scope != PUBLIC:
        extra["x-scope"] = policy.scope
    return {"responses": responses, "openapi_extra": extra}


def refusal(problems: Sequence[type[Problem]]) -> dict[str, Any]:
    """What the document says of an answer that is one of these problems, which have a status in common."""
    names = ["X-Request-Id"]
    if problems[0].status in (429, 502, 503, 504):
        names.append("Retry-After")
    return {
        "description": "; ".join(problem.title for problem in problems) + ".",
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {problem.slug: {"value": _example(problem)} for problem in problems},
            }
        },
        "headers": _headers(*names),
    }


def _example(problem: type[Problem]) -> dict[str, Any]:
    example: dict[str, Any] = {
        "type": f"/problems/{problem.slug}",
        "title": problem.title,
        "status": problem.status,
        # The same everywhere, so that the gateway can say an answer once for many operations.
        "instance": "/v1/organisations",
        "request_id": "01976b1e-7c3a-7000-8000-00000000abcd",
    }
    return example


def _file(media_type: str) -> dict[str, Any]:
    binary = {"type": "string", "format": "binary"}
    return described(binary) if media_type == FORM else {"schema": binary}


def _headers(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def finish(document: dict[str, Any], routes: Sequence[Routes]) -> dict[str, Any]:
    """Add what belongs to the whole document."""
    if "x-problems" in document:
        return document
    document = _readable_names(document)
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    problem = ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    components["securitySchemes"] = {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "description": "An access token (`POST /v1/sessions`) or an API key (`alc_live_…`).",
        }
    }
    operations = [operation for group in routes for operation in group.operations]
    used = {problem for operation in operations for problem in problems_of(operation)}
    if NothingCreated in used:
        used.add(ItemRefused)
    components["headers"] = HEADERS
    document["x-problems"] = problems_page(sorted(used, key=lambda p: p.slug))
    document["x-scopes"] = SCOPES
    withholding = {one.path for group in routes for one in group.resources if withholds(one)}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            _describe_parameters(operation)
            reads = method == "get" and path.removesuffix("/{id}").removesuffix("/export") in withholding
            _add_headers(operation, *([WITHHELD] if reads else []))
            _offer_selection(operation, schemas)
            _show_what_is_invalid(path, operation, schemas)
    complete(document)
    connect(document["paths"])
    return document


def _show_what_is_invalid(path: str, operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """An operation's example of values that are not valid: one of its own fields, or a parameter it does not have."""
    example = operation["responses"]["422"]["content"][MEDIA_TYPE]["examples"][errors.Invalid.slug]["value"]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    schema = schemas.get(body.get("$ref", "").rsplit("/", 1)[-1], {})
    error = {"pointer": "page", "code": "unknown_parameter", "detail": "This address does not take the parameter."}
    if schema.get("required"):
        error = {"pointer": f"/{schema['required'][0]}", "code": "missing", "detail": "Field required"}
    elif schema.get("additionalProperties") is False:
        error = {"pointer": "/colour", "code": "extra_forbidden", "detail": "Extra inputs are not permitted"}
    example.update(instance=path, errors=[error])


def _readable_names(document: dict[str, Any]) -> dict[str, Any]:
    """Pydantic names a page of persons `Page_Person_`; clients want `PersonPage`."""
    written = json.dumps(document)
    written = re.sub(r"\bPage_([A-Za-z]+)_", r"\1Page", written)
    renamed: dict[str, Any] = json.loads(re.sub(r"\bBulkCreate_([A-Za-z]+)Create_", r"\1BulkCreate", written))
    return renamed


def _offer_selection(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """What takes `fields` answers it under a media type of its own, with every field but the id optional."""
    content = operation["responses"].get("200", {}).get("content", {})
    whole = content.get("application/json", {}).get("schema", {}).get("$ref")
    if whole is None or "fields" not in [parameter["name"] for parameter in operation.get("parameters", [])]:
        return
    content[SELECTION] = {"schema": {"$ref": _selection(whole, schemas)}}


def _selection(whole: str, schemas: dict[str, Any]) -> str:
    name = whole.rsplit("/", 1)[-1]
    part = {**schemas[name], "title": f"{schemas[name].get('title', name)}Selection"}
    items = part["properties"].get("items", {}).get("items", {}).get("$ref")
    if items is not None and "next_cursor" in part["properties"]:
        listed = {**part["properties"]["items"], "items": {"$ref": _selection(items, schemas)}}
        part["properties"] = {**part["properties"], "items": listed}
    else:
        part["required"] = ["id"]
    schemas.setdefault(f"{name}Selection", part)
    return f"{whole}Selection"


def _describe_parameters(operation: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "query" and parameter["name"] == "facets":
            parameter.update(style="form", explode=False)
        if parameter["in"] == "path" and parameter["name"] == "id":
            parameter.setdefault("description", "Its id.")


def _add_headers(operation: dict[str, Any], *besides: str) -> None:
    parameters = {parameter["name"] for parameter in operation.get("parameters", [])}
    for status, response in operation["responses"].items():
        if not status.startswith("2"):
            continue
        names = ["X-Request-Id", *besides]
        if status == "201":
            names.append("Location")
        if status != "204" and parameters & {"If-Match", "If-None-Match"}:
            names.append("ETag")
        if "Idempotency-Key" in parameters:
            names += ["ETag", "Idempotency-Replayed"]
        if "dry_run" in parameters:
            names.append("Dry-Run")
        response["headers"] = {**_headers(*names), **response.get("headers", {})}
