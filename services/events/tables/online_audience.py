"""Figures of online audiences, as sources report them."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.events.tables.base import Base
from services.kit.db import Tracked


class OnlineAudienceRow(Tracked, Base):
    """One report. A source's latest one counts; the earlier ones stay as history."""

    __tablename__ = "online_audience"
    __table_args__ = (
        CheckConstraint("viewers >= 0", name="viewers"),
        Index("ix_online_audience_event_id_source_id", "event_id", "source", "id"),
    )

    event_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("event.id"))
    source: Mapped[str]
    viewers: Mapped[int]
