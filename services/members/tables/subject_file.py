"""Archives of what is held about a person."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.kit.db import Tracked
from services.members.tables.base import Base


class SubjectFileRow(Tracked, Base):
    """One archive. The file goes when it expires; that it was made stays known."""

    __tablename__ = "subject_file"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'ready', 'expired')", name="state"),
        CheckConstraint("state = 'waiting' OR size IS NOT NULL OR state = 'expired'", name="size"),
        Index("ix_subject_file_person_id_id", "person_id", "id"),
        Index("ix_subject_file_expires_at", "expires_at", postgresql_where="state <> 'expired'"),
        Index("ix_subject_file_created_at_id", "created_at", "id"),
        Index("ix_subject_file_updated_at_id", "updated_at", "id"),
    )

    person_id: Mapped[UUID] = mapped_column(Uuid)
    state: Mapped[str] = mapped_column(default="waiting")
    size: Mapped[int | None]
    sha256: Mapped[str | None]
    expires_at: Mapped[datetime]
    requested_by: Mapped[str]
