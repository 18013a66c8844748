"""The operations the services offer, compiled from their documents: which scope each needs, and which are public.

Learnt from the documents rather than kept in a table here, because that is where the service states, and tests, what
it enforces; a table would be a second truth. The service checks the scope again, so an operation that is not known yet
(its document could not be read) is passed on with the caller's token and decided there; without one it is refused,
or told to wait when that service's document was never read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from services.contracts.scopes import SCOPES

METHODS: Final = frozenset({"get", "put", "post", "delete", "options", "head", "patch"})


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path."""

    service: str
    template: str
    public: bool
    scopes: frozenset[str]


class _Node:
    __slots__ = ("any", "by_name", "methods")

    def __init__(self) -> None:
        self.by_name: dict[str, _Node] = {}
        self.any: _Node | None = None
        self.methods: dict[str, Operation] = {}


class Operations:
    """Finds the operation of a request. A fixed segment wins over a parameter, as it does in the services."""

    def __init__(self) -> None:
        self._root = _Node()
        self.count = 0

    @classmethod
    def of(cls, documents: Mapping[str, Mapping[str, Any]]) -> "Operations":
        """Compile the documents, one a service."""
        operations = cls()
        for service, document in documents.items():
            default = document.get("security", [])
            for template, item in document.get("paths", {}).items():
                for method in METHODS & item.keys():
                    public, scopes = _requirement(item[method].get("security", default))
                    operations._add(method.upper(), Operation(service, template, public, scopes))
        return operations

    def find(self, method: str, path: str) -> Operation | None:
        """The operation, or None when it is not known."""
        if method == "HEAD":
            method = "GET"
        return _find(self._root, path.split("/"), 1, method)

    def _add(self, method: str, operation: Operation) -> None:
        node = self._root
        for segment in operation.template.split("/")[1:]:
            if "{" in segment:
                node.any = node.any or _Node()
                node = node.any
            else:
                node = node.by_name.setdefault(segment, _Node())
        node.methods[method] = operation
        self.count += 1


def _find(node: _Node, segments: list[str], at: int, method: str) -> Operation | None:
    if at == len(segments):
        return node.methods.get(method)
    fixed = node.by_name.get(segments[at])
    if fixed is not None and (found := _find(fixed, segments, at + 1, method)) is not None:
        return found
    return None if node.any is None else _find(node.any, segments, at + 1, method)


def _requirement(security: Iterable[Mapping[str, list[str]]]) -> tuple[bool, frozenset[str]]:
    """Whether no credential is needed, and the scopes that are."""
    alternatives = list(security)
    if not alternatives or any(not alternative for alternative in alternatives):
        return True, frozenset()
    named = {scope for alternative in alternatives for scopes in alternative.values() for scope in scopes}
    return False, frozenset(named & SCOPES.keys())
