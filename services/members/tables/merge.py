"""Merges, with what is needed to undo them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.kit.db import Tracked
from services.members.tables.base import Base


class MergeRow(Tracked, Base):
    """A merge of two records.

    `images` holds every row that it changed, as it was before and after. They are forgotten when the merge can be
    undone no more: they hold what the change log must not keep. `dropped` holds digests of what neither record says any
    more, such as addresses of persons: whoever is erased is looked for by them, too.
    """

    __tablename__ = "merge"
    __table_args__ = (
        CheckConstraint("resource IN ('organisations', 'persons')", name="resource"),
        CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name="undone"),
        Index("ix_merge_winner_id_id", "winner_id", "id"),
        Index("ix_merge_loser_id_id", "loser_id", "id"),
        Index("ix_merge_created_at_id", "created_at", "id"),
        Index("ix_merge_updated_at_id", "updated_at", "id"),
        Index("ix_merge_merged_by_id", "merged_by", "id"),
        Index("ix_merge_undone_by_id", "undone_by", "id", postgresql_where=text("undone_by IS NOT NULL")),
        Index("ix_merge_undo_until", "undo_until", postgresql_where=text("images <> '[]'")),
    )
    unlogged = Tracked.unlogged | {"images", "fields", "moved", "dropped"}

    resource: Mapped[str]
    winner_id: Mapped[UUID] = mapped_column(Uuid)
    loser_id: Mapped[UUID] = mapped_column(Uuid)
    fields: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    moved: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    images: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    dropped: Mapped[dict[str, list[str]]] = mapped_column(JSONB, default=dict, server_default=text("'{}'"))
    merged_by: Mapped[str]
    undo_until: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None]

    def organisations_concerned(self) -> list[UUID]:
        return [self.winner_id, self.loser_id] if self.resource == "organisations" else []
