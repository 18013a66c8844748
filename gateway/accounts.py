"""Users and keys made from the command line, straight in the gateway's database."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from secrets import token_urlsafe
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.keys import actions as keys
from gateway.tables.api_key import ApiKeyRow
from gateway.users import actions as users
from services.contracts.gateway.api_key import ApiKey, ApiKeyCreate
from services.contracts.gateway.user import UserCreate
from services.contracts.scopes import SCOPES
from services.kit.auth import Caller
from services.kit.db import engine_of
from services.kit.etag import IfMatch

_OPERATOR: Final = Caller("service:alliance", "service", frozenset(SCOPES))
"""Who changes made from the command line are by. Whoever holds the database's password may do all of this anyway."""

_API_KEY: Final = TypeAdapter(ApiKey)

MOST_LISTED: Final = 1_000
"""The command shows no more keys than this; `GET /v1/api-keys` pages through all."""


@asynccontextmanager
async def _transaction(database_url: str) -> AsyncIterator[AsyncSession]:
    async with engine_of(database_url) as engine, AsyncSession(engine, autoflush=False) as session, session.begin():
        yield session


async def create_user(
    database_url: str, email: str, name: str, password: str | None, roles: Iterable[str]
) -> str | None:
    """Make a staff user; answers the password (a made-up one when none is given), or None when the address is taken."""
    password = password or token_urlsafe(15)
    new = UserCreate(email=email, name=name, password=password, roles=list(roles))
    try:
        async with _transaction(database_url) as session:
            await users.create(session, _OPERATOR, new)
    except users.UserEmailTaken:
        return None
    return password


async def create_key(
    database_url: str,
    name: str,
    scopes: Sequence[str],
    organisation_id: UUID | None = None,
    expires_at: datetime | None = None,
    country: str | None = None,
) -> str:
    """Make an API key; answers the key, which is not kept anywhere."""
    new = ApiKeyCreate.model_validate(
        {
            "name": name,
            "scopes": list(scopes),
            "organisation_id": organisation_id,
            "expires_at": expires_at,
            "country": country,
        }
    )
    async with _transaction(database_url) as session:
        _, key = await keys.issue(session, _OPERATOR, new)
    return key


async def list_keys(database_url: str) -> list[ApiKey]:
    """The API keys, oldest first, without their secrets; the newest `MOST_LISTED` when there are more."""
    async with _transaction(database_url) as session:
        rows = await session.scalars(select(ApiKeyRow).order_by(ApiKeyRow.id.desc()).limit(MOST_LISTED))
        return [_API_KEY.validate_python(row, from_attributes=True) for row in reversed(rows.all())]


async def revoke_key(database_url: str, key_id: UUID) -> bool:
    """Revoke a key; False when there is none that could be revoked."""
    async with _transaction(database_url) as session:
        found = await session.scalar(select(ApiKeyRow.revoked_at.is_(None)).where(ApiKeyRow.id == key_id))
        if not found:
            return False
        await keys.revoke(session, _OPERATOR, key_id, IfMatch(None))
    return True
