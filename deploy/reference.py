"""`python -m deploy.reference`: write docs/reference from the code; with `--check`, say what is stale.

Errors, settings, scopes, tables and operations are described where they are written, and nowhere else.
"""

import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from alembic.script import ScriptDirectory
from pydantic import BaseModel
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, MetaData, Table, UniqueConstraint
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase

from deploy.databases import PACKAGES
from deploy.import_file import KEY
from deploy.local.settings import VARIABLES
from gateway.settings import GatewaySettings
from services.contracts.scopes import INTERNAL, PUBLIC, SCOPES, STAFF_ONLY
from services.kit import migrate
from services.kit.app import build_app
from services.kit.changes import ChangeRow
from services.kit.db import Base, Tracked
from services.kit.document import problems_of
from services.kit.errors import Problem
from services.kit.routing import Operation, Route
from services.kit.service import Service
from services.kit.settings import Settings

FOLDER = Path(__file__).parent.parent / "docs" / "reference"
_NOTE = "<!-- Written by `python -m deploy.reference` from the code; edit it there. -->\n"
_NOWHERE = "postgresql://nobody@nowhere/none"  # documents need no database


def main(arguments: list[str]) -> int:
    """Write every page, or say which differ from the code."""
    written = pages()
    stale = [name for name, text in written.items() if not (FOLDER / name).exists() or _read(name) != text]
    if arguments == ["--check"]:
        for name in stale:
            print(f"docs/reference/{name} is not what the code says: run `python -m deploy.reference`", file=sys.stderr)
        return 1 if stale else 0
    if arguments:
        print("usage: python -m deploy.reference [--check]", file=sys.stderr)
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in stale:
        (FOLDER / name).write_text(written[name])
        print(f"docs/reference/{name}")
    return 0


def pages() -> dict[str, str]:
    """File name → text."""
    makers: dict[str, Callable[[], Iterable[str]]] = {
        "errors.md": errors,
        "settings.md": settings,
        "scopes.md": scopes,
        "tables.md": tables,
        "operations.md": operations,
    }
    return {name: _NOTE + "\n".join(make()).rstrip() + "\n" for name, make in makers.items()}


def _read(name: str) -> str:
    return (FOLDER / name).read_text()


def services() -> dict[str, Service]:
    """Every service there is, by name."""
    found: dict[str, Service] = {}
    for name, package in PACKAGES.items():
        if importlib.util.find_spec(package) and importlib.util.find_spec(f"{package}.app"):
            found[name] = importlib.import_module(f"{package}.app").SERVICE
    return found


def _public(service: Service) -> Iterator[Operation]:
    for routes in service.routes():
        for operation in routes.operations:
            if operation.options.get("include_in_schema", True):
                yield operation


# -- the pages ---------------------------------------------------------------------------------------------------------


def errors() -> Iterator[str]:
    """Every problem: where it is met, and what to do."""
    where: dict[type[Problem], set[str]] = {}
    for name, service in services().items():
        for operation in _public(service):
            for problem in problems_of(operation):
                where.setdefault(problem, set()).add(name)
    for problem in Problem.known.values():
        if not problem.__module__.startswith("tests."):
            where.setdefault(problem, set())
    yield "# Errors\n"
    yield "Every failure is `application/problem+json` (RFC 9457); the last segment of its `type` is the name here.\n"
    yield from _table("name", "status", "what it means", "what to do", "met in")
    for problem in sorted(where, key=lambda kind: (kind.status, kind.slug, kind.__module__)):
        met = (
            "any service" if where[problem] == services().keys() else ", ".join(sorted(where[problem])) or "any address"
        )
        yield _row(f"`{problem.slug}`", problem.status, problem.title, problem.advice, met)


