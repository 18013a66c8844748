"""What there is: services, operations, documents, modules."""

import ast
import functools
import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from services.kit.app import build_app
from services.kit.health import health_routes
from services.kit.reading import Resource
from services.kit.routing import Operation
from services.kit.service import Service
from services.kit.settings import Settings

ROOT = Path(__file__).parents[2]
NO_SERVICES = {"kit", "contracts", "clients"}
SERVICES = sorted(
    path.name for path in (ROOT / "services").iterdir() if (path / "app.py").exists() and path.name not in NO_SERVICES
)
PACKAGES = [*[f"services.{name}" for name in SERVICES], "gateway"]


@functools.cache
def service(package: str) -> Service:
    """A service as its `app.py` describes it."""
    found: Service = importlib.import_module(f"{package}.app").SERVICE
    return found


@functools.cache
def document(package: str) -> dict[str, Any]:
    """A service's OpenAPI document."""
    settings = Settings(database_url="postgresql://nobody@nowhere/none")
    return build_app(service(package), settings).openapi()


def operations() -> list[tuple[str, Operation]]:
    """Every operation there is, with the package it belongs to."""
    groups = [(package, routes) for package in PACKAGES for routes in service(package).routes()]
    groups.append(("services.kit", health_routes()))
    return [(package, operation) for package, routes in groups for operation in routes.operations]


def documented() -> list[tuple[str, str, str, dict[str, Any]]]:
    """Every operation of the documents: package, method, path, what is said of it."""
    return [
        (package, method.upper(), path, said)
        for package in PACKAGES
        for path, methods in document(package)["paths"].items()
        for method, said in methods.items()
    ]


def modules(*folders: str) -> Iterator[tuple[str, Path]]:
    """Python files under these folders, by their path from the root."""
    for folder in folders:
        for path in sorted(ours(ROOT / folder, "*.py")):
            yield path.relative_to(ROOT).as_posix(), path


def ours(folder: Path, pattern: str = "*") -> Iterator[Path]:
    """Files of a folder, but for what tools put there (`.out`, `node_modules`)."""
    for path in folder.rglob(pattern):
        within = path.relative_to(folder).parts
        if not any(part.startswith(".") or part == "node_modules" for part in within):
            yield path


@functools.cache
def tree(path: Path) -> ast.Module:
    """A file's syntax."""
    return ast.parse(path.read_text())


def imported(path: Path) -> set[str]:
    """Modules that a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def resources() -> list[tuple[str, Resource[Any]]]:
    """Every readable resource that a module of a service names."""
    found: dict[int, tuple[str, Resource[Any]]] = {}
    for name, path in modules("services", "gateway"):
        if path.name != "queries.py" and "Resource(" not in path.read_text():
            continue
        module: ModuleType = importlib.import_module(name.removesuffix(".py").replace("/", "."))
        for value in vars(module).values():
            if isinstance(value, Resource):
                found[id(value)] = (name, value)
    return list(found.values())
