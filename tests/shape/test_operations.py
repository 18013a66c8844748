"""Every operation says what it demands and what it does."""

import re
from collections import Counter
from collections.abc import Iterator

from gateway.callers import SIGNED_IN
from services.contracts.scopes import INTERNAL, PUBLIC, SCOPES
from services.kit.errors import MEDIA_TYPE
from tests.shape.house import PACKAGES, document, documented, modules, operations, resources

KEBAB = re.compile(r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
PARAMETER = re.compile(r"^\{[a-z][a-z0-9_]*\}$")
SNAKE = re.compile(r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")
# A thing of which there is one in its place, or what is done with the collection before it.
SINGULAR = {
    "attendance",
    "audit",
    "bulk",
    "calendar",
    "content",
    "current",
    "export",
    "me",
    "membership",
    "password",
    "preview",
    "qr",
    "refresh",
    "search",
    "since-last-contact",
    "standing",
    "timeline",
    "tree",
}
# Their bodies or answers hold a secret, of which nothing may be kept.
WITH_SECRETS = {"/v1/api-keys", "/v1/api-keys/{id}/rotations", "/v1/users"}
OUTSIDE = {
    "/livez", "/readyz", "/metrics", "/status", "/internal/inbox", "/internal/erasures", "/internal/subjects",
    "/internal/mentions", "/internal/retention/previews", "/internal/retention/portions", "/internal/participants",
}  # fmt: skip
# What a name alone says: counts and flags do, and these.
OBVIOUS = {"cancel_note", "items", "results"}


def test_there_are_services_to_look_at() -> None:
    assert {"services.members", "gateway"} <= set(PACKAGES)
    assert len(documented()) > 50


def test_each_demands_a_scope_that_exists() -> None:
    known = {*SCOPES, PUBLIC, INTERNAL, SIGNED_IN}
    assert {(o.path, o.policy.scope) for _, o in operations() if o.policy.scope not in known} == set()


def test_each_scope_is_demanded_or_guards_something() -> None:
    used = {operation.policy.scope for _, operation in operations()}
    for _, resource in resources():
        used |= set(resource.guarded.values())
        used |= {filter.needs_scope or "" for filter in resource.filters.values()}
    # Some rules about rows are written where the rows are.
    sources = "".join(path.read_text() for name, path in modules("services", "gateway") if "/contracts/" not in name)
    assert {scope for scope in SCOPES if scope not in used and f'"{scope}"' not in sources} == set()


def test_writes_are_never_public_without_a_reason() -> None:
    public = {(o.path, *o.options["methods"]) for _, o in operations() if o.policy.scope == PUBLIC and o.policy.writes}
    assert public == {("/v1/sessions", "POST"), ("/v1/sessions/refresh", "POST")}


def test_what_is_internal_is_not_in_the_document() -> None:
    for package, operation in operations():
        if operation.policy.scope == INTERNAL or operation.path.startswith("/internal"):
            assert operation.policy.scope == INTERNAL, (package, operation.path)
            assert operation.options.get("include_in_schema") is False, (package, operation.path)


def test_each_has_a_summary_and_a_description() -> None:
    wanting = [
        f"{method} {path}"
        for _, method, path, said in documented()
        if not said.get("summary") or not said.get("description") or said["summary"].endswith(".")
    ]
    assert wanting == []


def test_each_has_an_id_of_its_own() -> None:
    ids = Counter(said["operationId"] for _, _, _, said in documented())
    assert [id for id, times in ids.items() if times > 1] == []
    names = Counter(operation.endpoint.__name__ for _, operation in operations() if operation.policy.scope != INTERNAL)
    assert [name for name, times in names.items() if times > 1] == []


def test_each_states_its_scope_in_the_document() -> None:
    for _, method, path, said in documented():
        scope = said.get("x-scope")
        assert (scope is None) == (said["security"] == []), f"{method} {path}"
        if scope is not None:
            (required,) = said["security"]
            first, *besides = required["bearer"]
            assert first == scope, f"{method} {path}"
            exported = ["records:export"] if path.endswith(("/export", "/rejected-rows")) else []
            assert besides in (exported, ["persons:sensitive"] if "subject-files" in path else exported), path


def test_each_refusal_is_a_problem() -> None:
    for _, method, path, said in documented():
        for status, response in said["responses"].items():
            if status >= "400":
                assert list(response["content"]) == [MEDIA_TYPE], f"{method} {path} {status}"


def test_each_post_can_be_repeated_and_each_change_names_the_state_it_starts_from() -> None:
    for _, operation in operations():
        (method,) = operation.options["methods"]
        if method in ("PATCH", "PUT", "DELETE") and operation.path.endswith("}"):
            assert operation.policy.conditional, operation.path
        if method == "POST" and operation.policy.scope not in (PUBLIC, INTERNAL, SIGNED_IN):
            assert operation.policy.keyed is (operation.path not in WITH_SECRETS), operation.path


def test_paths_are_plural_and_in_kebab_case_under_v1() -> None:
    for _, operation in operations():
        if operation.path in OUTSIDE:
            continue
        start, version, *segments = operation.path.split("/")
        assert (start, version) == ("", "v1"), operation.path
        for segment in segments:
            if PARAMETER.match(segment):
                continue
            assert KEBAB.match(segment), operation.path
            service_name = {"audit", "changes"} & set(segments) and segment == segments[0]
            assert segment.endswith("s") or segment in SINGULAR or service_name, operation.path


def test_parameters_are_in_snake_case() -> None:
    for _, method, path, said in documented():
        for parameter in said.get("parameters", []):
            if parameter["in"] != "header":
                assert all(SNAKE.match(part) for part in parameter["name"].split(".")), f"{method} {path}"


def test_fields_are_in_snake_case_and_told_of_somewhere() -> None:
    for package in PACKAGES:
        told: dict[str, bool] = {}
        for name, schema in document(package)["components"]["schemas"].items():
            for field, said in schema.get("properties", {}).items():
                assert SNAKE.match(field), f"{package} {name}.{field}"
                told[field] = told.get(field, False) or _says_something(said)
        assert {field for field, is_told in told.items() if not is_told} <= OBVIOUS, package


def _says_something(said: dict[str, object]) -> bool:
    text = str(said)
    words = ("'description'", "'examples'", "'$ref'", "'enum'", "'const'", "'format'", "'integer'", "'boolean'")
    return any(word in text for word in words)


def test_a_file_may_be_as_long_as_files_are() -> None:
    def binaries(value: object) -> Iterator[dict[str, int]]:
        if isinstance(value, dict):
            if value.get("format") == "binary":
                yield value
            value = list(value.values())
        for inner in value if isinstance(value, list) else []:
            yield from binaries(inner)

    found = [one for package in PACKAGES for one in binaries(document(package)["paths"])]
    assert len(found) > 20
    assert [one for one in found if one["maxLength"] < 10_000_000] == []