def settings() -> Iterator[str]:
    """Every environment variable."""
    yield "# Settings\n"
    yield "Processes read environment variables and nothing else; a wrong one stops the start and says which.\n"
    yield "## Every process\n"
    yield from _settings(Settings, frozenset())
    yield "\n## The gateway besides\n"
    yield from _settings(GatewaySettings, frozenset(Settings.model_fields))
    yield "\n## One machine: `make up` and the `alliance` command\n"
    yield "The stack tells each process what stands above; of that, what your environment says is passed on, but for"
    yield "addresses, databases and secrets, which it makes itself. It reads besides:\n"
    yield from _table("variable", "value", "default", "what it does")
    for one in VARIABLES:
        yield _row(f"`{one.name}`", one.kind, "none" if one.default is None else f"`{one.default}`", one.said)
    yield f"\n`alliance import` takes the API key it calls with from `{KEY}`."


def _settings(model: type[BaseModel], known: frozenset[str]) -> Iterator[str]:
    schema = model.model_json_schema()
    yield from _table("variable", "value", "default", "what it does")
    for name, said in schema["properties"].items():
        if name not in known:
            secret = "password" in str(said)
            default = "required" if name in schema.get("required", ()) else _default(said, secret=secret)
            yield _row(f"`{name.upper()}`", _kind(said, secret=secret), default, said.get("description", ""))


def _default(said: dict[str, Any], *, secret: bool) -> str:
    if said.get("default") in (None, ""):
        return "none"
    return "a placeholder, refused in production" if secret else f"`{said['default']}`"


def _kind(said: dict[str, Any], *, secret: bool) -> str:
    found = next((one for one in said.get("anyOf", ()) if one.get("type") != "null"), said)
    if "enum" in found:
        return ", ".join(f"`{value}`" for value in found["enum"])
    least, most = found.get("minimum"), found.get("maximum")
    limits = [f"at {word} {value:,}" for word, value in (("least", least), ("most", most)) if value is not None]
    kind = "secret text" if secret else {"integer": "number", "string": "text"}.get(found["type"], found["type"])
    return ", ".join([kind, *limits])


def scopes() -> Iterator[str]:
    """Every scope: what it allows, and which roles begin with it."""
    roles = _first_roles()
    demanded: dict[str, int] = {}
    for service in services().values():
        for operation in _public(service):
            for scope in (operation.policy.scope, *operation.policy.besides):
                demanded[scope] = demanded.get(scope, 0) + 1
    yield "# Scopes\n"
    yield "A role or an API key is a set of these; [operations](operations.md) says which each operation demands.\n"
    yield from _table("scope", "lets a caller", "operations", *[f"`{role}`" for role in roles])
    for scope, text in SCOPES.items():
        held = ["yes" if scope in given else "" for given in roles.values()]
        yield _row(f"`{scope}`", text, demanded.get(scope, 0), *held)
    yield f"\nNever shown to partners, whatever their key holds: {', '.join(f'`{s}`' for s in sorted(STAFF_ONLY))}."
    yield f"`{INTERNAL}` is held by services only; operations marked `{PUBLIC}` need no credential."
    if roles:
        yield "\nThe columns are the roles an alliance starts with; they are data, and edited at `/v1/roles`."


def _first_roles() -> dict[str, set[str]]:
    """What the gateway's migrations give, in their order."""
    roles: dict[str, set[str]] = {}
    history = ScriptDirectory.from_config(migrate.config("gateway", _NOWHERE))
    for script in reversed(list(history.walk_revisions())):
        roles.update({name: set(given) for name, _, given in getattr(script.module, "ROLES", ())})
        for name, scopes in getattr(script.module, "GIVEN", {}).items():
            roles[name].update(scopes)
    return roles


def operations() -> Iterator[str]:
    """Every operation, by service and heading."""
    yield "# Operations\n"
    yield "The whole of each stands in the OpenAPI document, at `/openapi.json` and readable at `/docs`."
    for service in services().values():
        routes = [r for r in build_app(service, Settings(database_url=_NOWHERE)).routes if isinstance(r, Route)]
        summaries = {(r.path_format, method): r.summary for r in routes for method in r.methods or ()}
        yield f"\n## {service.title}\n\n{service.description}"
        by_heading: dict[str, list[Operation]] = {}
        for operation in _public(service):
            by_heading.setdefault(operation.options["tags"][0], []).append(operation)
        for heading, of_it in by_heading.items():
            yield f"\n### {heading}\n"
            yield from _table("operation", "scope", "what it does")
            for operation in of_it:
                (method,) = operation.options["methods"]
                summary = summaries[operation.path, method]
                demands = " ".join(f"`{scope}`" for scope in (operation.policy.scope, *operation.policy.besides))
                yield _row(f"`{method} {operation.path}`", demands, summary)


