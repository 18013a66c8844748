"""Problems: every failure a caller can meet, as application/problem+json (RFC 9457).

A problem is a class: its name makes the slug of its `type`, its docstring the title and the advice on its page.
"""

import re
from collections.abc import Iterable
from typing import Any, ClassVar

from services.contracts.base import FieldError
from services.contracts.base import Problem as ProblemBody

MEDIA_TYPE = "application/problem+json"


def _slug(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()


class Problem(Exception):
    """Something went wrong."""

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "problem"
    title: ClassVar[str] = "Something went wrong"
    advice: ClassVar[str] = ""
    known: ClassVar[dict[str, type["Problem"]]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        title, _, advice = (cls.__doc__ or cls.__name__).strip().partition("\n")
        cls.slug = _slug(cls.__name__)
        cls.title = title.rstrip(".")
        cls.advice = " ".join(advice.split())
        Problem.known[cls.slug] = cls

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: list[FieldError] | None = None,
        headers: dict[str, str] | None = None,
        retry_after: int | None = None,
        **members: Any,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or ", ".join(f"{key.replace('_', ' ')}: {value}" for key, value in members.items()) or None
        self.errors = errors
        self.headers = dict(headers or {})
        if retry_after is not None:
            self.headers["Retry-After"] = str(retry_after)
        self.members = members

    def said(self, public_url: str, instance: str | None = None, request_id: str | None = None) -> ProblemBody:
        """The problem as the contract has it."""
        return ProblemBody(
            type=f"{public_url.rstrip('/')}/problems/{self.slug}",
            title=self.title,
            status=self.status,
            detail=self.detail,
            instance=instance,
            request_id=request_id,
            errors=self.errors,
        )

    def body(self, public_url: str, instance: str | None, request_id: str | None) -> bytes:
        """The JSON that is sent."""
        return self.said(public_url, instance, request_id).model_dump_json(exclude_none=True).encode()


class BadRequest(Problem):
    """The request could not be understood.

    Check the address, the query parameters and that the body is valid JSON.
    """

    status = 400


class InvalidCursor(BadRequest):
    """The cursor does not belong to this list.

    A cursor is valid only for the sort and filters it was made for. Start again without it.
    """

    status = 400


class Unauthenticated(Problem):
    """The request carries no valid credential.

    Send `Authorization: Bearer` with an access token (sign in again when it has expired) or an API key.
    """

    status = 401

    def __init__(self, detail: str | None = None, **kwargs: Any) -> None:
        super().__init__(detail, **kwargs)
        self.headers.setdefault("WWW-Authenticate", 'Bearer realm="alliance"')


class Forbidden(Problem):
    """The credential lacks a scope that this needs.

    The missing scope is named in `detail`. Ask an administrator for it.
    """

    status = 403


class PurposeRequired(Forbidden):
    """Sensitive fields are read for a stated purpose.

    Send the key of one of `GET /v1/purposes?access=true` in the header `Purpose` or the parameter `purpose`. The read
    is kept in the audit log.
    """

    status = 403


class NotFound(Problem):
    """There is nothing here that you may see.

    The id may be wrong, the record deleted, or it belongs to someone else.
    """

    status = 404


class Moved(Problem):
    """The record was merged into another.

    `Location` names the one that took its place; its data are there. A merge may be undone, so do not keep the answer.
    """

    status = 301

    def __init__(self, path: str) -> None:
        super().__init__(f"It was merged into {path}.", headers={"Location": path, "Cache-Control": "no-store"})


class MethodNotAllowed(Problem):
    """This address does not take that method.

    The `Allow` header lists the methods it takes.
    """

    status = 405


class Conflict(Problem):
    """The state of the record does not allow this.

    Read the record again; the detail says what stands in the way.
    """

    status = 409


class Contradiction(Conflict):
    """The values contradict each other, or what is stored.

    Each value is well-formed, but they do not fit together; `errors` names the one to change.
    """

    status = 409

    @classmethod
    def value(cls, pointer: str, code: str, detail: str) -> "Contradiction":
        """One value does not fit the others."""
        return cls(errors=[FieldError(pointer=pointer, code=code, detail=detail)])


class RequestInProgress(Conflict):
    """The first request with this Idempotency-Key is still running.

    Wait a moment and send the same request again.
    """

    status = 409


class PreconditionFailed(Problem):
    """The record has changed since you read it.

    Read it again, apply your change to the new state, and send its new ETag in `If-Match`.
    """

    status = 412


class ContentTooLarge(Problem):
    """The request body is too large.

    Send less at once; bulk calls take up to 1,000 items.
    """

    status = 413


class UnsupportedMediaType(Problem):
    """The body is not in a format this address takes.

    Send JSON with `Content-Type: application/json`.
    """

    status = 415


class Invalid(Problem):
    """Some values are not valid.

    `errors` names each value, what is wrong with it, and a stable code.
    """

    status = 422

    @classmethod
    def value(cls, pointer: str, code: str, detail: str) -> "Invalid":
        """One value is wrong."""
        return cls(errors=[FieldError(pointer=pointer, code=code, detail=detail)])


class IdempotencyKeyReused(Problem):
    """This Idempotency-Key was used for another request.

    Use a new key for each new request, and the same key only to repeat one.
    """

    status = 422


class PreconditionRequired(Problem):
    """This change needs an If-Match header.

    Read the record and send its ETag in `If-Match`, so that nobody's change is overwritten unseen.
    """

    status = 428


class TooManyRequests(Problem):
    """Too many requests.

    Wait as many seconds as `Retry-After` says.
    """

    status = 429


class InternalError(Problem):
    """Something went wrong on our side.

    Nothing was stored. Try again; if it stays, tell us the request id.
    """

    status = 500


class BadGateway(Problem):
    """A service behind the gateway gave no proper answer.

    Try again after `Retry-After` seconds.
    """

    status = 502


class Unavailable(Problem):
    """A part of the system cannot answer at the moment.

    Try again after `Retry-After` seconds. A request with an Idempotency-Key is safe to repeat.
    """

    status = 503

    def __init__(self, detail: str | None = None, *, retry_after: int = 1, **kwargs: Any) -> None:
        super().__init__(detail, retry_after=retry_after, **kwargs)


class GatewayTimeout(Problem):
    """A service behind the gateway did not answer in time.

    Try again after `Retry-After` seconds. A request with an Idempotency-Key is safe to repeat.
    """

    status = 504

    def __init__(self, detail: str | None = None, *, retry_after: int = 2, **kwargs: Any) -> None:
        super().__init__(detail, retry_after=retry_after, **kwargs)


def problems_page(problems: Iterable[type[Problem]]) -> dict[str, dict[str, str | int]]:
    """What the document's `x-problems` says: slug → title, status, advice."""
    return {p.slug: {"title": p.title, "status": p.status, "advice": p.advice} for p in problems}
