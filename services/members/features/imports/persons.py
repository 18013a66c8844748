"""Rows that are persons, with the roles they hold."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.members.affiliation import AffiliationCreate
from services.contracts.members.person import PersonUpdate
from services.kit.search import fold
from services.members.features.affiliations import actions as affiliations
from services.members.features.imports.changing import changes
from services.members.features.imports.convert.row import Parsed
from services.members.features.imports.deciding import Decision, type_custom_fields
from services.members.features.imports.employers import Employers
from services.members.features.imports.organisations import ANY_VERSION, tell_twin
from services.members.features.imports.states import caller_of
from services.members.features.imports.writing import Making, create_all, write_all
from services.members.features.persons import actions
from services.members.features.persons.queries import persons
from services.members.tables.affiliation import AffiliationRow
from services.members.tables.imports import ImportRow
from services.members.tables.person import PersonIdentifierRow, PersonRow

_MAKING = Making(actions.built, actions.prepared, actions.create_prepared)


class PersonRecords:
    """Persons, found again by their ids or their main address."""

    build = staticmethod(actions.built)
    elsewhere = False

    def __init__(self, row: ImportRow) -> None:
        self._caller = caller_of(row)
        self._import_id = row.id

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
        decisions = {one.number: one for one in read}
        again: list[Decision] = []
        first: list[Decision] = []
        for decision in decisions.values():
            twin = twins.get(decision.number)
            if twin is not None and not twin[1].startswith("email:"):
                tell_twin(decision, *twin)
            elif decision.parsed.new is None:
                decision.outcome = "rejected"
            elif twin is not None:
                again.append(decision)
            else:
                first.append(decision)
        await self._write(session, first)
        await self._write(session, again, {one.number: twins[one.number][0] for one in again}, decisions)
        await self._employ(session, [one for one in decisions.values() if one.outcome != "rejected"])
        return list(decisions.values())

    async def _write(
        self,
        session: AsyncSession,
        wanted: Sequence[Decision],
        same_as: Mapping[int, int] | None = None,
        decisions: Mapping[int, Decision] | None = None,
    ) -> None:
        known = await self._known(session, [one.parsed for one in wanted])
        new: list[Decision] = []
        found: list[tuple[Decision, PersonRow]] = []
        for decision in wanted:
            row = _one_record(decision, known)
            if decision.parsed.told.rejected:
                continue
            if row is not None:
                found.append((decision, row))
            elif same_as is not None and decisions is not None:
                # Its address belongs to no record: the earlier row was rejected, or this is a rehearsal.
                earlier = decisions.get(same_as[decision.number])
                if earlier is None or earlier.outcome != "rejected":
                    decision.outcome = "matched"
                else:
                    new.append(decision)
            else:
                new.append(decision)
        await create_all(session, self._caller, _MAKING, new)
        await self._update(session, found)

    async def _update(self, session: AsyncSession, found: Sequence[tuple[Decision, PersonRow]]) -> None:
        patches = {}
        for decision, row in found:
            change, before = changes(row, decision.parsed)
            decision.record_id, decision.outcome = row.id, "matched"
            if change:
                patches[decision.number] = PersonUpdate.model_validate(change)
                decision.before = before

        async def write(session: AsyncSession, decision: Decision) -> None:
            assert decision.record_id is not None
            row = await actions.update(session, self._caller, decision.record_id, patches[decision.number], ANY_VERSION)
            decision.outcome = "updated"
            await session.flush()
            decision.record_version = row.version

        await write_all(session, [decision for decision, _ in found if decision.number in patches], write)

    async def _employ(self, session: AsyncSession, decisions: Sequence[Decision]) -> None:
        """Add the roles the rows name, where the person does not hold them already."""
        wanted = [one for one in decisions if one.parsed.found.affiliation.get("organisation")]
        employers = Employers(session)
        roles: dict[int, AffiliationCreate] = {}
        for decision in wanted:
            told = decision.parsed.found.affiliation
            organisation_id = await employers.find(decision.parsed.told, told["organisation"], told.get("column"))
            if organisation_id is None or decision.record_id is None:
                continue
            starts_on, ends_on = told.get("starts_on"), told.get("ends_on")
            if starts_on and ends_on and ends_on < starts_on:
                decision.parsed.told.say("ends_before_start", "The role ends before it begins, and was left out.")
                continue
            roles[decision.number] = AffiliationCreate(
                person_id=decision.record_id,
                organisation_id=organisation_id,
                role=told.get("role") or None,
                starts_on=starts_on,
                ends_on=ends_on,
            )
        held = await _held_roles(session, roles.values())

        async def write(session: AsyncSession, decision: Decision) -> None:
            row = await affiliations.create(session, self._caller, roles[decision.number])
            decision.besides = [{"resource": "affiliation", "id": str(row.id), "version": 1}]

        new: dict[int, Decision] = {}
        for decision in wanted:
            role = roles.get(decision.number)
            if role is None or (key := _role_key(role)) in held:
                continue
            held.add(key)
            new[decision.number] = Decision(decision.parsed)
        await write_all(session, list(new.values()), write)
        for decision in wanted:
            made = new.get(decision.number)
            if made is None:
                continue
            # A role that was refused is told; the person stays.
            decision.parsed.told.rejected = False
            decision.besides = made.besides
            if made.besides and decision.outcome == "matched":
                decision.outcome, decision.before = "updated", {}

    async def _known(self, session: AsyncSession, parsed: Sequence[Parsed]) -> dict[object, PersonRow]:
        """The persons that the rows' ids and addresses name."""
        ids = {one.found.id for one in parsed if one.found.id is not None}
        held = await _ids_named(session, ids, {key for one in parsed for key in one.identifiers})
        if emails := sorted({one.new.email.lower() for one in parsed if one.new is not None and one.new.email}):
            address = func.lower(PersonRow.email)
            of_address = select(address, PersonRow.id).where(address.in_(emails))
            held |= {f"email:{email}": id for email, id in (await session.execute(of_address))}
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


