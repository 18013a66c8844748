"""The roles that rows of persons name: found before the persons are written, added where they are not held already."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.members.affiliation import AffiliationCreate
from services.kit.auth import Caller
from services.kit.ids import new_id
from services.members.features.affiliations import actions as affiliations
from services.members.features.imports.deciding import Decision
from services.members.features.imports.employers import Employers
from services.members.features.imports.writing import write_all
from services.members.tables.affiliation import AffiliationRow


async def roles_of(
    session: AsyncSession, decisions: Sequence[Decision], *, strict: bool
) -> dict[int, AffiliationCreate]:
    """The role that each row names, of a person yet to be found. One that cannot be given is told, and is, where it
    is `strict`, why its row is not taken."""
    employers = Employers(session)
    roles: dict[int, AffiliationCreate] = {}
    for decision in decisions:
        told = decision.parsed.told
        problems = len(told.problems)
        role = await _role(employers, decision) if decision.parsed.found.affiliation.get("organisation") else None
        if role is not None:
            roles[decision.number] = role
        elif strict and len(told.problems) > problems:
            told.rejected = True
    return roles


async def _role(employers: Employers, decision: Decision) -> AffiliationCreate | None:
    told, named = decision.parsed.told, decision.parsed.found.affiliation
    organisation_id = await employers.find(told, named["organisation"], named.get("column"))
    starts_on, ends_on = named.get("starts_on"), named.get("ends_on")
    if starts_on and ends_on and ends_on < starts_on:
        told.say("ends_before_start", "The role ends before it begins, and cannot be given.")
        return None
    if organisation_id is None:
        return None
    try:
        return AffiliationCreate(
            person_id=new_id(),
            organisation_id=organisation_id,
            role=named.get("role") or None,
            starts_on=starts_on,
            ends_on=ends_on,
        )
    except ValidationError as error:
        for one in error.errors(include_url=False, include_context=False, include_input=False)[:10]:
            told.say(one["type"], f"{one['msg']}.", field=f"affiliation.{one['loc'][0] if one['loc'] else 'role'}")
        return None


async def employ(
    session: AsyncSession,
    caller: Caller,
    decisions: Sequence[Decision],
    named: Mapping[int, AffiliationCreate],
    *,
    strict: bool,
) -> bool:
    """Add the roles, where the persons do not hold them already. Whether one was refused: that is told, and the person
    stays unless it is `strict`."""
    wanted = [one for one in decisions if one.number in named and one.outcome != "rejected"]
    roles = {one.number: named[one.number].model_copy(update={"person_id": one.record_id}) for one in wanted}
    held = await _held_roles(session, roles.values())

    async def write(session: AsyncSession, decision: Decision) -> None:
        row = await affiliations.create(session, caller, roles[decision.number])
        decision.besides = [{"resource": "affiliation", "id": str(row.id), "version": 1}]

    new: dict[int, Decision] = {}
    for decision in wanted:
        key = _role_key(roles[decision.number])
        if key in held:
            continue
        held.add(key)
        new[decision.number] = Decision(decision.parsed)
    await write_all(session, list(new.values()), write)
    refused = False
    for decision in wanted:
        made = new.get(decision.number)
        if made is None:
            continue
        if decision.parsed.told.rejected and strict:
            refused = True
            decision.begin_anew()
            continue
        decision.parsed.told.rejected = False
        decision.besides = made.besides
        if made.besides and decision.outcome == "matched":
            decision.outcome, decision.before = "updated", {}
    return refused


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
