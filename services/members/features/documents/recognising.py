"""What a file is, by its content: only what is on the list is taken, whatever the sender calls it."""

import struct
import zipfile
from io import BytesIO
from pathlib import PurePosixPath
from typing import Final

import puremagic

from services.contracts.members.document import MediaType
from services.kit.files import Files
from services.kit.uploads import Upload

_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_ODF: Final = "application/vnd.oasis.opendocument"

ENDINGS: Final[dict[str, tuple[str, ...]]] = {
    "application/pdf": (".pdf",),
    "application/rtf": (".rtf",),
    "application/msword": (".doc", ".wps"),
    "application/vnd.ms-excel": (".xls", ".et"),
    "application/vnd.ms-powerpoint": (".ppt", ".dps"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": (".pptx",),
    "application/vnd.oasis.opendocument.text": (".odt",),
    "application/vnd.oasis.opendocument.spreadsheet": (".ods",),
    "application/vnd.oasis.opendocument.presentation": (".odp",),
    "image/gif": (".gif",),
    "image/heif": (".heic", ".heif"),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/tiff": (".tif", ".tiff"),
    "image/webp": (".webp",),
    "text/csv": (".csv", ".tsv"),
    "text/plain": (".txt", ".md", ".log"),
}
"""What is taken, and the endings its files may have."""

_BY_MAGIC: Final[dict[str, MediaType]] = {
    "application/pdf": "application/pdf",
    "application/rtf": "application/rtf",
    "image/gif": "image/gif",
    "image/heic": "image/heif",
    "image/heif": "image/heif",
    "image/jpeg": "image/jpeg",
    "image/png": "image/png",
    "image/tiff": "image/tiff",
    "image/webp": "image/webp",
}
_BY_PART: Final[dict[str, MediaType]] = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/presentation.xml": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_BY_ODF: Final[dict[bytes, MediaType]] = {
    b"application/vnd.oasis.opendocument.text": "application/vnd.oasis.opendocument.text",
    b"application/vnd.oasis.opendocument.spreadsheet": "application/vnd.oasis.opendocument.spreadsheet",
    b"application/vnd.oasis.opendocument.presentation": "application/vnd.oasis.opendocument.presentation",
}
_BY_STREAM: Final[dict[str, MediaType]] = {
    "WordDocument": "application/msword",
    "Workbook": "application/vnd.ms-excel",
    "Book": "application/vnd.ms-excel",
    "PowerPoint Document": "application/vnd.ms-powerpoint",
}
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_ENTRY: Final = 128
_OLE_READ: Final = 4_096
_CONTROLS: Final = frozenset(range(32)) - {9, 10, 12, 13} | {127}
_BOMS: Final = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8"))


async def recognised(files: Files, upload: Upload, file_name: str) -> MediaType | None:
    """The type of a file in the store; None when it is none that is taken."""
    head = upload.head
    if head.startswith(_OLE):
        return _ole(await _directory(files, upload))
    if head.startswith(b"PK\x03\x04"):
        return _zipped(head, upload.tail)
    return _by_magic(head) or _text(upload, file_name)


def named_rightly(file_name: str, media_type: str) -> str:
    """The file's name without folders, with an ending that its type has: the ending is what a computer goes by."""
    name = PurePosixPath(file_name.replace("\\", "/")).name.strip(". ") or "document"
    endings = ENDINGS[media_type]
    return name if name.lower().endswith(endings) else f"{name}{endings[0]}"


def _by_magic(head: bytes) -> MediaType | None:
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return None
    # What is as likely as the likeliest: a PDF is one kind of file that begins as PDFs do, and comes second.
    likely = [match for match in found if match.confidence == found[0].confidence]
    return next((_BY_MAGIC[match.mime_type] for match in likely if match.mime_type in _BY_MAGIC), None)


def _zipped(head: bytes, tail: bytes) -> MediaType | None:
    """By the list of parts at the end, which must not hold macros; OpenDocument says it at the beginning."""
    if head[30:38] == b"mimetype":
        (length,) = struct.unpack_from("<I", head, 22)
        return _BY_ODF.get(head[38 : 38 + min(length, 100)])
    try:
        with zipfile.ZipFile(BytesIO(tail)) as parts:
            names = set(parts.namelist())
    except (zipfile.BadZipFile, UnicodeDecodeError, NotImplementedError, struct.error, EOFError):
        return None
    if "[Content_Types].xml" not in names or any(name.lower().endswith("vbaproject.bin") for name in names):
        return None
    return next((kind for part, kind in _BY_PART.items() if part in names), None)


async def _directory(files: Files, upload: Upload) -> bytes:
    """The beginning of the directory of an OLE file (MS-CFB 2.2): where it lies, the head says."""
    if len(upload.head) < 512:
        return b""
    (shift,), (first,) = struct.unpack_from("<H", upload.head, 30), struct.unpack_from("<I", upload.head, 48)
    start = (first + 1) << min(shift, 12)
    if start >= upload.size:
        return b""
    end = min(start + _OLE_READ, upload.size)
    return b"".join([piece async for piece in await files.get(upload.name, start=start, end=end)])


def _ole(directory: bytes) -> MediaType | None:
    for start in range(0, len(directory) - _OLE_ENTRY + 1, _OLE_ENTRY):
        (length,) = struct.unpack_from("<H", directory, start + 64)
        name = directory[start : start + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        if name in _BY_STREAM:
            return _BY_STREAM[name]
    return None


def _text(upload: Upload, file_name: str) -> MediaType | None:
    """Texts have no mark: they are what has no control characters and does not begin like markup or a script."""
    head = upload.head
    coding = next((coding for bom, coding in _BOMS if head.startswith(bom)), None)
    if coding == "utf-16":
        text = head.decode(coding, "replace")
        if any(ord(letter) in _CONTROLS for letter in text):
            return None
        beginning = text[:100].lstrip("\ufeff \t\r\n")
    else:
        if not head or _CONTROLS.intersection(head):
            return None
        beginning = head[:100].removeprefix(b"\xef\xbb\xbf").lstrip().decode("latin-1")
    if beginning.startswith(("<", "#!", "%!")):
        return None
    tabular = upload.media_type == "text/csv" or file_name.lower().endswith(ENDINGS["text/csv"])
    return "text/csv" if tabular else "text/plain"
