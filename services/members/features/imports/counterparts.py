"""Rows that are counterparts: liaison's records, made and changed through its API, outside of any transaction."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.clients.liaison import LiaisonClient
from services.contracts.base import Problem
from services.contracts.liaison.counterpart import Counterpart
from services.kit.http import MayNotCall
from services.members.features.imports.changing import changes
from services.members.features.imports.convert.row import Parsed
from services.members.features.imports.deciding import Decision
from services.members.features.imports.organisations import tell_twin
from services.members.features.imports.states import BARRED, caller_of
from services.members.tables.imports import ImportLineRow, ImportRow


class CounterpartRecords:
    """Counterparts, found again by their ids."""

    build = None

    def __init__(self, row: ImportRow, liaison: LiaisonClient) -> None:
        self._liaison = liaison
        self._rehearse = row.rehearsal
        self._import_id = row.id
        self._starter = caller_of(row).subject
        self._decisions: list[Decision] = []

    async def ask(self, parsed: Sequence[Parsed], twins: Mapping[int, tuple[int, str]]) -> None:
        """Have liaison do it. Said again after a crash, it makes nothing twice."""
        self._decisions = [Decision(one) for one in parsed]
        waiting = {decision.number: decision for decision in self._decisions}
        try:
            await self._ask(waiting, twins)
        except MayNotCall:
            for decision in waiting.values():
                decision.reject(*BARRED)

    async def _ask(self, waiting: dict[int, Decision], twins: Mapping[int, tuple[int, str]]) -> None:
        """Decide the rows that wait, and take those out that are."""
        new: list[Decision] = []
        for decision in self._decisions:
            if decision.number in twins:
                tell_twin(decision, *twins[decision.number])
            elif decision.parsed.new is None:
                decision.outcome = "rejected"
            elif decision.parsed.found.id is not None:
                decision.reject("no_such_record", "Counterparts are found by identifiers, not by our id.", field="id")
            elif (held := await self._known(decision)) is not None:
                await self._change(decision, held)
            elif not decision.parsed.told.rejected:
                new.append(decision)
                continue
            del waiting[decision.number]
        if new:
            await self._create(new)

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

    async def _create(self, new: Sequence[Decision]) -> None:
        items = [decision.parsed.new for decision in new]
        digest = hashlib.sha256("".join(item.model_dump_json() for item in items).encode()).hexdigest()[:32]
        key = f"import-{self._import_id}-{new[0].number}-{digest}"
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
            return
        answer = await self._liaison.change_counterpart(
            held.id, change, acting_for=self._starter, version=held.version, rehearse=self._rehearse
        )
        if isinstance(answer, Problem):
            _refuse(decision, answer)
            return
        decision.outcome, decision.before, decision.record_version = "updated", before, answer.version


def _refuse(decision: Decision, problem: Problem) -> None:
    slug = problem.type.rsplit("/", 1)[-1].replace("-", "_")
    decision.reject(slug, problem.detail or f"{problem.title}.")


async def take_back(liaison: LiaisonClient, line: ImportLineRow, starter: str) -> str | None:
    """Why a counterpart stays as the import left it; None when it is as before."""
    assert line.record_id is not None
    version = line.record_version or 0
    if line.outcome == "created":
        status = await liaison.remove_counterpart(line.record_id, acting_for=starter, version=version)
    elif line.before:
        answer = await liaison.change_counterpart(
            line.record_id, line.before, acting_for=starter, version=version, rehearse=False
        )
        status = answer.status if isinstance(answer, Problem) else 200
    else:
        status = 200
    # 404: gone already, perhaps by this very call, repeated after a crash.
    return {412: "changed_since", 409: "in_use"}.get(status, "gone" if status == 404 and line.before else None)
