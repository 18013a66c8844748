"""Segments, what they refer to, and what is on lists."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.kit.db import Json, Tracked
from services.kit.names import sort_name
from services.kit.search import Searchable
from services.members.tables.base import Base


class SegmentReferenceRow(Base):
    """A segment's definition names another one, which therefore can't be deleted."""

    __tablename__ = "segment_reference"

    segment_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("segment.id", ondelete="CASCADE"), primary_key=True)
    refers_to_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("segment.id"), primary_key=True, index=True)


class SegmentRow(Tracked, Searchable, Base):
    """A segment. Without a definition it is a list."""

    __tablename__ = "segment"
    __table_args__ = (
        CheckConstraint("resource IN ('organisations', 'persons')", name="resource"),
        Index("ix_segment_sort_name_id", "sort_name", "id"),
        Index("ix_segment_created_at_id", "created_at", "id"),
        Index("ix_segment_updated_at_id", "updated_at", "id"),
    )
    unlogged = Tracked.unlogged | {"sort_name"}

    names: Mapped[dict[str, str]] = mapped_column(Json(dict[str, str]))
    sort_name: Mapped[str] = mapped_column(Text(collation="C"))
    resource: Mapped[str]
    definition: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))

    references: Mapped[list[SegmentReferenceRow]] = relationship(
        cascade="all, delete-orphan",
        passive_deletes=True,
        lazy="selectin",
        foreign_keys=SegmentReferenceRow.segment_id,
    )

    def searchable_names(self) -> Iterable[str]:
        return self.names.values()

    def settle(self, refers_to: Iterable[UUID]) -> None:
        """Bring what is derived into line with the names and the definition."""
        self.sort_name = sort_name(self.names)
        held = {row.refers_to_id: row for row in self.references}
        self.references = [
            held.get(id) or SegmentReferenceRow(refers_to_id=id) for id in dict.fromkeys(sorted(refers_to))
        ]


class SegmentEntryRow(Tracked, Base):
    """A record is on a list."""

    __tablename__ = "segment_entry"
    __table_args__ = (
        CheckConstraint("num_nonnulls(organisation_id, person_id) = 1", name="one_record"),
        UniqueConstraint("segment_id", "organisation_id"),
        UniqueConstraint("segment_id", "person_id"),
        Index("ix_segment_entry_segment_id_id", "segment_id", "id"),
        Index("ix_segment_entry_organisation_id", "organisation_id"),
        Index("ix_segment_entry_person_id", "person_id"),
        Index("ix_segment_entry_created_at_id", "created_at", "id"),
        Index("ix_segment_entry_updated_at_id", "updated_at", "id"),
    )

    segment_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("segment.id", ondelete="CASCADE"))
    organisation_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("organisation.id", ondelete="CASCADE"))
    person_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("person.id", ondelete="CASCADE"))

    def organisations_concerned(self) -> list[UUID]:
        # Lists are the office's own: on whose they are must not show in the feed of a partner's key.
        return []
