"""The roles that rows of persons name: found before the persons are written, added where they are not held already."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.members.affiliation import AffiliationCreate, AffiliationUpdate
from services.kit.auth import Caller
from services.kit.etag import IfMatch
from services.kit.ids import new_id
from services.members.features.affiliations import actions as affiliations
from services.members.features.imports.deciding import Decision
from services.members.features.imports.employers import Employers
from services.members.features.imports.writing import write_all
from services.members.tables.affiliation import AffiliationRow

_Key = tuple[UUID, UUID, str]
_ORDER = (False, True, None)
"""Who is to be no primary role any more gives way first; of whom nothing is said comes after whom something is."""


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
            primary=named.get("primary"),
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
    """Add the roles, where the persons do not hold them already; a role that is held becomes the primary one, or is it
    no more, as its row says. Whether one was refused: that is told, and the person stays unless it is `strict`."""
    wanted = [one for one in decisions if one.number in named and one.outcome != "rejected"]
    wanted.sort(key=lambda one: _ORDER.index(named[one.number].primary))
    roles = {one.number: named[one.number].model_copy(update={"person_id": one.record_id}) for one in wanted}
    held = await _held_roles(session, roles.values())
    changed: dict[int, UUID] = {}

    async def write(session: AsyncSession, decision: Decision) -> None:
        role = roles[decision.number]
        if decision.number not in changed:
            row = await affiliations.create(session, caller, role)
            decision.besides = [{"resource": "affiliation", "id": str(row.id), "version": 1}]
            return
        before = {"primary": not role.primary}
        change = AffiliationUpdate(primary=bool(role.primary))
        row = await affiliations.update(session, caller, changed[decision.number], change, IfMatch(None))
        await session.flush()
        decision.besides = [{"resource": "affiliation", "id": str(row.id), "version": row.version, "before": before}]

    new: dict[int, Decision] = {}
    said: dict[_Key, bool | None] = {}
    refused = False
    for decision in wanted:
        role = roles[decision.number]
        key = _role_key(role)
        problems = len(decision.parsed.told.problems)
        if key in said:
            _compare(decision, role, said[key])
        elif key not in held:
            new[decision.number] = Decision(decision.parsed)
        elif (known := _to_change(decision, role, held[key])) is not None:
            changed[decision.number] = known
            new[decision.number] = Decision(decision.parsed)
        said.setdefault(key, role.primary)
        if strict and len(decision.parsed.told.problems) > problems:
            refused = decision.parsed.told.rejected = True
            decision.begin_anew()
    await write_all(session, list(new.values()), write)
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


def _compare(decision: Decision, role: AffiliationCreate, said: bool | None) -> None:
    """Tell where two rows contradict each other."""
    if role.primary is not None and role.primary != said:
        detail = "Another row says otherwise of whether this role is the primary one."
        decision.parsed.told.say("repeated_role", detail, field="affiliation.primary")


def _to_change(decision: Decision, role: AffiliationCreate, held: Sequence[AffiliationRow]) -> UUID | None:
    """The role that the person holds already, where the row says otherwise of whether it is the primary one."""
    if role.primary is None or all(row.primary == role.primary for row in held):
        return None
    meant = [row for row in held if role.starts_on is None or row.starts_on == role.starts_on]
    if len(meant) != 1:
        decision.parsed.told.say(
            "several_such_roles",
            "The person has held this role several times; which is the primary one, the row does not say.",
            field="affiliation.primary",
        )
        return None
    return meant[0].id if meant[0].primary != role.primary else None


def _role_key(role: AffiliationCreate) -> _Key:
    row = AffiliationRow(role=role.role)
    return role.person_id, role.organisation_id, row.title


async def _held_roles(session: AsyncSession, roles: Iterable[AffiliationCreate]) -> dict[_Key, list[AffiliationRow]]:
    """Roles that the persons hold, whenever."""
    held: dict[_Key, list[AffiliationRow]] = {}
    if persons := {role.person_id for role in roles}:
        for row in await session.scalars(select(AffiliationRow).where(AffiliationRow.person_id.in_(persons))):
            held.setdefault((row.person_id, row.organisation_id, row.title), []).append(row)
    return held
