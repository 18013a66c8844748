"""What the gateway itself refuses, said of every operation: whichever service answers it."""

from typing import Any, Final

from gateway.table import service_of
from gateway.wire import HeadTooLarge
from services.kit.document import refusal
from services.kit.errors import BadGateway, BadRequest, GatewayTimeout, Problem, Unauthenticated

_ALWAYS: Final[tuple[type[Problem], ...]] = (BadRequest, HeadTooLarge)
_CARRIED: Final[tuple[type[Problem], ...]] = (BadGateway, GatewayTimeout)
"""Of what a service answers."""


def say_refusals(document: dict[str, Any]) -> None:
    """Add to each operation what it does not say itself yet."""
    for path, item in document["paths"].items():
        for operation in item.values():
            refusals = (*_ALWAYS, *(_CARRIED if service_of(path) is not None else ()))
            if not operation.get("security", True):
                # Whoever sends a credential to what needs none is told that it is not valid.
                refusals = (*refusals, Unauthenticated)
            for problem in refusals:
                operation["responses"].setdefault(str(problem.status), refusal([problem]))
