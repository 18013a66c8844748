"""Rows that are persons, with the roles they hold."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.members.affiliation import AffiliationCreate
from services.contracts.members.person import PersonUpdate
from services.kit.search import fold
from services.members.features.imports.changing import changes
from services.members.features.imports.convert.row import Parsed
from services.members.features.imports.deciding import Decision, type_custom_fields
from services.members.features.imports.organisations import ANY_VERSION, tell_twin
from services.members.features.imports.roles import employ, roles_of
from services.members.features.imports.states import caller_of
from services.members.features.imports.writing import ADDRESS, Making, create_all, write_all
from services.members.features.persons import actions
from services.members.features.persons.queries import persons
from services.members.tables.imports import ImportRow
from services.members.tables.person import PersonIdentifierRow, PersonRow

_MAKING = Making(actions.built, actions.prepared, actions.create_prepared)


class PersonRecords:
    """Persons, found again by their ids or their main address."""

    build = staticmethod(actions.built)
    elsewhere = False

    def __init__(self, row: ImportRow) -> None:
        self._caller = caller_of(row)
        self._strict = row.on_invalid == "reject"

    async def ask(self, parsed: Sequence[Parsed], twins: Mapping[int, tuple[int, str]]) -> None:
        """Nothing: all is in this database."""

    async def named(
        self, session: AsyncSession, ids: set[UUID], identifiers: set[tuple[str, str]]
    ) -> dict[object, UUID]:
        """The records that ids name, as far as the caller may see them."""
        held = await _ids_named(session, ids, identifiers)
        seen = persons.seen_by(self._caller).where(PersonRow.id.in_(set(held.values())))
        there = set(await session.scalars(seen.with_only_columns(PersonRow.id)))
        return {key: id for key, id in held.items() if id in there}

    async def decide(
        self, session: AsyncSession, read: Sequence[Decision], twins: Mapping[int, tuple[int, str]]
    ) -> list[Decision]:
        """Write the rows. One that has an earlier row's address is the same person, in another role."""
        await type_custom_fields(session, persons, [one.parsed for one in read])
        waiting: list[Decision] = []
        for decision in read:
            twin = twins.get(decision.number)
            if twin is not None and not twin[1].startswith(ADDRESS):
                tell_twin(decision, *twin)
            elif decision.parsed.new is None:
                decision.outcome = "rejected"
            else:
                waiting.append(decision)
        roles = await roles_of(session, waiting, strict=self._strict)
        if self._strict:
            await self._store_whole(session, waiting, roles)
        else:
            await self._store(session, waiting, roles)
        return list(read)

    async def _store_whole(
        self, session: AsyncSession, decisions: Sequence[Decision], roles: Mapping[int, AffiliationCreate]
    ) -> None:
        """Write rows with their roles. Whoever is refused a role is not taken, so the others are written once more."""
        waiting = [one for one in decisions if not one.parsed.told.rejected]
        while waiting:
            async with session.begin_nested() as nested:
                if not await self._store(session, waiting, roles):
                    return
                await nested.rollback()
            waiting = [one for one in waiting if not one.parsed.told.rejected]
            for decision in waiting:
                decision.begin_anew()

    async def _store(
        self, session: AsyncSession, decisions: Sequence[Decision], roles: Mapping[int, AffiliationCreate]
    ) -> bool:
        """Write rows, a person's one after the other, and the roles they name. Whether a role was refused."""
        waiting = list(decisions)
        while waiting:
            waiting = await self._write(session, waiting)
        return await employ(session, self._caller, decisions, roles, strict=self._strict)

    async def _write(self, session: AsyncSession, wanted: Sequence[Decision]) -> list[Decision]:
        """Write what changes each person first. The rows that are left: they are about what these make of somebody."""
        known = await self._known(session, [one.parsed for one in wanted])
        taken: set[object] = set()
        new: list[Decision] = []
        changed: dict[int, PersonUpdate] = {}
        later: list[Decision] = []
        for decision in wanted:
            address = _address(decision.parsed)
            if address in taken:
                later.append(decision)
                continue
            row = _one_record(decision, known)
            if decision.parsed.told.rejected:
                continue
            if row is None:
                new.append(decision)
            elif row.id in taken:
                later.append(decision)
                continue
            else:
                change, before = changes(row, decision.parsed)
                decision.record_id, decision.outcome = row.id, "matched"
                if not change:
                    continue
                changed[decision.number] = PersonUpdate.model_validate(change)
                decision.before = before
                taken.add(row.id)
            if address is not None:
                taken.add(address)
        await create_all(session, self._caller, _MAKING, new)
        await self._update(session, [one for one in wanted if one.number in changed], changed)
        return later

    async def _update(
        self, session: AsyncSession, decisions: Sequence[Decision], changed: Mapping[int, PersonUpdate]
    ) -> None:
        async def write(session: AsyncSession, decision: Decision) -> None:
            assert decision.record_id is not None
            row = await actions.update(session, self._caller, decision.record_id, changed[decision.number], ANY_VERSION)
            decision.outcome = "updated"
            await session.flush()
            decision.record_version = row.version

        await write_all(session, decisions, write)

    async def _known(self, session: AsyncSession, parsed: Sequence[Parsed]) -> dict[object, PersonRow]:
        """The persons that the rows' ids and addresses name."""
        ids = {one.found.id for one in parsed if one.found.id is not None}
        held = await _ids_named(session, ids, {key for one in parsed for key in one.identifiers})
        if emails := sorted({one.new.email.lower() for one in parsed if one.new is not None and one.new.email}):
            address = func.lower(PersonRow.email)
            of_address = select(address, PersonRow.id).where(address.in_(emails))
            held |= {f"{ADDRESS}{email}": id for email, id in (await session.execute(of_address))}
        rows = await session.scalars(select(PersonRow).where(PersonRow.id.in_(set(held.values()))))
        by_id = {row.id: row for row in rows}
        return {key: by_id[id] for key, id in held.items() if id in by_id}


