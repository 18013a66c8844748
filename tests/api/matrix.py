"""What each kind of caller may expect of each operation, told from the document alone; and whether it is so."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from services.contracts.scopes import SCOPES

EVERY = frozenset(SCOPES)
ENDS_ITSELF = "DELETE /v1/sessions/current"
"""Whoever calls it is let in nowhere else afterwards."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, and whom the document lets in."""

    method: str
    path: str
    public: bool
    scopes: frozenset[str]
    """All of them are needed. None: any good credential will do."""

    @property
    def address(self) -> str:
        """The path, about records that do not exist."""
        return "/".join(str(uuid4()) if part.startswith("{") else part for part in self.path.split("/"))

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of caller."""

    name: str
    credential: str | None
    scopes: frozenset[str] = frozenset()
    good: bool = True
    """Whether the credential counts: neither expired nor revoked."""

    @property
    def headers(self) -> dict[str, str]:
        """How it is sent."""
        return {"Authorization": f"Bearer {self.credential}"} if self.credential else {}


def operations(document: dict[str, Any]) -> Iterator[Operation]:
    """Every operation of a document. One that says nothing of who may call it is an error: `KeyError`."""
    for path, item in document["paths"].items():
        for method, said in item.items():
            security = said["security"]
            named = frozenset(scope for one in security for scopes in one.values() for scope in scopes)
            yield Operation(method.upper(), path, not security, named & EVERY)


def expected(operation: Operation, kind: Kind) -> int | None:
    """The status that the caller is turned away with; None: the caller is let in."""
    if not kind.good:
        return 401
    if kind.credential is None:
        return None if operation.public else 401
    return None if operation.scopes <= kind.scopes else 403


def as_expected(operation: Operation, kind: Kind, reply: httpx.Response) -> bool:
    """Whether an answer is what the document promises. Who is let in may still be refused for what was asked."""
    status = expected(operation, kind)
    if status is None:
        return reply.status_code != 401 and "needs the scope" not in reply.text and reply.status_code < 500
    missing = operation.scopes - kind.scopes
    named = any(scope in reply.text for scope in missing)  # the services stop at the first one
    return reply.status_code == status and (named or status != 403)
