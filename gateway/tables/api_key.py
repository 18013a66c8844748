"""API keys and their secrets."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.tables.base import Base
from services.kit.db import Moment, Tracked, now


class ApiKeyRow(Tracked, Base):
    """A key: who it is for and what it may do. Its secrets come and go; the key stays the same caller."""

    __tablename__ = "api_key"
    __table_args__ = (CheckConstraint("cardinality(scopes) > 0", name="scopes_not_empty"),)
    unlogged: ClassVar[frozenset[str]] = Tracked.unlogged | {"last_used_at"}

    name: Mapped[str]
    hint: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    organisation_id: Mapped[UUID | None] = mapped_column(index=True)
    country: Mapped[str | None]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class ApiKeySecretRow(Base):
    """One secret of a key, by its hash. During a rotation a key has two."""

    __tablename__ = "api_key_secret"

    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    api_key_id: Mapped[UUID] = mapped_column(ForeignKey("api_key.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[Moment] = mapped_column(default=now)
    expires_at: Mapped[datetime | None]
