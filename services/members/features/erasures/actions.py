"""Forgetting persons, here at once and in the other services within seconds of their answering."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.clients.subjects import SubjectsClient
from services.contracts.members.erasure import ErasureCreate, ErasureReason
from services.contracts.subject import ErasureOrder, ErasureReceipt
from services.kit.auth import Caller, staff_only
from services.kit.changes import save
from services.kit.db import now
from services.kit.errors import Problem
from services.kit.etag import held
from services.kit.ids import new_id
from services.kit.jobs import task
from services.kit.runtime import Runtime
from services.kit.subjects import forget
from services.members.features.erasures.holdings import HOLDINGS
from services.members.features.erasures.keys import keys_of
from services.members.features.imports.forgetting import Sought, forget_rows
from services.members.features.persons.actions import check_there
from services.members.features.persons.queries import persons
from services.members.tables.erasure import ErasureRow
from services.members.tables.person import PersonRow

_READ = ["privacy:read"]
ELSEWHERE = ("events", "liaison")
"""Services that hold data about persons besides members."""
_ROWS = "imported_row"
"""In the receipt of members: rows of files that became no record."""


async def erase(session: AsyncSession, caller: Caller, new: ErasureCreate) -> ErasureRow:
    """Forget a person. What this service holds is gone with the commit; a job sees to the others.

    Raises for a record that was merged away: whoever decides it is told whose record it became, for all of it goes.
    """
    staff_only(caller)
    person = await held(session, caller, persons, new.person_id)
    check_there(person)
    return await forget_person(session, caller, person, new.reason)


async def forget_person(session: AsyncSession, caller: Caller, person: PersonRow, reason: ErasureReason) -> ErasureRow:
    """Forget a person who is held by this transaction."""
    keys = await keys_of(session, person)
    row = ErasureRow(
        id=new_id(),
        person_id=person.id,
        reason=reason,
        state="running",
        emails=keys.emails,
        names=keys.names,
        phones=keys.phones,
        identifiers=keys.identifiers,
        receipts=[],
        requested_by=caller.subject,
    )
    session.add(row)
    await carry_out(session, caller, row)
    await save(session, caller, "members.erasure.requested", row, required_scopes=_READ)
    return row


async def carry_out(session: AsyncSession, caller: Caller, row: ErasureRow) -> None:
    """Forget the person here, and have them forgotten elsewhere. Safe to repeat, as after a restore."""
    done = await forget(session, caller, HOLDINGS, order_of(row))
    row.receipts = [ErasureReceipt(service="members", at=now(), done=done)]
    row.state = "running"
    await erase_elsewhere.defer(session, erasure_id=str(row.id))


def order_of(row: ErasureRow) -> ErasureOrder:
    """What the other services are told."""
    return ErasureOrder(id=row.id, person_id=row.person_id, emails=row.emails, names=row.names, actor=row.requested_by)


@task("members.erase_elsewhere")
async def erase_elsewhere(runtime: Runtime, erasure_id: str) -> None:
    """Forget what takes longer to find here, and ask the services that have not confirmed it yet. One that cannot
    answer is asked again, until it does."""
    async with runtime.database.transaction() as session:
        row = await session.get(ErasureRow, UUID(erasure_id))
    if row is None:
        return
    await _forget_rows_of_files(runtime, row)
    confirmed = {receipt.service for receipt in row.receipts}
    failure: Exception | None = None
    for service in ELSEWHERE:
        if service in confirmed:
            continue
        client = runtime.peers[service]
        assert isinstance(client, SubjectsClient)
        try:
            receipt = await client.erase(order_of(row))
        except Problem as problem:  # the others are asked all the same
            failure = problem
            continue
        await _confirm(runtime, row.id, receipt)
    if failure is not None:
        raise failure


async def _forget_rows_of_files(runtime: Runtime, erasure: ErasureRow) -> None:
    """Those that name the person and became no record of theirs. What came of it stands in the receipt: they are
    looked for once."""
    if any(_ROWS in one.done for one in erasure.receipts if one.service == "members"):
        return
    sought = Sought.of(erasure.emails, erasure.names, erasure.phones, erasure.identifiers)
    count = await forget_rows(runtime, sought)
    async with runtime.database.transaction() as session:
        row = await session.scalar(select(ErasureRow).where(ErasureRow.id == erasure.id).with_for_update())
        if row is None:
            return
        row.receipts = [
            one.model_copy(update={"done": {**one.done, _ROWS: count}}) if one.service == "members" else one
            for one in row.receipts
        ]
        await save(session, _in_the_name_of(row), "members.erasure.confirmed", row, required_scopes=_READ)


def _in_the_name_of(row: ErasureRow) -> Caller:
    return Caller(row.requested_by, "service", via="service:members")


async def _confirm(runtime: Runtime, id: UUID, receipt: ErasureReceipt) -> None:
    async with runtime.database.transaction() as session:
        row = await session.scalar(select(ErasureRow).where(ErasureRow.id == id).with_for_update())
        if row is None or receipt.service in {one.service for one in row.receipts}:
            return
        row.receipts = [*row.receipts, receipt]
        if {one.service for one in row.receipts} >= {"members", *ELSEWHERE}:
            row.state = "done"
        await save(session, _in_the_name_of(row), "members.erasure.confirmed", row, required_scopes=_READ)
