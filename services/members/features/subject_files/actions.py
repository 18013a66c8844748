"""Making subject files, and removing them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from tempfile import TemporaryFile
from typing import IO, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.clients.subjects import SubjectsClient
from services.contracts.subject import SubjectKeys, SubjectRecords
from services.kit.audit import audited
from services.kit.auth import Caller, staff_only
from services.kit.changes import save
from services.kit.db import now
from services.kit.errors import Conflict
from services.kit.etag import held
from services.kit.ids import new_id
from services.kit.jobs import AWAITED, task
from services.kit.mentions import mentions_of, readable, sought
from services.kit.runtime import Runtime
from services.kit.subjects import MOST_TOLD, held_about
from services.members.features.erasures.actions import ELSEWHERE
from services.members.features.erasures.holdings import HOLDINGS, PROSE
from services.members.features.erasures.keys import PersonKeys, keys_of
from services.members.features.imports.forgetting import Sought, rows_naming
from services.members.features.persons.actions import check_there
from services.members.features.persons.queries import persons
from services.members.features.subject_files.archive import PIECE, write
from services.members.tables.person import PersonRow
from services.members.tables.subject_file import SubjectFileRow

KEPT: Final = timedelta(days=7)
LARGEST: Final = 2**31 - 1
"""Bytes: the files that an archive takes in are half as much (archive.py)."""
_READ = ["privacy:read"]


class SubjectFileNotReady(Conflict):
    """The archive is not there to be downloaded.

    It is still being made, or has expired; `state` says which. Ask for another one when it has.
    """


def file_of(id: UUID) -> str:
    """The archive in the store."""
    return f"subject-files/{id}"


async def ask(session: AsyncSession, caller: Caller, person_id: UUID) -> SubjectFileRow:
    """Have an archive made."""
    staff_only(caller)
    person = await held(session, caller, persons, person_id)
    check_there(person)
    row = SubjectFileRow(
        id=new_id(), person_id=person.id, state="waiting", expires_at=now() + KEPT, requested_by=caller.subject
    )
    await save(session, caller, "members.subject_file.requested", row, required_scopes=_READ)
    await audited(session, caller, action="subject_files.requested", resource="person", about=[person.id])
    await make_subject_file.defer(session, id=str(row.id))
    return row


@task("members.make_subject_file", priority=AWAITED)
async def make_subject_file(runtime: Runtime, id: str) -> None:
    """Gather what every service holds. While one cannot answer there is no archive: half of it would mislead."""
    async with runtime.database.transaction() as session:
        row = await session.get(SubjectFileRow, UUID(id))
        person = None if row is None else await session.get(PersonRow, row.person_id)
        if row is None or row.state != "waiting":
            return
        if person is None or person.erased_at is not None or person.merged_into is not None:
            row.state = "expired"
            return
        keys = await keys_of(session, person)
        gathered = {"members": await held_about(session, "members", HOLDINGS, keys)}
        names = sought(person.searchable_names())
        mentions = {"members": readable(await mentions_of(session, PROSE, names))}
    await _add_rows_of_files(runtime, gathered["members"], keys)
    others = SubjectKeys(person_id=keys.person_id, emails=keys.emails, names=keys.names)
    for service in ELSEWHERE:
        client = runtime.peers[service]
        assert isinstance(client, SubjectsClient)
        gathered[service] = await client.held_about(others)
        mentions[service] = readable((await client.mentions(names)).records)
    with TemporaryFile() as written:
        await write(written, runtime.files, gathered, mentions)
        stored = await runtime.files.put(file_of(row.id), _pieces(written), LARGEST)
    async with runtime.database.transaction() as session:
        done = await session.get_one(SubjectFileRow, row.id, with_for_update=True)
        if done.state == "waiting":
            done.state, done.size, done.sha256 = "ready", stored.size, stored.sha256
            caller = Caller(done.requested_by, "service", via="service:members")
            await save(session, caller, "members.subject_file.made", done, required_scopes=_READ)


async def _add_rows_of_files(runtime: Runtime, here: SubjectRecords, keys: PersonKeys) -> None:
    """Rows of imported files that name the person and became no record."""
    rows = await rows_naming(runtime, Sought.of(keys.emails, keys.names, keys.phones, keys.identifiers))
    here.records["imported_row"] += rows
    if len(rows) == MOST_TOLD:  # how many more there are is not known without reading every file to its end
        here.cut["imported_row"] = max(here.cut.get("imported_row", 0), len(here.records["imported_row"]))


async def _pieces(written: IO[bytes]) -> AsyncIterator[bytes]:
    written.seek(0)
    while piece := await asyncio.to_thread(written.read, PIECE):
        yield piece


@task("members.expire_subject_files", cron="23 * * * *", attempts=1)
async def expire_subject_files(runtime: Runtime) -> None:
    """Remove archives whose time is over, or whose person was forgotten."""
    forgotten = select(PersonRow.id).where(PersonRow.erased_at.is_not(None))
    over = (SubjectFileRow.expires_at < now()) | SubjectFileRow.person_id.in_(forgotten)
    async with runtime.database.transaction() as session:
        rows = list(
            await session.scalars(
                select(SubjectFileRow)
                .where(SubjectFileRow.state != "expired", over)
                .order_by(SubjectFileRow.id)
                .limit(1_000)
                .with_for_update()
            )
        )
        for row in rows:
            row.state = "expired"
            caller = Caller(row.requested_by, "service", via="service:members")
            await save(session, caller, "members.subject_file.expired", row, required_scopes=_READ)
    await runtime.files.delete(*[file_of(row.id) for row in rows])
