"""Rows that are counterparts: liaison's records, made and changed through its API, outside of any transaction.

What is about to be asked of liaison is noted with the row first, in `besides`: when its answer is lost, the next
attempt knows from it what was done, and so what there is to take back.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.clients.liaison import LiaisonClient
from services.contracts.base import Problem
from services.contracts.liaison.counterpart import Counterpart
from services.kit.db import Database
from services.kit.http import MayNotCall
from services.members.features.imports.changing import LAGGING, changes
from services.members.features.imports.convert.row import Parsed
from services.members.features.imports.deciding import Decision
from services.members.features.imports.organisations import tell_twin
from services.members.features.imports.states import BARRED, caller_of
from services.members.tables.imports import ImportLineRow, ImportRow


class CounterpartRecords:
    """Counterparts, found again by their ids."""

    build = None
    elsewhere = True

    async def named(
        self, session: AsyncSession, ids: set[UUID], identifiers: set[tuple[str, str]]
    ) -> dict[object, UUID]:
        """None: they are liaison's, which is asked of each row."""
        return {}

    def __init__(self, row: ImportRow, liaison: LiaisonClient, database: Database) -> None:
        self._liaison = liaison
        self._database = database
        self._begun: dict[int, dict[str, Any]] = {}
        self._rehearse = row.rehearsal
        self._import_id = row.id
        self._starter = caller_of(row).subject
        self._decisions: list[Decision] = []

    async def ask(self, parsed: Sequence[Parsed], twins: Mapping[int, tuple[int, str]]) -> None:
        """Have liaison do it. Said again after a crash, it makes nothing twice."""
        self._decisions = [Decision(one) for one in parsed]
        waiting = {decision.number: decision for decision in self._decisions}
        if waiting and not self._rehearse:
            self._begun = await self._noted(list(waiting))
        try:
            await self._ask(waiting, twins)
        except MayNotCall:
            for decision in waiting.values():
                decision.reject(*BARRED)

    async def _ask(self, waiting: dict[int, Decision], twins: Mapping[int, tuple[int, str]]) -> None:
        """Decide the rows that wait, and take those out that are."""
        new: dict[str | None, list[Decision]] = {}
        known: list[tuple[Decision, Counterpart]] = []
        for decision in self._decisions:
            if decision.number in twins:
                tell_twin(decision, *twins[decision.number])
            elif decision.parsed.new is None:
                decision.outcome = "rejected"
            elif decision.parsed.found.id is not None:
                decision.reject("no_such_record", "Counterparts are found by identifiers, not by our id.", field="id")
            elif key := self._begun.get(decision.number, {}).get("key"):
                new.setdefault(key, []).append(decision)
                continue
            elif (held := await self._known(decision)) is not None:
                known.append((decision, held))
                continue
            elif not decision.parsed.told.rejected:
                new.setdefault(None, []).append(decision)
                continue
            del waiting[decision.number]
        first = await self._first_rows(known)
        for decision, held in known:
            if held.id in first:
                tell_twin(decision, first[held.id], f"id:{held.id}")
            else:
                await self._change(decision, held)
            del waiting[decision.number]
        for key, decisions in new.items():
            await self._create(decisions, key)
            for decision in decisions:
                del waiting[decision.number]

    async def decide(
        self, session: AsyncSession, decisions: Sequence[Decision], twins: Mapping[int, tuple[int, str]]
    ) -> list[Decision]:
        """What liaison did."""
        return self._decisions

    async def _known(self, decision: Decision) -> Counterpart | None:
        found: dict[Any, Counterpart] = {}
        for scheme, value in decision.parsed.identifiers:
            if (held := await self._liaison.counterpart(scheme, value, acting_for=self._starter)) is not None:
                found[held.id] = held
        if len(found) > 1:
            decision.reject("two_records", f"Its ids belong to two records: {', '.join(sorted(map(str, found)))}.")
            return None
        return next(iter(found.values()), None)

    async def _first_rows(self, known: Sequence[tuple[Decision, Counterpart]]) -> dict[UUID, int]:
        """Of counterparts that several rows name, each by another of its ids, the number of the first row."""
        numbers: dict[UUID, list[int]] = {}
        if known:
            line = ImportLineRow
            earlier = select(line.record_id, line.number).where(
                line.import_id == self._import_id,
                line.record_id.in_({held.id for _, held in known}),
                line.number < self._decisions[0].number,
                line.outcome != "rejected",
            )
            async with self._database.transaction() as session:
                for id, number in await session.execute(earlier.order_by(line.number)):
                    if id is not None:
                        numbers.setdefault(id, []).append(number)
        for decision, held in known:
            numbers.setdefault(held.id, []).append(decision.number)
        return {id: rows[0] for id, rows in numbers.items() if len(rows) > 1}

    async def _create(self, new: Sequence[Decision], key: str | None) -> None:
        """With the key of an earlier attempt, whose answer liaison keeps."""
        items = [decision.parsed.new for decision in new]
        if key is None:
            digest = hashlib.sha256("".join(item.model_dump_json() for item in items).encode()).hexdigest()[:32]
            key = f"import-{self._import_id}-{new[0].number}-{digest}"
            await self._note(new, {"key": key})
        answer = await self._liaison.create_counterparts(
            items, acting_for=self._starter, key=key, rehearse=self._rehearse
        )
        if isinstance(answer, Problem):
            for decision in new:
                _refuse(decision, answer)
            return
        for decision, result in zip(new, answer.results, strict=True):
            if result.problem is not None:
                _refuse(decision, result.problem)
            else:
                decision.outcome, decision.record_id, decision.record_version = "created", result.id, 1

    async def _change(self, decision: Decision, held: Counterpart) -> None:
        change, before = changes(held, decision.parsed)
        decision.record_id, decision.outcome = held.id, "matched"
        if not change:
            begun = self._begun.get(decision.number, {})
            if begun.get("id") == str(held.id) and held.version > begun["version"]:
                decision.outcome, decision.before = "updated", begun["before"]
                decision.record_version = begun["version"] + 1
            return
        await self._note([decision], {"id": str(held.id), "version": held.version, "before": before})
        answer = await self._liaison.change_counterpart(
            held.id, change, acting_for=self._starter, version=held.version, rehearse=self._rehearse
        )
        if isinstance(answer, Problem):
            _refuse(decision, answer)
            return
        decision.outcome, decision.before, decision.record_version = "updated", before, answer.version

    async def _noted(self, numbers: Sequence[int]) -> dict[int, dict[str, Any]]:
        """What an earlier attempt was about to ask for these rows."""
        noted = select(ImportLineRow.number, ImportLineRow.besides).where(
            ImportLineRow.import_id == self._import_id,
            ImportLineRow.number.between(numbers[0], numbers[-1]),
            ImportLineRow.besides.is_not(None),
        )
        async with self._database.transaction() as session:
            return {number: besides[0] for number, besides in await session.execute(noted)}

    async def _note(self, decisions: Sequence[Decision], begun: dict[str, Any]) -> None:
        if self._rehearse:
            return
        numbers = [decision.number for decision in decisions]
        rows = ImportLineRow.import_id == self._import_id, ImportLineRow.number.in_(numbers)
        async with self._database.transaction() as session:
            await session.execute(update(ImportLineRow).where(*rows).values(besides=[begun]))


