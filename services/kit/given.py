"""What endpoints are given beside their parameters: the transaction, the caller, what was prepared.

FastAPI's own way, `Depends`, solves each of them like an operation, with parameters of four kinds that none of them
has; that was one in fourteen of the calls a registration made in Python. FastAPI is shown the endpoint without them.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import Request

_REQUEST = "request"


@dataclass(frozen=True, slots=True)
class Given:
    """Marks a parameter: `CurrentCaller = Annotated[Caller, Given(caller_of)]`. `take` finds it in the request."""

    take: Callable[[Request], Any]


def given(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """The endpoint as FastAPI calls it."""
    signature = inspect.signature(endpoint)
    takes = [
        (name, mark.take)
        for name, parameter in signature.parameters.items()
        for mark in getattr(parameter.annotation, "__metadata__", ())
        if isinstance(mark, Given)
    ]
    if not takes:
        return endpoint
    passes_on = _REQUEST in signature.parameters

    async def called(**parameters: Any) -> Any:
        request: Request = parameters[_REQUEST] if passes_on else parameters.pop(_REQUEST)
        for name, take in takes:
            parameters[name] = take(request)
        return await endpoint(**parameters)

    names = {name for name, _ in takes} | {_REQUEST}
    shown = [one.replace(kind=one.KEYWORD_ONLY) for one in signature.parameters.values() if one.name not in names]
    shown.append(inspect.Parameter(_REQUEST, inspect.Parameter.KEYWORD_ONLY, annotation=Request))
    called.__signature__ = signature.replace(parameters=shown)  # type: ignore[attr-defined]
    called.__name__, called.__qualname__, called.__module__ = (
        endpoint.__name__,
        endpoint.__qualname__,
        endpoint.__module__,
    )
    called.__doc__ = endpoint.__doc__
    return called
