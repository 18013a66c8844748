"""Reading roles, and what a set of roles allows."""

from collections.abc import Iterable

from sqlalchemy import ARRAY, Text, case, cast, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.callers import STAFF_SEE_ALL
from gateway.tables.role import RoleRow
from gateway.tables.user import ADMINISTRATOR
from services.contracts.gateway.role import Role
from services.contracts.scopes import SCOPES
from services.kit.errors import Contradiction
from services.kit.filters import any_of, created_and_updated, flag, overlaps
from services.kit.reading import Resource, Sort

_EVERY_SCOPE = cast(array(sorted(SCOPES)), ARRAY(Text))

_SCOPES = case((RoleRow.fixed, _EVERY_SCOPE), else_=RoleRow.scopes)

ROLES = Resource(
    name="role",
    path="/v1/roles",
    model=Role,
    row=RoleRow,
    fields={"scopes": _SCOPES},
    filters={
        "name": any_of(RoleRow.name, str, "Any of these names."),
        "scope": overlaps(_SCOPES, str, "Holds any of these scopes."),
        "fixed": flag(RoleRow.fixed, "Only what cannot be changed, or only the others."),
        **created_and_updated(RoleRow),
    },
    facets=("scope", "fixed"),
    sorts={"name": Sort(RoleRow.name), "created_at": Sort(RoleRow.created_at)},
    default_sort="name",
    rules=STAFF_SEE_ALL,
)


def scopes_of(role: RoleRow) -> set[str]:
    """The scopes of a role; the administrator's are all there are, also those that came later."""
    return set(SCOPES) if role.fixed else set(role.scopes)


async def scopes_of_all(session: AsyncSession, names: Iterable[str]) -> set[str]:
    """The scopes of several roles together; they are locked against deletion until the transaction ends.

    Raises `Contradiction` for a role that does not exist.
    """
    wanted = sorted(set(names))
    # Share locks, taken in the order of names: a role can't be deleted between this look and the user's commit.
    found = await session.scalars(
        select(RoleRow).where(RoleRow.name.in_(wanted)).order_by(RoleRow.name).with_for_update(read=True)
    )
    roles = {role.name: role for role in found}
    for position, name in enumerate(wanted):
        if name not in roles:
            raise Contradiction.value(f"/roles/{position}", "unknown_role", f"There is no role {name}.")
    return {scope for role in roles.values() for scope in scopes_of(role)}


async def lock_administrators(session: AsyncSession) -> None:
    """Let nobody else change who administers until the transaction ends."""
    await session.execute(select(RoleRow.id).where(RoleRow.name == ADMINISTRATOR).with_for_update())