def _refuse(decision: Decision, problem: Problem) -> None:
    slug = problem.type.rsplit("/", 1)[-1].replace("-", "_")
    decision.reject(slug, problem.detail or f"{problem.title}.")


def _before(kept: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, list[str]] | None]:
    """What takes a change back, and which languages lagged behind; imports of earlier versions did not keep those."""
    before = {**kept}
    lagging = before.pop(LAGGING, None)
    return before, lagging


async def take_back(liaison: LiaisonClient, line: ImportLineRow, starter: str) -> str | None:
    """Why a counterpart stays as the import left it; None when it is as before."""
    assert line.record_id is not None
    version = line.record_version or 0
    if line.outcome == "created":
        status = await liaison.remove_counterpart(line.record_id, acting_for=starter, version=version)
    elif line.before:
        before, lagging = _before(line.before)
        answer = await liaison.change_counterpart(
            line.record_id, before, acting_for=starter, version=version, rehearse=False, lagging=lagging
        )
        status = answer.status if isinstance(answer, Problem) else 200
        if status == 412 and await _is_back(liaison, line, starter):
            status = 200
    else:
        status = 200
    # 404: gone already, perhaps by this very call, repeated after a crash.
    return {412: "changed_since", 409: "in_use"}.get(status, "gone" if status == 404 and line.before else None)


async def _is_back(liaison: LiaisonClient, line: ImportLineRow, starter: str) -> bool:
    """Whether it was taken back already, by a call whose answer was lost: nothing is left to change at the version
    after."""
    assert line.record_id is not None
    assert line.before is not None
    version = (line.record_version or 0) + 1
    before, lagging = _before(line.before)
    answer = await liaison.change_counterpart(
        line.record_id, before, acting_for=starter, version=version, rehearse=True, lagging=lagging
    )
    return not isinstance(answer, Problem) and answer.version == version
