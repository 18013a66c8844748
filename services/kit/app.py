"""The app factory: lifespan, request context, problems for every failure, health, metrics and the document."""

import gc
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any
from weakref import WeakKeyDictionary

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from services.kit.auth import Authenticator
from services.kit.custom.serving import document_routes
from services.kit.document import describe, finish
from services.kit.errors import InternalError, MethodNotAllowed
from services.kit.failures import HANDLED, allowed_methods, problem_of, respond
from services.kit.health import health_routes
from services.kit.lane import Lane
from services.kit.middleware import RequestContext
from services.kit.runtime import Runtime
from services.kit.service import Service
from services.kit.settings import Settings

VERSION = "0.1.0"
"""Of the API and its services; released together. The same as in pyproject.toml, which an image need not have."""

Started = Callable[[Runtime], AbstractAsyncContextManager[None]]

_DOCUMENTS: WeakKeyDictionary[Service, dict[str, Any]] = WeakKeyDictionary()
"""No setting changes a service's document, and it takes a second to make: whoever builds an app again, as tests do by
the hundred, gets the same one."""


class App(FastAPI):
    """FastAPI behind the request context and the lane."""

    front: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        scope["app"] = self
        await self.front(scope, receive, send)

    async def behind(self, scope: Scope, receive: Receive, send: Send) -> None:
        """FastAPI itself."""
        await super().__call__(scope, receive, send)


def build_app(
    service: Service, settings: Settings, *, authenticate: Authenticator | None = None, started: Started | None = None
) -> App:
    """An app for one process. `authenticate` replaces the check of gateway tokens (the gateway brings its own);
    `started` surrounds what else lives as long as the app."""
    runtime = service.runtime(settings, authenticate)
    app = App(
        title=service.title,
        description=service.description,
        version=VERSION,
        lifespan=_lifespan(runtime, started),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        max_body_size=settings.max_body_bytes,
        redirect_slashes=False,
    )
    app.state.runtime = runtime
    groups = [*service.routes(), health_routes(), document_routes(service.with_custom_fields())]
    for routes in groups:
        routes.mount(app, describe)

    async def on_failure(request: Request, error: Exception) -> Response:
        problem = problem_of(error)
        if isinstance(problem, MethodNotAllowed):
            problem.headers["Allow"] = ", ".join(allowed_methods(app, request))
        return respond(problem, request, settings.public_url)

    handlers = dict.fromkeys(HANDLED, on_failure)
    operations = [operation for routes in groups for operation in routes.operations]
    app.front = RequestContext(
        Lane(app.behind, runtime, operations, routes=app.routes, handlers=handlers),
        name=service.name,
        settings=settings,
        bodies={one.path: one.policy.max_body for one in operations if one.policy.max_body is not None},
    )

    async def on_fault(request: Request, _: Exception) -> Response:
        # Without it Starlette answers in plain text. It raises the error again; the request context logs it.
        return respond(InternalError(), request, settings.public_url)

    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)
    app.add_exception_handler(Exception, on_fault)
    plain = app.openapi

    def document() -> dict[str, Any]:
        if service not in _DOCUMENTS:
            _DOCUMENTS[service] = finish(plain(), service.routes())
        return _DOCUMENTS[service]

    app.openapi = document  # type: ignore[method-assign]
    return app


def _lifespan(runtime: Runtime, started: Started | None) -> Callable[[Any], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # Full collections took most of the tail under load; what is built by now stays for ever (docs/adr/0003).
        gc.collect()
        gc.freeze()
        gc.set_threshold(5_000, 20, 100)
        try:
            if started is None:
                yield
            else:
                async with started(runtime):
                    yield
        finally:
            runtime.closing = True
            await runtime.close()

    return lifespan
