"""Rows of files that name somebody and became no record of theirs: rejected ones, and those of rehearsals."""

import asyncio
import re
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import inspect, select, update

from services.contracts.base import PhoneInput
from services.kit.phones import normalised
from services.kit.runtime import Runtime
from services.kit.subjects import MOST_TOLD, digest, forget_answers
from services.members.features.imports.convert.row import RowReader
from services.members.features.imports.running import reader_of
from services.members.features.imports.states import locked
from services.members.tables.imports import ImportLineRow, ImportRow
from services.members.tables.person import DIALLED

_PORTION: Final = 2_000
_BETWEEN: Final = r"\s<>()\[\],;:|/\"'，；：、（）"
_ADDRESS: Final = re.compile(f"[^{_BETWEEN}@]+@[^{_BETWEEN}@]*[^{_BETWEEN}@.]")
_HAN: Final = re.compile(r"[\u3400-\u9fff·]+")
EMPTY: Final[dict[str, Any]] = {
    **dict.fromkeys(("raw", "twin_key", "problems", "before", "besides", "name")),
    "cells": [],
    "extra": [],
}
"""What is left of a row: that there was one, and what became of it."""
_WITHOUT_RECORD: Final = ImportLineRow.record_id.is_(None), ImportLineRow.cells != []


@dataclass(frozen=True, slots=True)
class Sought:
    """Digests of what a person is known by."""

    emails: frozenset[str]
    names: frozenset[str]
    phones: frozenset[str]
    identifiers: frozenset[str]

    @classmethod
    def of(
        cls, emails: Collection[str], names: Collection[str], phones: Collection[str], identifiers: Collection[str]
    ) -> "Sought":
        """From lists."""
        return cls(frozenset(emails), frozenset(names), frozenset(phones), frozenset(identifiers))


async def forget_rows(runtime: Runtime, sought: Sought) -> int:
    """Empty the rows that are theirs, and the samples of those files; how many rows there were. Safe to repeat."""
    count = 0
    async for row, lines in _theirs(runtime, sought):
        async with runtime.database.transaction() as session:
            held = await locked(session, row.id)
            if held is None:
                continue
            held.forget_samples()
            numbers = [line.number for line in lines]
            which = ImportLineRow.import_id == row.id, ImportLineRow.number.in_(numbers)
            await session.execute(update(ImportLineRow).where(*which).values(EMPTY))
            await forget_answers(session, [row.id])
        count += len(lines)
    return count


async def rows_naming(runtime: Runtime, sought: Sought) -> list[dict[str, Any]]:
    """The rows that are theirs, column by column, as they are told to them."""
    names = inspect(ImportLineRow).column_attrs.keys()
    told: list[dict[str, Any]] = []
    async for _, lines in _theirs(runtime, sought):
        told += [{name: _plain(getattr(line, name)) for name in names} for line in lines]
        if len(told) >= MOST_TOLD:
            break
    return told[:MOST_TOLD]


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


async def _theirs(runtime: Runtime, sought: Sought) -> AsyncIterator[tuple[ImportRow, Sequence[ImportLineRow]]]:
    """Their rows in imports of persons, portion by portion."""
    async with runtime.database.transaction() as session:
        some = select(ImportLineRow.number).where(ImportLineRow.import_id == ImportRow.id, *_WITHOUT_RECORD).exists()
        query = select(ImportRow).where(ImportRow.resource == "persons", some).order_by(ImportRow.id)
        found = (await session.scalars(query)).all()
    for row in found:
        finder = _Finder(row, await reader_of(runtime, row), sought)
        after = 0
        while lines := await _portion(runtime, row.id, after):
            after = lines[-1].number
            if theirs := await asyncio.to_thread(finder.among, lines):
                yield row, theirs


async def _portion(runtime: Runtime, id: UUID, after: int) -> Sequence[ImportLineRow]:
    query = (
        select(ImportLineRow)
        .where(ImportLineRow.import_id == id, ImportLineRow.number > after, *_WITHOUT_RECORD)
        .order_by(ImportLineRow.number)
        .limit(_PORTION)
    )
    async with runtime.database.transaction() as session:
        return (await session.scalars(query)).all()


class _Finder:
    """Tells a person's rows of one file from others'.

    One of their addresses or ids makes a row theirs, as everywhere; a phone is often an office's, and a name borne by
    others: it takes both. What names a person is looked for in every cell, whatever its column became.
    """

    def __init__(self, row: ImportRow, reader: RowReader, sought: Sought) -> None:
        self._reader, self._sought = reader, sought
        self._country = row.defaults.country
        fields = [column["field"] or "" for column in row.columns]
        self._schemes = {
            place: field.partition(".")[2] for place, field in enumerate(fields) if field.startswith("identifiers.")
        }
        self._parts = [fields.index(name) if name in fields else None for name in ("family_name", "given_name")]

    def among(self, lines: Sequence[ImportLineRow]) -> list[ImportLineRow]:
        """Those that are theirs."""
        return [line for line in lines if self._is_theirs(line)]

    def _is_theirs(self, line: ImportLineRow) -> bool:
        cells, sought = [*line.cells, *line.extra], self._sought
        for text in (*cells, line.raw or ""):
            if "@" in text and any(digest(one) in sought.emails for one in _ADDRESS.findall(text)):
                return True
        if any(digest(one) in sought.identifiers for one in self._identifiers(line.cells)):
            return True
        if not any(digest(one) in sought.names for one in self._names(cells)):
            return False
        return self._has_their_phone(line)

    def _identifiers(self, cells: Sequence[str]) -> Iterator[str]:
        for place, scheme in self._schemes.items():
            if place < len(cells) and cells[place]:
                yield f"{scheme}:{cells[place].strip()}"

    def _names(self, cells: Sequence[str]) -> Iterator[str]:
        """What may be a name: cells, their Chinese and their other part, and a family name with a given one."""
        for cell in cells:
            yield cell
            if han := "".join(_HAN.findall(cell)):
                yield han
                yield " ".join(_HAN.sub(" ", cell).split())
        family, given = (
            cells[place].strip() if place is not None and place < len(cells) else "" for place in self._parts
        )
        if family and given:
            yield from (f"{family}{given}", f"{family} {given}", f"{given} {family}")

    def _has_their_phone(self, line: ImportLineRow) -> bool:
        body = self._reader.read(line.number, line.cells, line.extra).found.body
        country = body.get("country") or self._country
        channels = (*body.get("channels", []), *body.get("private_channels", []))
        numbers = [phone["number"] for phone in body.get("phones", [])]
        numbers += [one["value"] for one in channels if one["kind"] in DIALLED]
        return any(
            digest(normalised(PhoneInput.model_construct(number=number), country).number) in self._sought.phones
            for number in numbers
        )
