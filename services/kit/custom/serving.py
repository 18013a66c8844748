"""`/openapi.json` of a service: its document, with the custom fields as they are now.

The gateway asks for it every few seconds and takes it up when its ETag has changed.
"""

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request, Response
from psycopg import Error as PsycopgError

from services.contracts.scopes import PUBLIC
from services.kit import etag
from services.kit.custom.definitions import Definitions, current, last_known
from services.kit.custom.describing import with_custom_fields
from services.kit.reading import Resource
from services.kit.routing import Routes
from services.kit.runtime import Runtime, runtime_of

PATH: Final = "/openapi.json"
log = structlog.get_logger(__name__)


@dataclass
class _Written:
    """The document as it was last written, and for which definitions."""

    of: list[Definitions] | None = None
    body: bytes = b""
    tag: str = ""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    known: bool = field(default=True)
    """Whether the definitions could be read; told once when not."""


def document_routes(resources: Sequence[Resource[Any]]) -> Routes:
    """The operation; not part of the document itself."""
    routes = Routes("", tag="Document")

    @routes.get(PATH, scope=PUBLIC, include_in_schema=False)
    async def document(request: Request) -> Response:
        """The OpenAPI document of this service."""
        runtime = runtime_of(request)
        written = runtime.part(_Written)
        definitions = await _definitions(runtime, resources, written)
        async with written.turn:
            if written.of != definitions:
                # The first time it takes a second or two: in a thread, other requests go on meanwhile.
                written.body = await asyncio.to_thread(_write, request.app, resources, definitions)
                written.tag = f'"{hashlib.sha256(written.body).hexdigest()[:24]}"'
                written.of = definitions
        headers = {"ETag": written.tag, "Cache-Control": "no-cache"}
        if etag.unchanged(etag.if_none_match_of(request), written.tag):
            return Response(status_code=304, headers=headers)
        return Response(written.body, headers=headers, media_type="application/json")

    return routes


def _write(app: FastAPI, resources: Sequence[Resource[Any]], definitions: Sequence[Definitions]) -> bytes:
    plain: Mapping[str, Any] = app.openapi()
    described = with_custom_fields(plain, zip(resources, definitions, strict=True)) if resources else plain
    return json.dumps(described, ensure_ascii=False, separators=(",", ":")).encode()


async def _definitions(runtime: Runtime, resources: Sequence[Resource[Any]], written: _Written) -> list[Definitions]:
    customs = [resource.custom for resource in resources if resource.custom is not None]
    try:
        found = [await current(runtime, custom) for custom in customs]
    except PsycopgError as error:
        # The paths are the same without a database; the gateway needs them to route.
        if written.known:
            log.warning("custom_fields_not_read", reason=type(error).__name__)
        written.known = False
        return [last_known(runtime, custom) for custom in customs]
    written.known = True
    return found
