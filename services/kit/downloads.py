"""Sending a file from the store: always as an attachment, never as something a browser would show or run."""

import re
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import quote

import structlog
from fastapi import Header
from pydantic import BaseModel, Field
from starlette.responses import Response, StreamingResponse

from services.kit import etag
from services.kit.errors import Problem, Unavailable
from services.kit.files import FileMissing, Files

_RANGE: Final = re.compile(r"^bytes=([0-9]{0,18})-([0-9]{0,18})$")
_PLAIN: Final = re.compile(r"[^A-Za-z0-9._ ()-]")
_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
_HARMLESS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}

log = structlog.get_logger(__name__)


class RangeNotSatisfiable(Problem):
    """The file has no such bytes.

    `Content-Range` says how many it has; ask for some of them, or for the whole file without `Range`.
    """

    status = 416


class WantedPart(BaseModel):
    """The headers by which a caller asks for less than the whole file."""

    range: str | None = Field(None, description="One range of bytes.", examples=["bytes=0-1023"], max_length=100)
    if_range: str | None = Field(
        None, description="The ETag that `Range` is meant for.", examples=['"1.9f86d081"'], max_length=etag.LONGEST
    )
    if_none_match: str | None = Field(
        None, description="The ETag you hold: 304 when the file is the same.", max_length=etag.LONGEST
    )


Wanted = Annotated[WantedPart, Header()]
"""What endpoints that call `send` ask for."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as it is sent."""

    name: str
    """In the store."""
    file_name: str
    media_type: str
    size: int
    tag: str
    """Its strong ETag: the same for the same bytes."""


def described(*media_types: str) -> dict[int | str, dict[str, Any]]:
    """What the document says of a download's answers."""
    content = dict.fromkeys(media_types, _BINARY)
    return {
        200: {"description": "The file, as an attachment.", "content": content},
        206: {"description": "The part of it that `Range` asks for.", "content": content},
        304: {"description": "The file is the one whose ETag you hold."},
    }


async def send(files: Files, file: Attachment, wanted: WantedPart) -> Response:
    """The file, or the part of it that `Range` asks for (RFC 9110, 14; one range), or 304."""
    headers = {**_HARMLESS, "ETag": file.tag, "Accept-Ranges": "bytes"}
    if etag.unchanged(wanted.if_none_match, file.tag):
        return Response(status_code=304, headers=headers)
    part = _asked(wanted, file)
    start, end = part or (0, file.size)
    try:
        content = await files.get(file.name, start=start, end=end if part else None)
    except FileMissing as error:
        log.error("file_lost", file=file.name)
        raise Unavailable("The file is not where it should be; its operators must restore it.") from error
    headers["Content-Disposition"] = disposition(file.file_name)
    headers["Content-Length"] = str(end - start)
    if part:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.size}"
    return StreamingResponse(content, 206 if part else 200, headers, file.media_type)


def disposition(file_name: str) -> str:
    """`Content-Disposition` (RFC 6266): the name for every program, and the real one for those that read UTF-8."""
    return f"attachment; filename=\"{_PLAIN.sub('_', file_name)}\"; filename*=UTF-8''{quote(file_name, safe='')}"


def _asked(wanted: WantedPart, file: Attachment) -> tuple[int, int] | None:
    """The bytes from and before which to send; None for all. What is no single range of bytes is not understood, and
    is left out of account, as the standard says."""
    asked = _RANGE.fullmatch((wanted.range or "").strip())
    if asked is None or asked[0] == "bytes=-" or (wanted.if_range or file.tag) != file.tag:
        return None
    first, last = asked[1], asked[2]
    if not first:
        start, end = max(0, file.size - int(last)), file.size
    else:
        start, end = int(first), min(int(last) + 1 if last else file.size, file.size)
        if last and int(last) < start:
            return None
    if start >= end:
        raise RangeNotSatisfiable(headers={"Content-Range": f"bytes */{file.size}"})
    return start, end
