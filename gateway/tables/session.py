"""Signed-in sessions and their refresh tokens."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from gateway.tables.base import Base
from services.kit.db import Moment, Tracked, now


class SessionRow(Tracked, Base):
    """One sign-in and everything refreshed from it; it ends as a whole."""

    __tablename__ = "session"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[Moment] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    """Why it was revoked: `sign-out`, `refresh-token-reused`, `password-changed`, `user-disabled`."""


class RefreshTokenRow(Base):
    """One refresh token, by its hash. A used one is kept, so that its second use is noticed."""

    __tablename__ = "refresh_token"

    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[Moment] = mapped_column(default=now)
    used_at: Mapped[datetime | None]