def _one_record(decision: Decision, known: Mapping[object, PersonRow]) -> PersonRow | None:
    """The person a row is about: by its ids, else by its main address when the names agree."""
    parsed = decision.parsed
    keys: list[object] = [*parsed.identifiers, *([parsed.found.id] if parsed.found.id else [])]
    rows = {known[key].id: known[key] for key in keys if key in known}
    if parsed.found.id is not None and parsed.found.id not in known:
        decision.reject("no_such_record", "There is no record with this id.", field="id", value=str(parsed.found.id))
        return None
    email = parsed.new.email
    by_address = known.get(f"email:{email.lower()}") if email else None
    if len(rows) > 1 or (rows and by_address is not None and by_address.id not in rows):
        decision.reject("two_records", "Its ids and its address belong to different persons.")
        return None
    if rows:
        return next(iter(rows.values()))
    if by_address is not None and not _may_be_same(parsed.new.names or {}, by_address.names):
        decision.reject("address_of_another", "Somebody of another name has this address.", field="email", value=email)
        return None
    return by_address


def _may_be_same(told: Mapping[str, str], held: Mapping[str, str]) -> bool:
    """Whether no language says otherwise: names are compared without case, accents, order and script variants."""
    if both := told.keys() & held.keys():
        return any(sorted(fold(told[one]).split()) == sorted(fold(held[one]).split()) for one in both)
    return True


def _role_key(role: AffiliationCreate) -> tuple[UUID, UUID, str]:
    row = AffiliationRow(role=role.role)
    return role.person_id, role.organisation_id, row.title


async def _held_roles(session: AsyncSession, roles: Iterable[AffiliationCreate]) -> set[tuple[UUID, UUID, str]]:
    """Roles that the persons hold, whenever."""
    persons = {role.person_id for role in roles}
    if not persons:
        return set()
    rows = await session.scalars(select(AffiliationRow).where(AffiliationRow.person_id.in_(persons)))
    return {(row.person_id, row.organisation_id, row.title) for row in rows}
