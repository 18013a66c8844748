"""The app factory: lifespan, request context, problems for every failure, health, metrics and the document."""

import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from psycopg import Error as PsycopgError
from psycopg_pool import PoolClosed, PoolTimeout
from psycopg_pool import TooManyRequests as PoolFull
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as WritePoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services.contracts.base import FieldError
from services.kit import errors
from services.kit.auth import Authenticator
from services.kit.document import describe, finish
from services.kit.errors import MEDIA_TYPE, Invalid, Problem
from services.kit.health import health_routes
from services.kit.http import request_id
from services.kit.middleware import RequestContext
from services.kit.runtime import Runtime
from services.kit.service import Service
from services.kit.settings import Settings

log = structlog.get_logger(__name__)

_BY_STATUS: dict[int, type[Problem]] = {
    400: errors.BadRequest,
    401: errors.Unauthenticated,
    403: errors.Forbidden,
    404: errors.NotFound,
    405: errors.MethodNotAllowed,
    413: errors.ContentTooLarge,
    415: errors.UnsupportedMediaType,
}
# SQLSTATEs that pass by themselves: timeout, lock not available, deadlock, serialisation, shutdown, no connection.
_PASSING = ("57014", "55P03", "40P01", "40001", "57P01", "57P02", "57P03", "53300", "08")


def build_app(
    service: Service,
    settings: Settings,
    *,
    authenticate: Authenticator | None = None,
    started: Callable[[Runtime], Any] | None = None,
) -> FastAPI:
    """An app for one process. `authenticate` replaces the check of gateway tokens (the gateway brings its own);
    `started` is an async context manager factory for what else lives as long as the app."""
    runtime = service.runtime(settings, authenticate)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await runtime.database.open()
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
            for peer in runtime.peers.values():
                await peer.close()
            await runtime.authorise.close()
            await runtime.database.close()

    app = FastAPI(
        title=service.title,
        description=service.description,
        version="1.0.0",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        max_body_size=settings.max_body_bytes,
        redirect_slashes=False,
    )
    app.state.runtime = runtime
    for routes in [*service.routes(), health_routes()]:
        routes.mount(app, describe)
    _handle_failures(app, settings.public_url)
    app.add_middleware(RequestContext, name=service.name, settings=settings)
    plain = app.openapi
    app.openapi = lambda: finish(plain(), service.routes())  # type: ignore[method-assign]
    return app


def respond(problem: Problem, request: Request, public_url: str) -> Response:
    """A problem as a response."""
    body = problem.body(public_url, request.url.path, request_id.get())
    return Response(body, problem.status, problem.headers, MEDIA_TYPE)


def _handle_failures(app: FastAPI, public_url: str) -> None:
    async def on_problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        return respond(error, request, public_url)

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        problem = _BY_STATUS.get(error.status_code, errors.BadRequest)(headers=dict(error.headers or {}))
        return respond(problem, request, public_url)

    async def on_invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return respond(_invalid(error), request, public_url)

    async def on_database(request: Request, error: Exception) -> Response:
        original = error.orig if isinstance(error, DBAPIError) else error
        state = getattr(original, "sqlstate", None)
        if state is None or state.startswith(_PASSING):
            log.warning("database_unavailable", sqlstate=state, reason=type(original).__name__)
            return respond(errors.Unavailable("The database cannot answer at the moment."), request, public_url)
        log.error("database_refused", sqlstate=state, exc_info=error)
        return respond(errors.InternalError(), request, public_url)

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_invalid)
    for kind in (DBAPIError, PsycopgError, PoolTimeout, PoolClosed, PoolFull, WritePoolTimeout):
        app.add_exception_handler(kind, on_database)


def _invalid(error: RequestValidationError) -> Problem:
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return errors.BadRequest("The body is not valid JSON.")
    entries = []
    for one in list(found)[:100]:
        place, *path = one["loc"]
        pointer = (
            "/" + "/".join(str(p).replace("~", "~0").replace("/", "~1") for p in path)
            if place == "body"
            else ".".join(map(str, path[:1]))
        )
        code = "unknown_parameter" if one["type"] == "extra_forbidden" and place == "query" else one["type"]
        entries.append(FieldError(pointer="" if pointer == "/" else pointer, code=code, detail=one["msg"]))
    return Invalid(errors=entries)
