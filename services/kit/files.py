"""Files: bytes kept outside the database, on a local disk or in an object store, behind one small interface.

`FILES_URL` says where; each service keeps its own below its own name. Names are ours, never a caller's. A file is
written before the transaction whose row names it and removed in a job after the commit that no longer does, so a row
never stands without its file; what a crash leaves over is swept later.
"""

import hashlib
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import LocalStore, from_url

from services.kit.errors import ContentTooLarge, Unavailable

if TYPE_CHECKING:
    from obstore.store import ClientConfig, ObjectStore, RetryConfig

SCHEMES: Final = ("file:///", "s3://", "gs://", "az://")
"""Where files can be kept: local disk, S3 and what speaks like it, Google Cloud Storage, Azure."""

_PIECE: Final = 256 * 1024
_PART: Final = 5 * 1024 * 1024
_LISTED_AT_ONCE: Final = 200
_DELETED_AT_ONCE: Final = 100
_CLIENT: Final["ClientConfig"] = {
    "connect_timeout": timedelta(seconds=3),
    "read_timeout": timedelta(seconds=15),
    "timeout": timedelta(minutes=5),
}
_RETRIES: Final["RetryConfig"] = {"max_retries": 3, "retry_timeout": timedelta(seconds=10)}

log = structlog.get_logger(__name__)


class FileMissing(LookupError):
    """There is no file of that name."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What was written."""

    size: int
    sha256: str
    """Of the content, as 64 hexadecimal digits."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file in a list."""

    name: str
    size: int
    modified_at: datetime


class Files:
    """The files of one service. Opened when first used, so a process without files needs no `FILES_URL`."""

    def __init__(self, url: str | None, service: str) -> None:
        self._url = url
        self._below = f"{service}/"

    @cached_property
    def _store(self) -> "ObjectStore":
        if self._url is None:
            raise Unavailable("FILES_URL is not set, so there is no place for files.")
        try:
            if self._url.startswith("file:"):
                return LocalStore.from_url(self._url, mkdir=True)
            return from_url(self._url, client_options=_CLIENT, retry_config=_RETRIES)
        except (BaseError, OSError) as error:
            raise _unreachable(error) from error

    async def put(self, name: str, content: AsyncIterable[bytes], limit: int) -> Stored:
        """Write a file piece by piece; it is there whole or not at all. Raises `ContentTooLarge` beyond `limit` bytes.

        What `content` raises is raised here, and nothing is kept.
        """
        digest = hashlib.sha256()
        size = 0

        async def bounded() -> AsyncIterator[bytes]:
            nonlocal size
            async for piece in content:
                size += len(piece)
                if size > limit:
                    raise ContentTooLarge(f"At most {limit} bytes are taken.")
                digest.update(piece)
                if piece:
                    yield piece

        with _reached():
            # One part in flight: what an upload takes of memory is a few parts, not a dozen.
            await obstore.put_async(
                self._store, self._below + name, bounded(), chunk_size=_PART, max_concurrency=1, use_multipart=True
            )
        return Stored(size, digest.hexdigest())

    async def get(self, name: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The file's bytes, piece by piece; from `start` until before `end` where these are given, which must lie
        within the file.

        Raises `FileMissing` at once, before the first piece is asked for.
        """
        options: obstore.GetOptions = {}
        if end is not None:
            options = {"range": (start, end)}
        elif start:
            options = {"range": {"offset": start}}
        with _reached():
            found = await obstore.get_async(self._store, self._below + name, options=options)
        return _pieces(found)

    async def read(self, name: str, limit: int) -> bytes:
        """A small file whole, or as much of its beginning as `limit` allows."""
        content = bytearray()
        async for piece in await self.get(name):
            content += piece
            if len(content) >= limit:
                break
        return bytes(content[:limit])

    async def delete(self, *names: str) -> None:
        """Remove files; those that are not there count as removed."""
        for first in range(0, len(names), _DELETED_AT_ONCE):
            for name in names[first : first + _DELETED_AT_ONCE]:
                try:
                    with _reached():
                        await obstore.delete_async(self._store, self._below + name)
                except FileMissing:
                    continue

    async def list(self, prefix: str) -> AsyncIterator[Found]:
        """The files below a folder such as `documents/`, in no order that counts."""
        pages = obstore.list(self._store, prefix=self._below + prefix.rstrip("/"), chunk_size=_LISTED_AT_ONCE)
        while True:
            with _reached():
                page = await anext(pages, None)
            if page is None:
                return
            for found in page:
                yield Found(found["path"].removeprefix(self._below), found["size"], found["last_modified"])


async def _pieces(found: "obstore.GetResult") -> AsyncIterator[bytes]:
    stream = aiter(found.stream(min_chunk_size=_PIECE))
    while True:
        with _reached():
            piece = await anext(stream, None)
        if piece is None:
            return
        yield bytes(piece)


@contextmanager
def _reached() -> Iterator[None]:
    """Tell a caller that the store cannot be reached, and the log why. What a sender raises passes as it is."""
    try:
        yield
    except FileNotFoundError as error:
        raise FileMissing("There is no such file.") from error
    except (BaseError, PermissionError) as error:
        raise _unreachable(error) from error


def _unreachable(error: Exception) -> Unavailable:
    log.error("files_not_reached", reason=str(error).partition("\n")[0])
    return Unavailable("The place where files are kept cannot be reached.", retry_after=5)
