"""Old workbooks (XLS): small file systems, of which one file holds the records of the workbook.

The library that reads their cells does not say from when their days count; see [MS-CFB] and [MS-XLS] 2.4.77.
"""

import struct
from collections.abc import Iterator

_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NO_SECTOR = 0xFFFFFFFA
"""From here on numbers of sectors mean something else: none, or the end."""
_LOOKED_AT = 1 << 20
"""Bytes of the workbook; what holds for all of it stands at its beginning."""
_DATE_MODE, _END = 0x0022, 0x000A


def counts_from_1904(content: bytes) -> bool:
    """Whether the days of an XLS count from 1904."""
    try:
        return any(kind == _DATE_MODE and value[:1] == b"\1" for kind, value in _records(_workbook(content)))
    except (struct.error, ValueError, IndexError, StopIteration):
        return False  # broken; who reads the cells tells of it


def _records(workbook: bytes) -> Iterator[tuple[int, bytes]]:
    place = 0
    while place + 4 <= len(workbook):
        kind, length = struct.unpack_from("<HH", workbook, place)
        if kind == _END:
            return
        yield kind, workbook[place + 4 : place + 4 + length]
        place += 4 + length


def _workbook(content: bytes) -> bytes:
    if not content.startswith(_MAGIC):
        return content  # of before 1995: records alone
    file = _Compound(content)
    for name, first, size in file.entries():
        if name in ("Workbook", "Book"):
            return file.beginning(first, size)
    return b""


class _Compound:
    """A file of files, each a chain of sectors that a table links."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        (shift,) = struct.unpack_from("<H", content, 30)
        self._size = 1 << min(shift, 16)
        self._directory, self._least, self._small_table = (self._number(place) for place in (48, 56, 60))
        places = list(struct.unpack_from("<109I", content, 76))
        further, sectors = self._number(68), self._number(72)
        for _ in range(min(sectors, len(content) // self._size)):
            *more, further = self._numbers(self._sector(further))
            places += more
        self._table = [one for place in places if place < _NO_SECTOR for one in self._numbers(self._sector(place))]

    def entries(self) -> Iterator[tuple[str, int, int]]:
        """The files: name, first sector, size. The first is the one that holds the small ones."""
        listed = b"".join(self._chain(self._directory))
        for place in range(0, len(listed) - 127, 128):
            (length,) = struct.unpack_from("<H", listed, place + 64)
            first, size = struct.unpack_from("<II", listed, place + 116)
            yield listed[place : place + max(length - 2, 0)].decode("utf-16-le", "replace"), first, size

    def beginning(self, first: int, size: int) -> bytes:
        """How a file begins."""
        if size >= self._least:
            return self._joined(self._chain(first), min(size, _LOOKED_AT))
        _, container, container_size = next(self.entries())
        small = self._joined(self._chain(container), container_size)
        table = [one for sector in self._chain(self._small_table) for one in self._numbers(sector)]
        return b"".join(small[one * 64 : one * 64 + 64] for one in _followed(table, first))[:size]

    def _chain(self, first: int) -> Iterator[bytes]:
        return (self._sector(one) for one in _followed(self._table, first))

    def _joined(self, sectors: Iterator[bytes], size: int) -> bytes:
        found = bytearray()
        while len(found) < size and (sector := next(sectors, b"")):
            found += sector
        return bytes(found[:size])

    def _sector(self, number: int) -> bytes:
        return self._content[(number + 1) * self._size : (number + 2) * self._size]

    def _number(self, place: int) -> int:
        return int(struct.unpack_from("<I", self._content, place)[0])

    @staticmethod
    def _numbers(sector: bytes) -> list[int]:
        return list(struct.unpack(f"<{len(sector) // 4}I", sector[: len(sector) // 4 * 4]))


def _followed(table: list[int], first: int) -> Iterator[int]:
    for _ in range(len(table)):  # a broken chain may go round
        if first >= _NO_SECTOR:
            return
        yield first
        first = table[first]
