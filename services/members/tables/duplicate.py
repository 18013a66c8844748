"""What is likely twice: keys that records are found by, pairs of records, and scans of all records."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Double, Index, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.kit.db import Tracked
from services.members.tables.base import Base


class MatchKeyRow(Base):
    """A value that records are found by, as a fingerprint. Made from the records, and made anew with them."""

    __tablename__ = "match_key"
    __table_args__ = (Index("ix_match_key_record_id", "record_id"),)

    key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    record_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)


class DuplicateCandidateRow(Tracked, Base):
    """A pair of records. What was found is no edit: only decisions about it are told in the change log."""

    __tablename__ = "duplicate_candidate"
    __table_args__ = (
        UniqueConstraint("left_id", "right_id"),
        CheckConstraint("left_id < right_id", name="order"),
        CheckConstraint("resource IN ('organisations', 'persons')", name="resource"),
        CheckConstraint("status IN ('open', 'dismissed', 'merged')", name="status"),
        Index("ix_duplicate_candidate_right_id", "right_id"),
        Index("ix_duplicate_candidate_status_resource_id", "status", "resource", "id"),
        Index("ix_duplicate_candidate_created_at_id", "created_at", "id"),
        Index("ix_duplicate_candidate_updated_at_id", "updated_at", "id"),
        Index(
            "ix_duplicate_candidate_decided_by_id", "decided_by", "id", postgresql_where=text("decided_by IS NOT NULL")
        ),
    )
    personal = frozenset({"note"})
    unlogged = Tracked.unlogged | {"score", "reasons", "sensitive_score", "sensitive_reasons"}

    resource: Mapped[str]
    left_id: Mapped[UUID] = mapped_column(Uuid)
    right_id: Mapped[UUID] = mapped_column(Uuid)
    score: Mapped[float] = mapped_column(Double)
    """By what everyone may see who may see the records."""
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    sensitive_score: Mapped[float] = mapped_column(Double)
    """By everything."""
    sensitive_reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """What of it is sensitive: names of fields, never values."""
    status: Mapped[str] = mapped_column(default="open")
    note: Mapped[str | None]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]


class DuplicateScanRow(Tracked, Base):
    """A look at all records. Its progress is no edit."""

    __tablename__ = "duplicate_scan"
    __table_args__ = (
        CheckConstraint("resource IN ('organisations', 'persons')", name="resource"),
        CheckConstraint("state IN ('waiting', 'indexing', 'comparing', 'done', 'cancelled')", name="state"),
        Index(
            "uq_duplicate_scan_running",
            "resource",
            unique=True,
            postgresql_where=text("state IN ('waiting', 'indexing', 'comparing')"),
        ),
        Index("ix_duplicate_scan_created_at_id", "created_at", "id"),
        Index("ix_duplicate_scan_updated_at_id", "updated_at", "id"),
    )
    unlogged = Tracked.unlogged | {"indexed", "compared", "found", "position"}

    resource: Mapped[str]
    state: Mapped[str] = mapped_column(default="waiting")
    records: Mapped[int]
    indexed: Mapped[int] = mapped_column(default=0)
    compared: Mapped[int] = mapped_column(default=0)
    found: Mapped[int] = mapped_column(default=0)
    position: Mapped[UUID | None] = mapped_column(Uuid)
    """The last record it has done in this state; after a crash it goes on from there."""
    started_by: Mapped[str]
    finished_at: Mapped[datetime | None]
