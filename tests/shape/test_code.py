"""What code may and may not do where."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shape.house import ROOT, SERVICES, imported, modules, ours, tree

LONGEST_FILE = 400
NOT_IN_CONTRACTS = {"fastapi", "starlette", "sqlalchemy", "psycopg", "httpx", "aiohttp", "procrastinate"}
NO_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "shared"}


def calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield node


def test_nobody_commits_but_the_kit() -> None:
    found = [
        f"{name}:{call.lineno}"
        for name, path in modules("services", "gateway")
        if not name.startswith("services/kit/")
        for call in calls(path)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "commit"
    ]
    assert found == []


def test_nobody_raises_a_plain_http_exception() -> None:
    found = [
        f"{name}:{node.lineno}"
        for name, path in modules("services", "gateway")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Raise) and node.exc is not None and "HTTPException" in ast.dump(node.exc)
    ]
    assert found == []


def test_contracts_are_plain_pydantic() -> None:
    found = [
        (name, module)
        for name, path in modules("services/contracts")
        for module in imported(path)
        if module.partition(".")[0] in NOT_IN_CONTRACTS
        or (module.startswith(("services.", "gateway")) and not module.startswith("services.contracts"))
    ]
    assert found == []


def test_services_do_not_know_each_other() -> None:
    for service in SERVICES:
        strangers = tuple(f"services.{other}" for other in SERVICES if other != service)
        found = [
            (name, module)
            for name, path in modules(f"services/{service}")
            for module in imported(path)
            if module.startswith((*strangers, "gateway", "deploy", "tests"))
        ]
        assert found == []


def test_routes_speak_no_sql() -> None:
    found = [
        (name, module)
        for service in SERVICES
        for name, path in modules(f"services/{service}/features")
        if path.name == "routes.py"
        for module in imported(path)
        if module.partition(".")[0] in {"sqlalchemy", "psycopg"}
    ]
    assert found == []


def test_no_settings_and_no_engine_are_made_at_import() -> None:
    makers = {"Settings", "GatewaySettings", "build_app", "create_engine", "create_async_engine", "Database"}
    found = []
    for name, path in modules("services", "gateway"):
        for statement in tree(path).body:
            if isinstance(statement, ast.If | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
            found += [
                f"{name}:{node.lineno}"
                for node in ast.walk(statement)
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in makers
            ]
    assert found == []


@pytest.mark.parametrize("folder", ["services", "gateway", "deploy", "tests"])
def test_a_file_is_read_in_one_sitting(folder: str) -> None:
    lengths = {
        name: len(path.read_text().splitlines())
        for name, path in modules(folder)
        if "/migrations/versions/" not in name
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_a_module_is_named_for_what_it_is() -> None:
    found = [
        path.relative_to(ROOT).as_posix()
        for folder in ("services", "gateway", "deploy", "tests")
        for path in ours(ROOT / folder)
        if path.stem.lower() in NO_NAMES
    ]
    assert found == []


def test_every_module_says_what_it_is_for() -> None:
    found = [
        name
        for name, path in modules("services", "gateway", "deploy", "tests")
        if path.read_text().strip() and ast.get_docstring(tree(path)) is None
    ]
    assert found == []


def test_public_names_are_explained() -> None:
    found = []
    for name, path in modules("services", "gateway"):
        if "/migrations/" in name:
            continue
        for node in tree(path).body:
            public = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name[0] != "_"
            if public and ast.get_docstring(node) is None:  # type: ignore[arg-type]
                found.append(f"{name}:{node.lineno}")
    assert found == []
