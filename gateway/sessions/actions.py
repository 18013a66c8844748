"""Signing in, going on, signing out."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway import passwords
from gateway.sessions import throttle
from gateway.settings import GatewaySettings
from gateway.tables.session import RefreshTokenRow, SessionRow
from gateway.tables.user import UserRow
from gateway.tokens import Signer
from services.contracts.gateway.session import SessionRefresh, SessionTokens, SignIn
from services.kit.auth import ANONYMOUS, Caller
from services.kit.changes import save, save_all
from services.kit.db import Database, now
from services.kit.errors import Conflict, Unauthenticated

_AT_THE_SAME_TIME: Final = timedelta(seconds=5)
_READ_BY: Final = ("users:read",)
"""Whoever may see users may see when they came and went."""


class SignInRefused(Unauthenticated):
    """E-mail address and password do not match.

    Check both. After several failures you have to wait a little; ask an administrator for a new password if it is lost.
    """

    status = 401


class SessionEnded(Unauthenticated):
    """The session cannot go on.

    Its refresh token is unknown, was used before, or the session was ended. Sign in again.
    """

    status = 401


class RefreshUnderWay(Conflict):
    """This refresh token was used a moment ago.

    Two requests refreshed at the same time: go on with the tokens that the other one got.
    """

    status = 409


@dataclass(frozen=True, slots=True)
class Desk:
    """What signing in needs of the process."""

    database: Database
    settings: GatewaySettings
    signer: Signer


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


async def sign_in(session: AsyncSession, desk: Desk, credentials: SignIn, address: str) -> SessionTokens:
    """Open a session for the right password. The answer to a wrong one, to no such user and to a disabled one is the
    same and takes as long."""
    await throttle.admit(desk.database, credentials.email, address)
    found = await session.execute(
        select(UserRow.id, UserRow.password_hash, UserRow.disabled_at).where(
            func.lower(UserRow.email) == func.lower(credentials.email)
        )
    )
    user = found.one_or_none()
    await session.rollback()  # no connection is held while the password is checked
    stored = user.password_hash if user is not None else passwords.NOBODY
    right = await passwords.matches(credentials.password.get_secret_value(), stored)
    if user is None or not right or user.disabled_at is not None:
        raise SignInRefused
    await throttle.clear(desk.database, credentials.email, address)
    row = SessionRow(user_id=user.id, expires_at=now() + timedelta(days=desk.settings.refresh_token_days))
    session.add(row)
    await save(session, Caller(f"user:{user.id}", "staff"), "gateway.session.opened", row, required_scopes=_READ_BY)
    return await _tokens(session, desk, row)


async def refresh(session: AsyncSession, desk: Desk, given: SessionRefresh) -> SessionTokens | SessionEnded:
    """New tokens for the newest refresh token. An older one means that somebody has a copy: the session ends, and the
    refusal is returned, not raised, so that the end is committed. Raises `SessionEnded`, `RefreshUnderWay`."""
    token = await session.get(RefreshTokenRow, _hash(given.refresh_token))
    if token is None:
        raise SessionEnded
    row = await session.scalar(select(SessionRow).where(SessionRow.id == token.session_id).with_for_update())
    if row is None or row.revoked_at is not None or row.expires_at <= now():
        raise SessionEnded
    await session.refresh(token)  # as it is now that the session is ours alone
    if token.used_at is not None:
        if now() - token.used_at < _AT_THE_SAME_TIME:
            # A double click. It gets nothing new, so a thief gains nothing by it either; later it counts as reuse.
            raise RefreshUnderWay(retry_after=round(_AT_THE_SAME_TIME.total_seconds()))
        # Who sent it, the owner or the thief, nobody knows.
        await _end(session, ANONYMOUS, [row], "refresh-token-reused")
        return SessionEnded("The refresh token was used before, so the session was ended.")
    user = await session.get_one(UserRow, row.user_id)
    if user.disabled_at is not None:
        raise SessionEnded
    token.used_at = now()
    return await _tokens(session, desk, row)


async def _tokens(session: AsyncSession, desk: Desk, row: SessionRow) -> SessionTokens:
    refresh_token = "alr_" + secrets.token_urlsafe(32)
    session.add(RefreshTokenRow(hash=_hash(refresh_token), session_id=row.id))
    await session.flush()
    seconds = desk.settings.access_token_seconds
    return SessionTokens(
        access_token=desk.signer.access_token(row.user_id, row.id, seconds),
        expires_in=seconds,
        refresh_token=refresh_token,
    )


async def end(session: AsyncSession, caller: Caller, session_id: UUID, why: str) -> None:
    """End one session."""
    await _end(session, caller, await _open(session, SessionRow.id == session_id), why)


async def end_all(session: AsyncSession, caller: Caller, user_id: UUID, why: str, *, but: UUID | None = None) -> None:
    """End a user's sessions, except perhaps the one that asks for it."""
    rows = await _open(session, SessionRow.user_id == user_id)
    await _end(session, caller, [row for row in rows if row.id != but], why)


async def _open(session: AsyncSession, which: ColumnElement[bool]) -> Sequence[SessionRow]:
    # In one order, so that two requests that end the same sessions never wait for each other.
    asked = select(SessionRow).where(which, SessionRow.revoked_at.is_(None)).order_by(SessionRow.id).with_for_update()
    return (await session.scalars(asked)).all()


async def _end(session: AsyncSession, caller: Caller, rows: Sequence[SessionRow], why: str) -> None:
    for row in rows:
        row.revoked_at, row.ended_by = now(), why
    await save_all(session, caller, "gateway.session.ended", rows, required_scopes=_READ_BY)
