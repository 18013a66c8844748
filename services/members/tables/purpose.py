"""Purposes of using personal data, and each version of what persons agree to."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from services.kit.db import Json, Tracked
from services.members.tables.base import Base


class PurposeRow(Tracked, Base):
    """A purpose."""

    __tablename__ = "purpose"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("status IN ('active', 'archived')", name="status"),
        CheckConstraint("(texts IS NULL) = (text_version = 0)", name="texts"),
        Index("ix_purpose_created_at_id", "created_at", "id"),
        Index("ix_purpose_updated_at_id", "updated_at", "id"),
    )

    key: Mapped[str]
    names: Mapped[dict[str, str]] = mapped_column(Json(dict[str, str]))
    access: Mapped[bool]
    consent: Mapped[bool]
    texts: Mapped[dict[str, str] | None] = mapped_column(Json(dict[str, str]))
    text_version: Mapped[int] = mapped_column(server_default=text("0"))
    status: Mapped[str] = mapped_column(default="active")


class PurposeTextRow(Tracked, Base):
    """What persons were asked to agree to, from one day on. Only added to."""

    __tablename__ = "purpose_text"
    __table_args__ = (UniqueConstraint("purpose_id", "text_version"),)

    purpose_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("purpose.id", ondelete="CASCADE"))
    text_version: Mapped[int]
    texts: Mapped[dict[str, str]] = mapped_column(Json(dict[str, str]))
