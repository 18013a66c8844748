"""The form of a request, checked before anything is done: parameters, media type, conditions, JSON."""

import re
from collections.abc import Sequence
from typing import Any

from fastapi import Request
from pydantic_core import from_json
from starlette.datastructures import Headers, QueryParams

from services.kit.errors import BadRequest, Invalid, PreconditionRequired, UnsupportedMediaType

_JSON = re.compile(r"^application/([a-z0-9!#$&^_.-]+\+)?json$")


class StrictRequest(Request):
    """Reads JSON more strictly than Python does: no NaN, no half characters, at most 200 levels (RFC 8259, 7493)."""

    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            try:
                self._json = from_json(await self.body(), allow_inf_nan=False)
            except ValueError as error:
                if "hex escape" in str(error):
                    raise Invalid.value("", "string_unicode", "A string holds half of a surrogate pair.") from error
                raise BadRequest("The body is not valid JSON, or too deeply nested.") from error
        return self._json


def refuse_unknown(given: QueryParams, known: frozenset[str]) -> None:
    """Name a query parameter that the operation does not take."""
    for name in given:
        if name not in known:
            raise Invalid.value(name, "unknown_parameter", "This address does not take the parameter.")


def flag(given: QueryParams, name: str) -> bool:
    """A parameter that is true or false; false when it is left out."""
    value = given.get(name, "false")
    if value not in ("true", "false"):
        raise Invalid.value(name, "bool_parsing", "Say true or false.")
    return value == "true"


async def check_write(request: Request, *, conditional: bool, streams: Sequence[str] = ()) -> None:
    """Refuse a change without If-Match, a body that is not said to be JSON, and one that is none. With `streams`, a
    body is of one of these media types instead, and is left to be read piece by piece."""
    headers = request.headers
    if conditional and "if-match" not in headers:
        raise PreconditionRequired()
    if streams:
        media_type = _media_type(headers)
        if media_type not in streams:
            raise UnsupportedMediaType(f"Send one of {', '.join(streams)}, not {media_type or 'none'}.")
        return
    length = headers.get("content-length", "0" if "transfer-encoding" not in headers else "1")
    if length != "0":
        media_type = _media_type(headers)
        if not _JSON.match(media_type):
            raise UnsupportedMediaType(f"Send JSON, not {media_type or 'a body without Content-Type'}.")
    if await request.body():
        await request.json()


def _media_type(headers: Headers) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def body_was(request: Request, digest: bytes) -> None:
    """Tell what a body was that has been read as a stream."""
    request.state.body_digest = digest


async def fingerprint_of(request: Request) -> bytes:
    """What stands for the body: itself, or the digest of a stream."""
    digest: bytes | None = getattr(request.state, "body_digest", None)
    return await request.body() if digest is None else digest
