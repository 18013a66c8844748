"""Changing roles."""

from uuid import UUID

from pydantic import MISSING
from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.callers import require_all, staff_only
from gateway.roles.queries import ROLES, scopes_of
from gateway.tables.role import RoleRow
from gateway.tables.user import UserRow
from services.contracts.gateway.role import RoleCreate, RoleUpdate
from services.kit.auth import Caller
from services.kit.changes import save
from services.kit.db import refused_by
from services.kit.errors import Conflict
from services.kit.etag import IfMatch, held
from services.kit.patching import patch


class RoleNameTaken(Conflict):
    """There is a role with this name already.

    Choose another name, or change the role that has it.
    """

    status = 409


class RoleFixed(Conflict):
    """The administrator's role stays as it is.

    It always holds every scope. Make another role for narrower duties.
    """

    status = 409


class RoleInUse(Conflict):
    """Users hold this role.

    Give them another role first; `GET /v1/users?role=…` lists them.
    """

    status = 409


async def create(session: AsyncSession, caller: Caller, new: RoleCreate) -> UUID:
    """Add a role."""
    staff_only(caller)
    require_all(caller, new.scopes, "The role")
    row = RoleRow(name=new.name, titles=new.titles, scopes=list(new.scopes), fixed=False)
    with refused_by("uq_role_name", RoleNameTaken(name=new.name)):
        await save(session, caller, "gateway.role.created", row, required_scopes=["roles:read"])
    return row.id


async def change(session: AsyncSession, caller: Caller, id: UUID, if_match: IfMatch, update: RoleUpdate) -> None:
    """Change a role; holds for signed-in users within seconds."""
    row = await held(session, caller, ROLES, id, if_match)
    if row.fixed:
        raise RoleFixed
    if update.scopes is not MISSING:
        # What is taken away counts as well: otherwise one could weaken those who may do more.
        require_all(caller, set(update.scopes) ^ set(row.scopes), "The difference")
    patch(row, update)
    await save(session, caller, "gateway.role.updated", row, required_scopes=["roles:read"])


async def delete(session: AsyncSession, caller: Caller, id: UUID, if_match: IfMatch) -> None:
    """Delete a role that no user holds."""
    row = await held(session, caller, ROLES, id, if_match)  # waits for whoever is giving it to a user
    if row.fixed:
        raise RoleFixed
    require_all(caller, scopes_of(row), "The role")
    if await session.scalar(select(exists().where(UserRow.roles.any_() == row.name))):
        raise RoleInUse
    await session.delete(row)
    await save(session, caller, "gateway.role.deleted", row, required_scopes=["roles:read"])
