"""Says once what many operations have in common: their refusals and parameters, as components of the document.

Written out at each of some hundreds of operations they are four fifths of the document, which browsers, generators and
this process all read.
"""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

Document = dict[str, Any]


def share(document: Document) -> None:
    """Move each refusal and parameter that stands in several places to the components."""
    operations = [operation for item in document["paths"].values() for operation in item.values()]
    _share(document, "responses", _refusals(operations), least=2)
    # Few parameters are the same by accident: those of the grammar are in many operations.
    _share(document, "parameters", _parameters(operations), least=6)


def _refusals(operations: list[Document]) -> list[tuple[Any, Any, str]]:
    """Where each stands (container, key), and a name for it."""
    return [
        (operation["responses"], status, _named_after(response) or f"Status{status}")
        for operation in operations
        for status, response in operation["responses"].items()
        # What is not valid is each operation's own, and so is the example of it.
        if status[0] in "45" and status != "422"
    ]


def _parameters(operations: list[Document]) -> list[tuple[Any, Any, str]]:
    return [
        (operation["parameters"], place, _word(parameter["name"], " ."))
        for operation in operations
        for place, parameter in enumerate(operation.get("parameters", []))
        if "$ref" not in parameter
    ]


def _named_after(response: Document) -> str:
    """After the problems that it may be."""
    return "Or".join(
        _word(slug, "-") for media in response.get("content", {}).values() for slug in media.get("examples", {})
    )


def _word(name: str, marks: str) -> str:
    for mark in (*marks, "_", "-"):
        name = name.replace(mark, " ")
    return "".join(part[:1].upper() + part[1:] for part in name.split())


def _share(document: Document, kind: str, places: list[tuple[Any, Any, str]], *, least: int) -> None:
    written = [json.dumps(container[key], sort_keys=True) for container, key, _ in places]
    often = Counter(written)
    names: dict[str, str] = {}
    shared = document["components"].setdefault(kind, {})
    for (container, key, wish), text in zip(places, written, strict=True):
        if often[text] < least:
            continue
        if text not in names:
            names[text] = next(name for name in _numbered(wish) if name not in shared)
            shared[names[text]] = container[key]
        container[key] = {"$ref": f"#/components/{kind}/{names[text]}"}


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}{number}"
        number += 1
