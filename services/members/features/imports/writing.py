"""Decided rows become records, through the same actions as the API's: a portion together, and alone where one is
refused."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.clients.liaison import LiaisonClient
from services.kit.auth import Caller
from services.kit.bulk import ItemRefused
from services.kit.changes import TOGETHER
from services.kit.errors import Problem
from services.kit.runtime import Runtime
from services.members.features.imports.convert.row import Parsed
from services.members.features.imports.deciding import Decision
from services.members.tables.imports import ImportRow

Write = Callable[[AsyncSession, Decision], Awaitable[None]]
Build = Callable[[Any], Any]
Prepare = Callable[[AsyncSession, Caller, Any, Any], Awaitable[Any]]
Store = Callable[[AsyncSession, Caller, Sequence[Any]], Awaitable[None]]

ADDRESS = "email:"
"""Before a person's main address, where it stands among ids."""


class Records(Protocol):
    """One kind of record, as an import writes it."""

    @property
    def build(self) -> "Build | None":
        """Builds the row of a new record: what of making it needs no database, and may be done ahead."""

    @property
    def elsewhere(self) -> bool:
        """Whether `ask` has them made by another service: what it did stays, whatever becomes of the import."""

    async def named(
        self, session: AsyncSession, ids: set[UUID], identifiers: set[tuple[str, str]]
    ) -> Mapping[object, UUID]:
        """The records that ids of ours and identifiers name, by these, as far as this database knows them."""

    async def ask(self, parsed: Sequence[Parsed], twins: Mapping[int, tuple[int, str]]) -> None:
        """What must be asked of others before the transaction begins."""

    async def decide(
        self, session: AsyncSession, decisions: Sequence[Decision], twins: Mapping[int, tuple[int, str]]
    ) -> list[Decision]:
        """Write the rows, and tell what became of each, in their order."""


def records_of(runtime: Runtime, row: ImportRow) -> Records:
    """The records that an import is of."""
    from services.members.features.imports.counterparts import CounterpartRecords
    from services.members.features.imports.organisations import OrganisationRecords
    from services.members.features.imports.persons import PersonRecords

    if row.resource == "counterparts":
        return CounterpartRecords(row, runtime.peer(LiaisonClient), runtime.database)
    if row.resource == "persons":
        return PersonRecords(row)
    return OrganisationRecords(row, runtime)


@dataclass(frozen=True, slots=True)
class Making:
    """How new records of one kind are made: the actions of its API."""

    build: Build
    prepare: Prepare
    store: Store


async def create_all(session: AsyncSession, caller: Caller, making: Making, decisions: Sequence[Decision]) -> None:
    """Make new records: all that can be prepared are stored at once; when one is refused, each half by itself."""
    rows: list[tuple[Decision, Any]] = []
    for decision in decisions:
        new = decision.parsed.new
        try:
            row = decision.built or making.build(new)
            rows.append((decision, await making.prepare(session, caller, new, row)))
        except Problem as problem:
            decision.refuse(problem)
    waiting = [rows] if rows else []
    while waiting:
        batch = waiting.pop()
        try:
            async with session.begin_nested():
                await making.store(session, caller, [row for _, row in batch])
        except (Problem, IntegrityError) as error:
            if len(batch) == 1:
                batch[0][0].refuse(error if isinstance(error, Problem) else ItemRefused())
            else:
                middle = len(batch) // 2
                waiting += [batch[middle:], batch[:middle]]
            continue
        for decision, row in batch:
            decision.outcome, decision.record_id, decision.record_version = "created", row.id, row.version


async def write_all(session: AsyncSession, decisions: Sequence[Decision], write: Write) -> None:
    """Write each. First all at once; when one is refused, each half by itself, down to the one that is."""
    waiting = [list(decisions)] if decisions else []
    while waiting:
        batch = waiting.pop()
        refused = await _together(session, batch, write)
        if refused is None:
            continue
        if len(batch) == 1:
            batch[0].refuse(refused)
            continue
        middle = len(batch) // 2
        # The first half first: rows keep their order.
        waiting += [batch[middle:], batch[:middle]]


async def _together(session: AsyncSession, batch: Sequence[Decision], write: Write) -> Problem | None:
    """Why not, if not."""
    alone = len(batch) == 1
    if not alone:
        session.info[TOGETHER] = True
    try:
        async with session.begin_nested():
            for decision in batch:
                await write(session, decision)
            await session.flush()
        return None
    except Problem as problem:
        return problem
    except IntegrityError:
        return ItemRefused()
    finally:
        session.info.pop(TOGETHER, None)


def plain(value: Any) -> Any:
    """A value of a record as JSON has it."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", exclude_none=True)
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
