"""The lane: an operation is found by its address, without FastAPI's dispatch (docs/adr/0003).

FastAPI asks one route after another whether it is meant, inside a dozen layers that every await passes through again.
The same routes stand in FastAPI, where the document comes from; this only finds them sooner. Fast reads are answered
here, other operations by their route with what it needs around it, and what the lane does not know by FastAPI.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property

from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, ExceptionHandler, Receive, Scope, Send

from services.kit.failures import HANDLED, problem_of, respond
from services.kit.policy import Policy
from services.kit.route import Route
from services.kit.routing import Operation
from services.kit.runtime import Runtime

_ID = "/{id}"


class Lane:
    """ASGI in front of FastAPI. `routes` is FastAPI's own list of them, `handlers` answer what they raise."""

    def __init__(
        self,
        inner: ASGIApp,
        runtime: Runtime,
        operations: Iterable[Operation],
        *,
        routes: Iterable[BaseRoute],
        handlers: Mapping[type[Exception], ExceptionHandler],
    ) -> None:
        self._inner = inner
        self._runtime = runtime
        self._public_url = runtime.settings.public_url
        self._lists: dict[str, tuple[Policy, str]] = {}
        self._ones: dict[str, tuple[Policy, str]] = {}
        self._others: set[str] = set()
        for operation in operations:
            read, path = operation.policy.read, operation.path
            if read is None:
                self._others.add(path)
            elif "{" not in path:
                self._lists[path] = (operation.policy, path)
            elif path.count("{") == 1 and path.endswith(_ID):
                self._ones[path.removesuffix(_ID)] = (operation.policy, path)
        self._routes = routes
        self._handlers = handlers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method, path = scope["method"], scope["path"]
        if method == "GET":
            found = self._lists.get(path)
            if found is None and path not in self._others:
                collection, _, id = path.rpartition("/")
                found = self._ones.get(collection) if id else None
                scope["path_params"] = {"id": id}
            if found is not None:
                await self._answer(found[0], found[1], scope, receive, send)
                return
            scope.pop("path_params", None)
        wanted = self._table.get((method, path)) or self._table.get((method, _with_id(path)))
        if wanted is not None:
            match, told = wanted[0].matches(scope)
            if match is Match.FULL:
                scope.update(told)
                await wanted[1](scope, receive, send)
                return
        await self._inner(scope, receive, send)

    @cached_property
    def _table(self) -> dict[tuple[str, str], tuple[Route, ASGIApp]]:
        """Method and template → the route, and the app it is in what FastAPI would put around it. Made when the first
        request comes: an app may have put other routes in front of these, which stay the first."""
        table: dict[tuple[str, str], tuple[Route, ASGIApp]] = {}
        taken: set[str] = set()
        for route in self._routes:
            if not isinstance(route, Route):
                taken.add(getattr(route, "path", ""))
            elif route.policy.read is None and route.path_format not in taken:
                surrounded = ExceptionMiddleware(AsyncExitStackMiddleware(route.app), handlers=self._handlers)
                table |= {(method, route.path_format): (route, surrounded) for method in route.methods or ()}
        return table

    async def _answer(self, policy: Policy, template: str, scope: Scope, receive: Receive, send: Send) -> None:
        scope["route_template"] = template
        request = Request(scope, receive)
        try:
            caller = await self._runtime.authenticate(request)
            policy.admit(caller)
            request.state.caller = caller
            assert policy.read is not None
            response = await policy.read(request)
        except HANDLED as error:
            response = respond(problem_of(error), request, self._public_url)
        await response(scope, receive, send)


def _with_id(path: str) -> str:
    """The template of an address in a collection: `/v1/<collection>/<id>`, and what stands behind."""
    parts = path.split("/", 4)
    if len(parts) > 3:
        parts[3] = "{id}"
    return "/".join(parts)
