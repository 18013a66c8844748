"""Progress as it happens: server-sent events, for a bounded time."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from services.kit.auth import Caller
from services.kit.errors import NotFound
from services.kit.runtime import Runtime
from services.members.features.imports.queries import imports

_SECONDS = 55.0
_LOOK_EVERY = 0.7
_QUIET = 8.0
"""Seconds after which a comment shows that the connection lives; proxies cut silent ones."""
EVENTS: dict[str, Any] = {
    "type": ["string", "object"],
    "description": "The stream as text; or each event, for programs that part it.",
    "required": ["data"],
    "properties": {
        "event": {
            "type": "string",
            "enum": ["progress", "end"],
            "description": "`progress`: something changed; `end`: nothing will any more.",
        },
        "data": {
            "type": "string",
            "description": "JSON: the import's `id`, `state`, `rehearsal`, `counts` and `problem`.",
        },
        "retry": {
            "type": "integer",
            "description": "Milliseconds after which to connect again when the connection ends.",
        },
    },
}
"""What the document says of the stream. OpenAPI 3.1 does not settle whether a schema is that of the stream or of one
event: generated clients read the whole as text, others look at each event."""
_WORKING = frozenset({"reading", "checking", "running", "undoing"})


async def progress(runtime: Runtime, caller: Caller, id: UUID) -> AsyncIterator[bytes]:
    """Events while the import works: `progress` when something changed, `end` when nothing will. A reader whose
    connection ends before that asks again. Raises `NotFound` before the first."""
    told = await _state(runtime, caller, id)
    if told is None:
        raise NotFound("There is no import with this id, or it is not yours to see.")
    return _events(runtime, caller, id, told)


async def _events(runtime: Runtime, caller: Caller, id: UUID, told: dict[str, Any]) -> AsyncIterator[bytes]:
    yield b"retry: 2000\n" + _event("progress", told)
    began = said = time.monotonic()
    while told["state"] in _WORKING and time.monotonic() - began < _SECONDS and not runtime.closing:
        await asyncio.sleep(_LOOK_EVERY)
        now = await _state(runtime, caller, id)
        if now is None:
            return
        if now != told:
            told, said = now, time.monotonic()
            yield _event("progress", told)
        elif time.monotonic() - said > _QUIET:
            said = time.monotonic()
            yield b": waiting\n\n"
    if told["state"] not in _WORKING:
        yield _event("end", told)


async def _state(runtime: Runtime, caller: Caller, id: UUID) -> dict[str, Any] | None:
    item = await imports.one(runtime.read, caller, id, fields=("state", "counts", "rehearsal", "problem"))
    return None if item is None else json.loads(item.body)


def _event(name: str, data: dict[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
