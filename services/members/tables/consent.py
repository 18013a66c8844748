"""Consents, and which of them counts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, Uuid, select
from sqlalchemy.orm import Mapped, mapped_column

from services.kit.db import Tracked
from services.kit.filters import Column
from services.members.tables.base import Base


class ConsentRow(Tracked, Base):
    """What a person decided. Only added to."""

    __tablename__ = "consent"
    __table_args__ = (
        CheckConstraint("decision IN ('given', 'withdrawn')", name="decision"),
        Index("ix_consent_person_id_id", "person_id", "id"),
        Index("ix_consent_purpose_id", "purpose", "id"),
        Index("ix_consent_decided_at_id", "decided_at", "id"),
        Index("ix_consent_created_at_id", "created_at", "id"),
        Index("ix_consent_updated_at_id", "updated_at", "id"),
        Index("ix_consent_recorded_by_id", "recorded_by", "id"),
    )
    personal = frozenset({"proof"})

    person_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("person.id", ondelete="CASCADE"))
    purpose: Mapped[str] = mapped_column(ForeignKey("purpose.key"))
    decision: Mapped[str]
    text_version: Mapped[int]
    decided_at: Mapped[datetime]
    channel: Mapped[str]
    proof_document_id: Mapped[UUID | None] = mapped_column(Uuid)
    proof: Mapped[str | None]
    recorded_by: Mapped[str]


class ConsentStateRow(Base):
    """What counts for a person and purpose: the decision that was made last."""

    __tablename__ = "consent_state"
    __table_args__ = (
        Index("ix_consent_state_given", "purpose", "person_id", postgresql_where="decision = 'given'"),
        Index("ix_consent_state_consent_id", "consent_id"),
    )

    person_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    purpose: Mapped[str] = mapped_column(ForeignKey("purpose.key"), primary_key=True)
    consent_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("consent.id", ondelete="CASCADE"))
    decision: Mapped[str]
    decided_at: Mapped[datetime]


def has_agreed(person_id: Column, purpose: Column | str) -> ColumnElement[bool]:
    """Whether a person's last decision on a purpose is that they agree, in SQL."""
    agreed = select(ConsentStateRow.person_id).where(
        ConsentStateRow.purpose == purpose, ConsentStateRow.decision == "given"
    )
    return person_id.in_(agreed)