async def _ids_named(session: AsyncSession, ids: set[UUID], identifiers: set[tuple[str, str]]) -> dict[object, UUID]:
    held: dict[object, UUID] = {id: id for id in ids}
    if identifiers:
        of = PersonIdentifierRow
        pairs = tuple_(of.scheme, of.value).in_(sorted(identifiers))
        query = select(of.scheme, of.value, of.person_id).where(pairs)
        held |= {(scheme, value): id for scheme, value, id in (await session.execute(query))}
    return held


def _address(parsed: Parsed) -> str | None:
    """A person's main address, as a key."""
    return f"{ADDRESS}{parsed.new.email.lower()}" if parsed.new.email else None


def _one_record(decision: Decision, known: Mapping[object, PersonRow]) -> PersonRow | None:
    """The person a row is about: by its ids, else by its main address when the names agree."""
    parsed = decision.parsed
    keys: list[object] = [*parsed.identifiers, *([parsed.found.id] if parsed.found.id else [])]
    rows = {known[key].id: known[key] for key in keys if key in known}
    if parsed.found.id is not None and parsed.found.id not in known:
        decision.reject("no_such_record", "There is no record with this id.", field="id", value=str(parsed.found.id))
        return None
    by_address = known.get(_address(parsed))
    if len(rows) > 1 or (rows and by_address is not None and by_address.id not in rows):
        decision.reject("two_records", "Its ids and its address belong to different persons.")
        return None
    if rows:
        return next(iter(rows.values()))
    if by_address is not None and not _may_be_same(parsed.new.names or {}, by_address.names):
        decision.reject(
            "address_of_another", "Somebody of another name has this address.", field="email", value=parsed.new.email
        )
        return None
    return by_address


def _may_be_same(told: Mapping[str, str], held: Mapping[str, str]) -> bool:
    """Whether no language says otherwise: names are compared without case, accents, order and script variants."""
    if both := told.keys() & held.keys():
        return any(sorted(fold(told[one]).split()) == sorted(fold(held[one]).split()) for one in both)
    return True
