"""Check-ins."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.events.tables.base import Base
from services.kit.db import Tracked


class CheckInRow(Tracked, Base):
    """A participant was let in; undone, the row is gone and the change log tells."""

    __tablename__ = "check_in"
    __table_args__ = (
        Index("ix_check_in_created_at_id", "created_at", "id"),
        Index("ix_check_in_updated_at_id", "updated_at", "id"),
        Index("ix_check_in_checked_in_by_id", "checked_in_by", "id"),
        Index("ix_check_in_place_id", "place", "id"),
    )

    registration_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("registration.id"), unique=True)
    place: Mapped[str | None]
    checked_in_by: Mapped[str]
