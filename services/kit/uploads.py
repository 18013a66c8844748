"""Files that callers send: streamed from the wire into the store before the transaction begins.

A route says `streams=` and `max_body=`, `prepare` calls `receive`, and `turn=tidied` surrounds the transaction. A
connection that is slow to send holds no database connection, and no file is ever held whole in memory. What is refused
or only tried is removed at once; what a crash leaves over, `sweep` finds.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

import structlog
from fastapi.exceptions import RequestValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from services.kit.db import now
from services.kit.errors import BadRequest, ContentTooLarge, Problem, UnsupportedMediaType
from services.kit.files import Found
from services.kit.form import body_was, flag
from services.kit.ids import new_id
from services.kit.runtime import runtime_of

if TYPE_CHECKING:
    from services.kit.runtime import Runtime

LARGEST: Final = 1024**3
"""Bytes; the most that `MAX_FILE_BYTES` can be set to."""

_KEPT_ENDS: Final = 256 * 1024
_ORPHAN_AFTER: Final = timedelta(hours=24)
_SWEPT_AT_ONCE: Final = 500

log = structlog.get_logger(__name__)

StillNamed = Callable[[AsyncSession, list[UUID]], Awaitable[Iterable[UUID]]]
"""Answers which of these ids rows still name."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent and is in the store."""

    id: UUID
    """New; for the row that names the file."""
    name: str
    """In the store: the folder and the id."""
    size: int
    sha256: str
    head: bytes
    """Its first bytes, a quarter of a megabyte: they tell what it is."""
    tail: bytes
    """Its last bytes, as many; those of a short file are the same as its first."""
    media_type: str
    """As the sender called it, without parameters. A wish, no fact."""


async def receive(request: Request, folder: str) -> Upload:
    """Put the request's body into the store. Raises `ContentTooLarge` beyond the process's `MAX_FILE_BYTES`."""
    runtime = runtime_of(request)
    headers, limit = request.headers, runtime.settings.max_file_bytes
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise UnsupportedMediaType("Send the file as it is, without Content-Encoding.")
    length = headers.get("content-length", "")
    if length.isdigit() and int(length) > limit:
        raise ContentTooLarge(f"At most {limit} bytes are taken.")
    id = new_id()
    ends = _Ends()
    stored = await runtime.files.put(f"{folder}{id}", ends.of(_sent(request)), limit)
    body_was(request, bytes.fromhex(stored.sha256))
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    return Upload(id, f"{folder}{id}", stored.size, stored.sha256, bytes(ends.head), bytes(ends.tail), media_type)


@asynccontextmanager
async def tidied(request: Request) -> AsyncIterator[None]:
    """Remove the file again when the request is refused or is only tried. Not after a failure that leaves open whether
    a row names it: the sweep finds out."""
    upload: Upload = request.state.prepared
    try:
        yield
    except (Problem, HTTPException, RequestValidationError):
        await discard(request, upload)
        raise
    if flag(request.query_params, "dry_run"):
        await discard(request, upload)


async def discard(request: Request, upload: Upload) -> None:
    """Remove a file that is not wanted after all."""
    # The sweep comes by for what cannot be removed now.
    with suppress(Problem):
        await runtime_of(request).files.delete(upload.name)


class _Ends:
    """The beginning and the end of what passes."""

    def __init__(self) -> None:
        self.head, self.tail = bytearray(), bytearray()

    async def of(self, content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for piece in content:
            if (missing := _KEPT_ENDS - len(self.head)) > 0:
                self.head += piece[:missing]
            self.tail += piece[-_KEPT_ENDS:]
            del self.tail[:-_KEPT_ENDS]
            yield piece


async def _sent(request: Request) -> AsyncIterator[bytes]:
    try:
        async for piece in request.stream():
            yield piece
    except ClientDisconnect as error:
        raise BadRequest("The file broke off.") from error


async def sweep(runtime: "Runtime", folder: str, named: StillNamed) -> int:
    """Remove the files of a folder that no row names, once they are a day old: those of requests that died half-way.
    Answers how many."""
    removed = 0
    batch: list[UUID] = []
    before = now() - _ORPHAN_AFTER
    async for found in runtime.files.list(folder):
        id = _id_of(found, folder)
        if id is not None and found.modified_at < before:
            batch.append(id)
        if len(batch) == _SWEPT_AT_ONCE:
            removed += await _sweep(runtime, folder, batch, named)
            batch = []
    return removed + (await _sweep(runtime, folder, batch, named) if batch else 0)


async def _sweep(runtime: "Runtime", folder: str, batch: list[UUID], named: StillNamed) -> int:
    async with runtime.database.transaction() as session:
        orphans = set(batch).difference(await named(session, batch))
    await runtime.files.delete(*[f"{folder}{id}" for id in orphans])
    if orphans:
        log.info("files_swept", folder=folder, count=len(orphans))
    return len(orphans)


def _id_of(found: Found, folder: str) -> UUID | None:
    try:
        return UUID(found.name.removeprefix(folder))
    except ValueError:
        log.warning("unknown_file", folder=folder)
        return None
