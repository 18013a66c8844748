"""How long records about persons are kept."""

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.kit.db import Tracked
from services.members.tables.base import Base


class RetentionRuleRow(Tracked, Base):
    """A rule."""

    __tablename__ = "retention_rule"
    __table_args__ = (
        UniqueConstraint("resource", "after"),
        CheckConstraint("resource IN ('persons', 'notes', 'documents', 'registrations', 'contacts')", name="resource"),
        CheckConstraint("after IN ('created_at', 'updated_at')", name="after"),
        CheckConstraint("status IN ('active', 'paused')", name="status"),
        CheckConstraint("keep_days >= 1", name="keep_days"),
        Index("ix_retention_rule_created_at_id", "created_at", "id"),
        Index("ix_retention_rule_updated_at_id", "updated_at", "id"),
    )

    resource: Mapped[str]
    after: Mapped[str]
    keep_days: Mapped[int]
    status: Mapped[str] = mapped_column(default="paused")
