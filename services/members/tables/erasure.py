"""Erasures: the ledger of who was forgotten, by ids and digests only."""

from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from services.contracts.subject import ErasureReceipt
from services.kit.db import Json, Tracked
from services.members.tables.base import Base


class ErasureRow(Tracked, Base):
    """A person who is forgotten. What was said of them by digest finds them again after a restore."""

    __tablename__ = "erasure"
    __table_args__ = (
        CheckConstraint("state IN ('running', 'done')", name="state"),
        Index("ix_erasure_person_id_id", "person_id", "id"),
        Index("ix_erasure_created_at_id", "created_at", "id"),
        Index("ix_erasure_updated_at_id", "updated_at", "id"),
    )
    personal = frozenset({"emails", "names", "phones", "identifiers"})

    person_id: Mapped[UUID] = mapped_column(Uuid)
    reason: Mapped[str]
    state: Mapped[str] = mapped_column(default="running")
    emails: Mapped[list[str]]
    names: Mapped[list[str]]
    phones: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    identifiers: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    receipts: Mapped[list[ErasureReceipt]] = mapped_column(Json(list[ErasureReceipt]), default=list)
    requested_by: Mapped[str]
