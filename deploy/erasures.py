"""`alliance erasures`: the ledger of who was forgotten, kept outside the database, and applied again after a restore.

A backup from before an erasure still holds the person. The ledger names them by id and digests only.
"""

import asyncio
from pathlib import Path
from uuid import UUID

from pydantic import AwareDatetime, TypeAdapter, ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.refusal import Refusal
from services.contracts.members.erasure import ErasureReason
from services.kit.auth import Caller
from services.kit.changes import save
from services.kit.db import engine_of
from services.members.features.erasures.actions import carry_out
from services.members.features.erasures.keys import PersonKeys
from services.members.tables.erasure import ErasureRow

_OPERATOR = Caller("service:alliance", "service")


class Entry(PersonKeys):
    """A line of the ledger."""

    id: UUID
    reason: ErasureReason
    requested_by: str
    at: AwareDatetime


_ENTRY: TypeAdapter[Entry] = TypeAdapter(Entry)


def export(database_url: str, file: Path) -> int:
    """Write the ledger; answers how many erasures it names. What the file names already stays in it."""
    known = {entry.id: entry for entry in read(file)} if file.exists() else {}
    known |= {entry.id: entry for entry in asyncio.run(_entries(database_url))}
    fresh = file.with_name(file.name + ".new")
    try:
        fresh.write_text("".join(f"{entry.model_dump_json()}\n" for entry in known.values()))
        fresh.replace(file)
    except OSError as error:
        raise Refusal(f"Cannot write {file}: {error.strerror or error}.") from error
    return len(known)


def reapply(database_url: str, file: Path) -> int:
    """Forget everyone the ledger names, once more; answers how many. Workers see to the other services."""
    entries = read(file)
    asyncio.run(_reapply(database_url, entries))
    return len(entries)


def read(file: Path) -> list[Entry]:
    """The ledger in a file."""
    try:
        return [_ENTRY.validate_json(line) for line in file.read_text().splitlines() if line]
    except (OSError, ValidationError) as error:
        raise Refusal(f"{file} holds no ledger of erasures: {type(error).__name__}.") from error


async def _entries(database_url: str) -> list[Entry]:
    async with engine_of(database_url) as engine, AsyncSession(engine) as session:
        rows = await session.scalars(select(ErasureRow).order_by(ErasureRow.id))
        return [
            Entry(
                id=row.id,
                person_id=row.person_id,
                reason=row.reason,
                emails=row.emails,
                names=row.names,
                phones=row.phones,
                identifiers=row.identifiers,
                requested_by=row.requested_by,
                at=row.created_at,
            )
            for row in rows
        ]


async def _reapply(database_url: str, entries: list[Entry]) -> None:
    async with engine_of(database_url) as engine:
        for entry in entries:
            async with AsyncSession(engine, autoflush=False, expire_on_commit=False) as session, session.begin():
                await _again(session, entry)


async def _again(session: AsyncSession, entry: Entry) -> None:
    row = await session.get(ErasureRow, entry.id, with_for_update=True)
    if row is None:
        row = ErasureRow(
            id=entry.id,
            person_id=entry.person_id,
            reason=entry.reason,
            state="running",
            emails=entry.emails,
            names=entry.names,
            phones=entry.phones,
            identifiers=entry.identifiers,
            receipts=[],
            requested_by=entry.requested_by,
            created_at=entry.at,
        )
        session.add(row)
    await carry_out(session, _OPERATOR, row)
    await save(session, _OPERATOR, "members.erasure.repeated", row, required_scopes=["privacy:read"])
