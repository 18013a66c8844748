"""The read lane: fast reads are answered before FastAPI's dispatch, which costs more than the query (docs/adr/0003).

The same handlers stand in FastAPI's routes, where the document comes from; this only finds them sooner. What the lane
does not know goes on to FastAPI.
"""

from collections.abc import Iterable

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from services.kit.failures import HANDLED, problem_of, respond
from services.kit.routing import Operation, Policy
from services.kit.runtime import Runtime


class ReadLane:
    """ASGI in front of FastAPI."""

    def __init__(self, inner: ASGIApp, runtime: Runtime, operations: Iterable[Operation]) -> None:
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
            elif path.count("{") == 1 and path.endswith("/{id}"):
                self._ones[path.removesuffix("/{id}")] = (operation.policy, path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "GET":
            path = scope["path"]
            found = self._lists.get(path)
            if found is None and path not in self._others:
                collection, _, id = path.rpartition("/")
                found = self._ones.get(collection) if id else None
                scope["path_params"] = {"id": id}
            if found is not None:
                await self._answer(found[0], found[1], scope, receive, send)
                return
        await self._inner(scope, receive, send)

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
