"""Sending files, and what files begin with."""

import struct
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx

from tests.wire.api import Api

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj <<>> endobj\n"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 40
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0" + b"\0" * 40
GIF = b"GIF89a" + b"\0" * 40
WEBP = b"RIFF\x10\0\0\0WEBPVP8 " + b"\0" * 40
TIFF = b"II*\0\x08\0\0\0" + b"\0" * 40
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 40
RTF = rb"{\rtf1\ansi plain}"


def packed(*parts: str, padding: int = 0) -> bytes:
    """An Office file with these parts, the last one as large as said and not to be made smaller."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as parcel:
        parcel.writestr("[Content_Types].xml", "<Types/>")
        for part in parts:
            parcel.writestr(part, b"\0" * padding if part == parts[-1] else b"<x/>")
    return made.getvalue()


def open_document(kind: str) -> bytes:
    """An OpenDocument file, which says first what it is."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as parcel:
        parcel.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        parcel.writestr("content.xml", "<x/>")
    return made.getvalue()


def compound(*streams: str, before: int = 0) -> bytes:
    """A compound file (MS-CFB) whose directory names these streams, behind so many sectors."""
    head = bytearray(512)
    head[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<H", head, 30, 9)
    struct.pack_into("<I", head, 48, before)
    directory = bytearray()
    for name in ("Root Entry", *streams):
        entry = bytearray(128)
        coded = name.encode("utf-16-le")
        entry[: len(coded)] = coded
        struct.pack_into("<H", entry, 64, len(coded) + 2)
        directory += entry
    return bytes(head) + b"\1" * 512 * before + bytes(directory)


async def sent(
    api: Api,
    id: str,
    content: Any,
    *,
    name: str = "application.pdf",
    as_: str | None = "application/octet-stream",
    if_match: str | None = "*",
    **params: str,
) -> httpx.Response:
    """Send a document's file."""
    headers = {"Content-Type": as_, "If-Match": if_match}
    return await api._client.put(
        f"/v1/documents/{id}/content",
        content=content,
        params={"file_name": name, **params},
        headers={name: value for name, value in headers.items() if value is not None},
    )


def kept(api: Api) -> set[str]:
    """Names of the files in the store."""

    url = api.runtime.settings.files_url
    assert url is not None
    folder = Path(unquote(urlsplit(url).path)) / "members" / "documents"
    return {path.name for path in folder.iterdir()} if folder.exists() else set()
