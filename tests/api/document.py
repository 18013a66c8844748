"""The merged document without a running stack, and what of it clients depend on."""

import functools
import json
import re
from typing import Any, Final

from gateway.document import GATEWAY, merge
from gateway.table import SERVICES
from services.kit.listing import SELECTION
from tests.shape.house import ROOT, document

Document = dict[str, Any]
RELEASED: Final = ROOT / "docs" / "openapi" / "released.json"
_SPOKEN: Final = frozenset(
    {"description", "summary", "title", "example", "examples", "tags", "links", "x-problems", "x-scopes"}
)
_NAMED: Final = frozenset({"properties", "paths", "schemas", "parameters", "responses", "content", "$defs"})
"""Below these the keys are names, not keywords: a field may be called `title`."""


@functools.cache
def merged() -> Document:
    """What the gateway of this code serves at `/openapi.json`."""
    parts = {name: document(f"services.{name}") for name in SERVICES}
    return merge({**parts, GATEWAY: document("gateway")}, "http://127.0.0.1:8000")


def contract(whole: Document) -> Document:
    """A document without what only people read, without refusals, and without the narrowed forms (`fields=`) of what is
    answered whole: what a client may depend on."""
    bare = _without_words(whole, named=False)
    for item in bare["paths"].values():
        for operation in item.values():
            operation["responses"] = {
                status: {
                    "content": {kind: said for kind, said in answer.get("content", {}).items() if kind != SELECTION}
                }
                for status, answer in operation["responses"].items()
                if status[0] in "23"
            }
    components = {kind: bare["components"][kind] for kind in ("schemas", "parameters")}
    used = _references(bare["paths"], components)
    return {
        "info": {"version": whole["info"]["version"]},
        "paths": bare["paths"],
        "components": {
            kind: {name: said for name, said in found.items() if f"#/components/{kind}/{name}" in used}
            for kind, found in components.items()
        },
    }


def _references(value: Any, components: Document) -> set[str]:
    """Every component that something refers to, by whatever way."""
    found: set[str] = set()
    ahead = [json.dumps(value)]
    while ahead:
        for reference in set(re.findall(r"#/components/[^\"]+", ahead.pop())) - found:
            found.add(reference)
            kind, name = reference.split("/")[-2:]
            ahead.append(json.dumps(components[kind][name]))
    return found


def _without_words(value: Any, *, named: bool) -> Any:
    if isinstance(value, dict):
        return {
            key: _without_words(inner, named=not named and key in _NAMED and isinstance(inner, dict))
            for key, inner in value.items()
            if named or key not in _SPOKEN
        }
    return [_without_words(inner, named=False) for inner in value] if isinstance(value, list) else value


def written(bare: Document) -> str:
    """The same text for the same contract, a line for each path and component, so that differences can be read."""
    said = [f'{{"info":{_compact(bare["info"])}']
    for name, entries in {"paths": bare["paths"], **bare["components"]}.items():
        lines = [f"{json.dumps(key)}:{_compact(entry)}" for key, entry in sorted(entries.items())]
        said.append(f'"{name}":{{\n' + ",\n".join(lines) + "\n}")
    return ",\n".join(said) + "}\n"


def _compact(entry: Any) -> str:
    return json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def read() -> Document:
    """The contract that was released last."""
    kept = json.loads(RELEASED.read_text(encoding="utf-8"))
    return {"info": kept.pop("info"), "paths": kept.pop("paths"), "components": kept}
