"""What an operation demands of a request before its endpoint runs."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi import Request

from services.kit.auth import Caller
from services.kit.readers import Handler

if TYPE_CHECKING:
    from services.kit.custom.declared import Custom

Prepare = Callable[[Request, Caller], Awaitable[Any]]
Turn = Callable[[Request], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a route demands of a request before its endpoint runs."""

    scope: str
    writes: bool
    conditional: bool
    """PATCH, PUT and DELETE of one record need If-Match."""
    keyed: bool
    """POST takes an Idempotency-Key."""
    parameters: frozenset[str] = frozenset()
    read: Handler | None = None
    """A read that does without FastAPI's dispatch."""
    prepare: Prepare | None = None
    """Runs before the transaction begins: the place to ask another service."""
    turn: Turn | None = None
    """Surrounds the transaction: where requests for the same row wait for each other (kit.turns)."""
    streams: tuple[str, ...] = ()
    """Media types of a body that is no JSON. `prepare` reads it piece by piece, and tells its digest with
    `body_was`, so that an Idempotency-Key stands for one content."""
    max_body: int | None = None
    """Bytes of the largest body, where it is not the service's usual one."""
    purposeful: bool = False
    """It may show sensitive fields, for a purpose that the request states (kit.disclosure)."""
    rehearses: bool = True
    """`dry_run=true` does everything and rolls it back. False: the operation has a meaning of its own for it."""
    besides: tuple[str, ...] = ()
    """Scopes demanded beside `scope`."""
    creates: "Custom | None" = None
    """The custom fields of what it makes: whether any is required is asked for with the look-up of the key."""

    def admit(self, caller: Caller) -> None:
        """Raise unless the caller holds every scope."""
        caller.require(self.scope)
        for scope in self.besides:
            caller.require(scope)
