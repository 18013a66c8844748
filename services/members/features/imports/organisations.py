"""Rows that are organisations."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.members.organisation import OrganisationCreate, OrganisationUpdate
from services.kit.auth import Caller
from services.kit.colleagues import NOBODY, unknown_among
from services.kit.etag import IfMatch
from services.kit.runtime import Runtime
from services.members.features.imports.changing import changes
from services.members.features.imports.convert.row import Parsed
from services.members.features.imports.deciding import Decision, type_custom_fields
from services.members.features.imports.states import caller_of
from services.members.features.imports.writing import Making, create_all, write_all
from services.members.features.organisations import actions
from services.members.features.organisations.queries import organisations
from services.members.tables.imports import ImportRow
from services.members.tables.organisation import OrganisationIdentifierRow, OrganisationRow

ANY_VERSION = IfMatch(None)
_MERGES_FOLLOWED = 10


class OrganisationRecords:
    """Organisations, found again by their ids."""

    build = staticmethod(actions.built)
    elsewhere = False

    def __init__(self, row: ImportRow, runtime: Runtime) -> None:
        self._caller = caller_of(row)
        self._runtime = runtime
        self._unknown = NOBODY

    async def ask(self, parsed: Sequence[Parsed], twins: Mapping[int, tuple[int, str]]) -> None:
        """Which of the officers named are no users: the gateway has them. All else is in this database."""
        officers = {one.new.officer_id for one in parsed if one.new is not None and one.new.officer_id is not None}
        self._unknown = await unknown_among(self._runtime, officers)

    async def named(
        self, session: AsyncSession, ids: set[UUID], identifiers: set[tuple[str, str]]
    ) -> dict[object, UUID]:
        """The records that ids name; of one that was merged, the one that took its place."""
        held = await _ids_named(session, ids, identifiers)
        into: dict[UUID, UUID | None] = {}
        wanted = set(held.values())
        for _ in range(_MERGES_FOLLOWED):
            if not wanted:
                break
            of = OrganisationRow
            rows = await session.execute(select(of.id, of.merged_into).where(of.id.in_(wanted)))
            found = {row.id: row.merged_into for row in rows}
            into |= found
            wanted = {winner for winner in found.values() if winner is not None} - into.keys()
        return {key: _last(into, id) for key, id in held.items() if id in into}

    async def decide(
        self, session: AsyncSession, decisions: Sequence[Decision], twins: Mapping[int, tuple[int, str]]
    ) -> list[Decision]:
        """Write the rows."""
        parsed = [decision.parsed for decision in decisions]
        await type_custom_fields(session, organisations, parsed)
        known = await _known(session, parsed)
        new: list[Decision] = []
        changed: list[tuple[Decision, OrganisationRow]] = []
        for decision in decisions:
            one = decision.parsed
            if one.number in twins:
                tell_twin(decision, *twins[one.number])
            elif one.new is None:
                decision.outcome = "rejected"
            elif (row := _one_record(decision, known)) is not None:
                changed.append((decision, row))
            elif not one.told.rejected:
                new.append(decision)
        await create_all(session, self._caller, Making(actions.built, self._prepared, actions.create_prepared), new)
        await self._update(session, changed)
        return list(decisions)

    async def _prepared(
        self, session: AsyncSession, caller: Caller, new: OrganisationCreate, row: OrganisationRow
    ) -> OrganisationRow:
        return await actions.prepared(session, caller, new, row, self._unknown)

    async def _update(self, session: AsyncSession, found: Sequence[tuple[Decision, OrganisationRow]]) -> None:
        patches = {}
        for decision, row in found:
            change, before = changes(row, decision.parsed)
            decision.record_id, decision.outcome = row.id, "matched"
            if change:
                patches[decision.number] = OrganisationUpdate.model_validate(change)
                decision.before = before

        async def write(session: AsyncSession, decision: Decision) -> None:
            assert decision.record_id is not None
            patch = patches[decision.number]
            row = await actions.update(session, self._caller, decision.record_id, patch, ANY_VERSION, self._unknown)
            decision.outcome = "updated"
            await session.flush()
            decision.record_version = row.version

        await write_all(session, [decision for decision, _ in found if decision.number in patches], write)


def tell_twin(decision: Decision, twin: int, key: str) -> None:
    """Two rows of one file have one id: which of them is right is not ours to say."""
    other = f"row {twin} has" if twin != decision.number else "later rows have"
    decision.reject("repeated_id", f"In this file {other} the same id, {key}.", value=key)


def _one_record(decision: Decision, known: Mapping[object, OrganisationRow]) -> OrganisationRow | None:
    """The record that a row's ids name. Ids of two records, and an id of none, are told."""
    parsed = decision.parsed
    keys: list[object] = [*parsed.identifiers, *([parsed.found.id] if parsed.found.id else [])]
    rows = {known[key].id: known[key] for key in keys if key in known}
    if len(rows) > 1:
        decision.reject("two_records", f"Its ids belong to two records: {', '.join(str(id) for id in sorted(rows))}.")
        return None
    if parsed.found.id is not None and parsed.found.id not in known:
        decision.reject("no_such_record", "There is no record with this id.", field="id", value=str(parsed.found.id))
        return None
    return next(iter(rows.values()), None)


async def _known(session: AsyncSession, parsed: Sequence[Parsed]) -> dict[object, OrganisationRow]:
    """The organisations that the rows' ids name; of one that was merged, the one that took its place."""
    ids = {one.found.id for one in parsed if one.found.id is not None}
    held = await _ids_named(session, ids, {key for one in parsed for key in one.identifiers})
    rows = await organisations_by_id(session, set(held.values()))
    return {key: rows[id] for key, id in held.items() if id in rows}


async def _ids_named(session: AsyncSession, ids: set[UUID], identifiers: set[tuple[str, str]]) -> dict[object, UUID]:
    held: dict[object, UUID] = {id: id for id in ids}
    if identifiers:
        of = OrganisationIdentifierRow
        pairs = tuple_(of.scheme, of.value).in_(sorted(identifiers))
        query = select(of.scheme, of.value, of.organisation_id).where(pairs)
        held |= {(scheme, value): id for scheme, value, id in (await session.execute(query))}
    return held


async def organisations_by_id(session: AsyncSession, ids: set[UUID]) -> dict[UUID, OrganisationRow]:
    """Organisations, or those they were merged into."""
    found: dict[UUID, OrganisationRow] = {}
    wanted = set(ids)
    for _ in range(_MERGES_FOLLOWED):
        if not wanted:
            break
        rows = await session.scalars(select(OrganisationRow).where(OrganisationRow.id.in_(wanted)))
        found |= {row.id: row for row in rows}
        wanted = {row.merged_into for row in found.values() if row.merged_into is not None} - found.keys()
    into = {id: row.merged_into for id, row in found.items()}
    return {id: found[_last(into, id)] for id in ids if id in found}


def _last(into: Mapping[UUID, UUID | None], id: UUID) -> UUID:
    """Where merges end: at the one that was merged into none, as far as they are known."""
    for _ in range(_MERGES_FOLLOWED):
        winner = into[id]
        if winner is None or winner not in into:
            break
        id = winner
    return id
