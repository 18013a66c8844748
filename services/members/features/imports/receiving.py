"""A file on its way in: streamed to disk, looked at, and refused at once when it is none that can be read."""

import asyncio
import hashlib
import os
import re
import tempfile
import weakref
from collections.abc import AsyncIterator
from dataclasses import asdict
from email.message import Message
from pathlib import Path
from urllib.parse import unquote

from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect, Request

from services.kit.auth import Caller, staff_only
from services.kit.errors import BadRequest, Conflict, ContentTooLarge, Invalid
from services.kit.form import body_was
from services.kit.multipart import MEDIA_TYPE as FORM
from services.kit.multipart import FileInForm
from services.members.features.imports.child import Reader
from services.members.features.imports.queries import WRITING
from services.members.features.transfer import not_from_abroad
from services.members.files.delimited import DELIMITERS
from services.members.files.encoding import NAMES
from services.members.files.table import Options, Unreadable, kind_of

LARGEST_FILE = 50 * 1024 * 1024
_JSON = "application/json"
_HEAD = 8192
MEDIA_TYPES = (
    "application/octet-stream",
    "text/csv",
    "text/tab-separated-values",
    "text/plain",
    "text/vcard",
    "text/x-vcard",
    _JSON,
    "application/x-ndjson",
    "application/jsonl",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.oasis.opendocument.spreadsheet",
    FORM,
)
_READ_AT_ONCE = 256 * 1024
_AT_ONCE_SECONDS = 6.0
_PIECE = 1024 * 1024


class UnreadableFile(Conflict):
    """The file cannot be read.

    `detail` says why: it is empty, protected, broken or no table. Nothing was stored. Save it anew and send it again.
    """


class Received:
    """A file that arrived whole. It is gone when nobody holds this any more."""

    def __init__(self) -> None:
        handle, path = tempfile.mkstemp(prefix="import-")
        os.close(handle)
        self.path = Path(path)
        self.name = "file"
        self.size = 0
        self.unreadable: UnreadableFile | None = None
        """Why it is no table; told after what is wrong with the parameters (docs/adr/0011)."""
        weakref.finalize(self, os.unlink, path)

    async def pieces(self) -> AsyncIterator[bytes]:
        """Its content."""
        with self.path.open("rb") as file:
            while piece := await asyncio.to_thread(file.read, _PIECE):
                yield piece


async def receive(request: Request, caller: Caller) -> Received:
    """Take the body. A small file is read whole, so that nothing is stored of a broken one."""
    staff_only(caller)
    query = request.query_params
    caller.require(WRITING.get(query.get("resource", ""), "members:write"))
    if query.get("resource") == "persons":
        not_from_abroad(caller)
    received = Received()
    content_type = request.headers.get("content-type", "")
    media_type = content_type.partition(";")[0].strip().lower()
    form = FileInForm(content_type) if media_type == FORM else None
    digest = hashlib.sha256()
    with received.path.open("wb") as file:
        async for piece in _sent(request):
            content = form.take(piece) if form is not None else piece
            received.size += len(content)
            if received.size > LARGEST_FILE:
                raise ContentTooLarge(f"At most {LARGEST_FILE} bytes are taken.")
            digest.update(content)
            await asyncio.to_thread(file.write, content)
    if form is not None:
        form.end()
    # Of a form it is the file that counts: its boundary is another each time.
    body_was(request, digest.digest())
    named = form.name if form is not None else _named(request.headers.get("content-disposition", ""))
    name = query.get("filename") or named
    received.name = re.sub(r"[\x00-\x1f\x7f/\\]", "_", name.strip())[:200] or "file"
    if media_type == _JSON:
        await asyncio.to_thread(_check_json, received.path)
    await _look_at(received, query)
    return received


def _check_json(path: Path) -> None:
    """What is said to be JSON is a list or an object: as the document says, and no table of another kind."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:1] not in (b"{", b"["):
        raise Invalid.value("", "json_type", "The body is neither a JSON array nor an object.")


async def _sent(request: Request) -> AsyncIterator[bytes]:
    try:
        async for piece in request.stream():
            yield piece
    except ClientDisconnect as error:
        raise BadRequest("The file broke off.") from error


async def _look_at(received: Received, query: QueryParams) -> None:
    """Whether it is a table at all. What the parameters say wrongly is refused with the rest of them, later."""
    encoding, delimiter, row = (query.get(name) for name in ("encoding", "delimiter", "header_row"))
    options = Options(
        name=received.name,
        encoding=encoding if encoding in NAMES else None,
        delimiter=delimiter if delimiter in DELIMITERS else None,
        header_row=int(row) if row is not None and row.isdecimal() and len(row) < 6 else None,
        sheet=query.get("sheet"),
    )
    try:
        await asyncio.to_thread(kind_of, received.path, received.name)
        if received.size <= _READ_AT_ONCE:
            reader = Reader(received.path, asdict(options), _AT_ONCE_SECONDS)
            async for _ in reader.rows():
                pass
    except Unreadable as unreadable:
        received.unreadable = UnreadableFile(str(unreadable))
    except TimeoutError:
        return  # the job has more time


def _named(disposition: str) -> str:
    """The name in a Content-Disposition (RFC 6266)."""
    message = Message()
    message["Content-Disposition"] = disposition
    extended = re.search(r"filename\*\s*=\s*utf-8''([^;]+)", disposition, re.IGNORECASE)
    return unquote(extended[1]) if extended else message.get_filename("") or ""
