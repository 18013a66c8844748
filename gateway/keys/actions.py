"""Issuing, rotating and revoking API keys."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.callers import not_from_abroad, require_all
from gateway.keys.queries import API_KEYS
from gateway.keys.secret import SHOWN, hashed, new_secret
from gateway.tables.api_key import ApiKeyRow, ApiKeySecretRow
from services.contracts.gateway.api_key import ApiKeyCreate, ApiKeyRotation
from services.kit.auth import Caller
from services.kit.changes import save
from services.kit.db import now
from services.kit.errors import Conflict, Contradiction, Forbidden
from services.kit.etag import IfMatch, held


class KeyRevoked(Conflict):
    """The key was revoked or has expired.

    Make a new one.
    """

    status = 409


async def issue(session: AsyncSession, caller: Caller, new: ApiKeyCreate) -> tuple[UUID, str]:
    """Make a key; answers its id and the secret, which exists nowhere else."""
    require_all(caller, new.scopes, "The key")
    if caller.organisation_id is not None and new.organisation_id != caller.organisation_id:
        raise Forbidden("Your own key is bound to an organisation; a key you make must be bound to the same.")
    not_from_abroad(caller)
    _require_future(new.expires_at)
    secret = new_secret()
    row = ApiKeyRow(
        name=new.name,
        hint=secret[:SHOWN],
        scopes=list(new.scopes),
        organisation_id=new.organisation_id,
        country=new.country,
        expires_at=new.expires_at,
        revoked_at=None,
        last_used_at=None,
    )
    await save(session, caller, "gateway.api-key.created", row, required_scopes=["api-keys:read"])
    session.add(ApiKeySecretRow(hash=hashed(secret), api_key_id=row.id, expires_at=None))
    await session.flush()
    return row.id, secret


async def rotate(session: AsyncSession, caller: Caller, id: UUID, rotation: ApiKeyRotation) -> str:
    """Give the key a new secret; those before work on for the overlap, never longer than they would have."""
    row = await held(session, caller, API_KEYS, id)
    require_all(caller, row.scopes, "The key")
    not_from_abroad(caller)
    if row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now()):
        raise KeyRevoked
    ends = now() + timedelta(seconds=rotation.overlap_seconds)
    await session.execute(
        update(ApiKeySecretRow)
        .where(ApiKeySecretRow.api_key_id == id)
        .values(expires_at=func.least(func.coalesce(ApiKeySecretRow.expires_at, ends), ends))
    )
    secret = new_secret()
    row.hint = secret[:SHOWN]
    await save(session, caller, "gateway.api-key.rotated", row, required_scopes=["api-keys:read"])
    session.add(ApiKeySecretRow(hash=hashed(secret), api_key_id=id, expires_at=None))
    await session.flush()
    return secret


async def revoke(session: AsyncSession, caller: Caller, id: UUID, if_match: IfMatch) -> None:
    """End a key, in every process within seconds. Revoking again changes nothing."""
    row = await held(session, caller, API_KEYS, id, if_match)
    if row.revoked_at is None:
        row.revoked_at = now()
        await save(session, caller, "gateway.api-key.revoked", row, required_scopes=["api-keys:read"])


def _require_future(expires_at: datetime | None) -> None:
    if expires_at is not None and expires_at <= now():
        raise Contradiction.value("/expires_at", "in_the_past", "A key must end in the future.")
