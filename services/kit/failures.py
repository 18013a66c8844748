"""What a failure looks like to the caller: every exception a request may end with, as a problem."""

import structlog
from fastapi.exceptions import RequestValidationError
from psycopg import DataError
from psycopg import Error as PsycopgError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as WritePoolTimeout
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.contracts.base import FieldError
from services.kit import errors
from services.kit.errors import MEDIA_TYPE, Invalid, Problem
from services.kit.http import request_id

log = structlog.get_logger(__name__)

HANDLED: tuple[type[Exception], ...] = (
    Problem,
    HTTPException,
    RequestValidationError,
    DBAPIError,
    PsycopgError,
    WritePoolTimeout,
)
"""What `problem_of` knows; everything else is a fault of ours and becomes a 500."""

_BY_STATUS: dict[int, type[Problem]] = {
    400: errors.BadRequest,
    401: errors.Unauthenticated,
    403: errors.Forbidden,
    404: errors.NotFound,
    405: errors.MethodNotAllowed,
    413: errors.ContentTooLarge,
    415: errors.UnsupportedMediaType,
}
# SQLSTATEs of values PostgreSQL cannot hold: too long, out of range, no such moment, NUL, half characters, broken text.
_NOT_STORABLE = ("22001", "22003", "22007", "22008", "22021", "22P02", "22P05")
# SQLSTATEs that pass by themselves: timeout, lock not available, deadlock, serialisation, shutdown, no connection.
_PASSING = ("57014", "55P03", "40P01", "40001", "57P01", "57P02", "57P03", "53300", "08")


def problem_of(error: Exception) -> Problem:
    """The problem that tells a caller of one of the `HANDLED`."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        return _invalid(error)
    if isinstance(error, HTTPException):
        return _BY_STATUS.get(error.status_code, errors.BadRequest)(headers=dict(error.headers or {}))
    return _of_database(error)


def allowed_methods(app: Starlette, request: Request) -> list[str]:
    """What an address takes. Starlette knows of the first route only, and each operation is a route of its own."""
    methods: set[str] = set()
    for route in app.routes:
        if isinstance(route, Route) and route.path_regex.match(request.scope["path"]):
            methods |= route.methods or set()
    return sorted(methods)


def respond(problem: Problem, request: Request, public_url: str) -> Response:
    """A problem as a response."""
    body = problem.body(public_url, request.url.path, request_id.get())
    return Response(body, problem.status, problem.headers, MEDIA_TYPE)


def _of_database(error: Exception) -> Problem:
    original = error.orig if isinstance(error, DBAPIError) else error
    state: str | None = getattr(original, "sqlstate", None)
    if state in _NOT_STORABLE or (state is None and isinstance(original, DataError)):
        log.error("value_not_storable", sqlstate=state, exc_info=error)
        return Invalid("A value cannot be stored: it is too large, or holds a character such as NUL.")
    if state is None or state.startswith(_PASSING):
        log.warning("database_unavailable", sqlstate=state, reason=type(original).__name__)
        return errors.Unavailable("The database cannot answer at the moment.")
    log.error("database_refused", sqlstate=state, exc_info=error)
    return errors.InternalError()


def _invalid(error: RequestValidationError) -> Problem:
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return errors.BadRequest("The body is not valid JSON.")
    return Invalid(errors=[_field_error(one["loc"], one["type"], one["msg"]) for one in list(found)[:100]])


def _field_error(where: tuple[str | int, ...], kind: str, message: str) -> FieldError:
    place, *path = where
    if place != "body":
        code = "unknown_parameter" if kind == "extra_forbidden" else kind
        return FieldError(pointer=str(path[0]) if path else "", code=code, detail=message)
    pointer = "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
    return FieldError(pointer=pointer, code=kind, detail=message)
