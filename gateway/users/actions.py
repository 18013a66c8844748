"""Changing users. The last administrator stays one, and nobody hands on more than they have."""

from uuid import UUID

from pydantic import MISSING
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway import passwords
from gateway.callers import not_from_abroad, require_all, staff_only
from gateway.roles.queries import lock_administrators, scopes_of_all
from gateway.sessions import actions as sessions
from gateway.tables.user import ADMINISTRATOR, UserRow
from gateway.users.queries import USERS
from services.contracts.gateway.user import UserCreate, UserUpdate
from services.kit.auth import Caller
from services.kit.changes import save
from services.kit.db import refused_by
from services.kit.errors import Conflict
from services.kit.etag import IfMatch, held

_OPENS = frozenset({"email", "password", "roles", "country"})
"""Who sets these of another user may sign in as that user, or as more than they were."""


class UserEmailTaken(Conflict):
    """Another user has this e-mail address.

    Each address stands for one user, whatever its case.
    """

    status = 409


class LastAdministrator(Conflict):
    """There must be an administrator.

    Make another user an administrator first.
    """

    status = 409


async def create(session: AsyncSession, caller: Caller, new: UserCreate) -> UUID:
    """Add a user."""
    staff_only(caller)
    not_from_abroad(caller)
    password_hash = await passwords.hashed(new.password.get_secret_value())
    roles = sorted(set(new.roles))
    require_all(caller, await scopes_of_all(session, roles), "The role")
    row = UserRow(
        email=new.email, name=new.name, password_hash=password_hash, roles=roles, country=new.country, disabled_at=None
    )
    with refused_by("uq_user_account_email", UserEmailTaken()):
        await save(session, caller, "gateway.user.created", row, required_scopes=["users:read"])
    return row.id


async def change(session: AsyncSession, caller: Caller, id: UUID, if_match: IfMatch, update: UserUpdate) -> None:
    """Change a user. A new password, or disabling, ends the user's sessions."""
    if update.model_fields_set & _OPENS:
        not_from_abroad(caller)
    password_hash = None
    if update.password is not MISSING:
        password_hash = await passwords.hashed(update.password.get_secret_value())
    # First the lock that decides about administrators, then the row: always in this order.
    await lock_administrators(session)
    row = await held(session, caller, USERS, id, if_match)
    require_all(caller, await scopes_of_all(session, row.roles), "The user")
    administered = row.administers
    if update.roles is not MISSING:
        roles = sorted(set(update.roles))
        require_all(caller, await scopes_of_all(session, roles), "The role")
        if roles != sorted(row.roles):
            row.roles = roles
    if update.email is not MISSING:
        row.email = update.email
    if update.name is not MISSING:
        row.name = update.name
    if update.country is not MISSING:
        row.country = update.country
    if update.disabled is not MISSING:
        row.disable(update.disabled)
    if password_hash is not None:
        row.password_hash = password_hash
    with refused_by("uq_user_account_email", UserEmailTaken()):
        await save(session, caller, "gateway.user.updated", row, required_scopes=["users:read"])
    if administered and not row.administers:
        await _require_an_administrator(session)
    if password_hash is not None:
        await sessions.end_all(session, caller, id, "password-changed")
    if row.disabled_at is not None:
        await sessions.end_all(session, caller, id, "user-disabled")


async def _require_an_administrator(session: AsyncSession) -> None:
    left = await session.scalar(
        select(func.count())
        .select_from(UserRow)
        .where(UserRow.roles.any_() == ADMINISTRATOR, UserRow.disabled_at.is_(None))
    )
    if not left:
        raise LastAdministrator