def tables() -> Iterator[str]:
    """Every table: columns, rules, indexes."""
    yield "# Tables\n"
    yield "Each service owns its database; none can see another's. Values of columns marked *personal* are not kept in"
    yield "the change log, which names them only."
    for name, service in services().items():
        module = importlib.import_module(f"{service.package}.tables")
        yield f"\n## {name}"
        yield from _tables(module.metadata)
    yield "\n## In every database"
    assert {row.__tablename__ for row in (*migrate.KIT_ROWS, ChangeRow)} <= Base.metadata.tables.keys()
    yield from _tables(Base.metadata)
    yield "\nThe job queue's tables (`procrastinate_…`) stand beside them."


def _tables(metadata: MetaData) -> Iterator[str]:
    rows = {kind.__table__: kind for kind in _row_classes(DeclarativeBase) if kind.metadata is metadata}
    for table in sorted(metadata.tables.values(), key=lambda one: one.name):
        kind = rows.get(table)
        said = ((kind.__doc__ if kind is not None else None) or "").strip().partition("\n")[0]
        personal: frozenset[str] = kind.personal if kind is not None and issubclass(kind, Tracked) else frozenset()
        yield f"\n### {table.name}\n"
        if said:
            yield f"{said}\n"
        yield from _table("column", "type", "")
        for column in table.columns:
            yield _row(f"`{column.name}`", _type(column), ", ".join(_marks(column, personal)))
        rules = sorted(_rules(table))
        if rules:
            yield ""
            yield from (f"- {rule}" for rule in rules)


def _row_classes(base: Any) -> Iterator[Any]:
    for kind in base.__subclasses__():
        yield from _row_classes(kind)
        if hasattr(kind, "__table__"):
            yield kind


def _type(column: Column[Any]) -> str:
    return column.type.compile(dialect=postgresql.dialect()).lower()  # type: ignore[no-untyped-call]


def _marks(column: Column[Any], personal: frozenset[str]) -> Iterator[str]:
    if column.primary_key:
        yield "key"
    elif column.nullable:
        yield "may be null"
    for key in sorted(column.foreign_keys, key=lambda one: one.target_fullname):
        yield f"refers to `{key.target_fullname}`" + (f" (on delete {key.ondelete.lower()})" if key.ondelete else "")
    if column.name in personal:
        yield "*personal*"


def _rules(table: Table) -> Iterator[str]:
    for rule in table.constraints:
        if isinstance(rule, UniqueConstraint):
            yield f"unique: {', '.join(f'`{column.name}`' for column in rule.columns)}"
        elif isinstance(rule, CheckConstraint):
            yield f"check `{rule.name}`: `{rule.sqltext}`"
        elif isinstance(rule, ForeignKeyConstraint) and len(rule.columns) > 1:
            yield f"{', '.join(f'`{key}`' for key in rule.column_keys)} refer to `{rule.referred_table.name}`"
    for index in table.indexes:
        using = index.dialect_options["postgresql"]["using"]
        condition = index.dialect_options["postgresql"]["where"]
        on = ", ".join(f"`{getattr(one, 'name', one)}`" for one in index.expressions)
        kind = "unique index" if index.unique else "index"
        yield f"{kind}{f' ({using})' if using else ''}: {on}{f' where `{condition}`' if condition is not None else ''}"


# -- Markdown ----------------------------------------------------------------------------------------------------------


def _table(*heads: str) -> Iterator[str]:
    yield _row(*heads)
    yield _row(*["---"] * len(heads))


def _row(*cells: object) -> str:
    return "| " + " | ".join(str(cell).replace("\n", " ").replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
