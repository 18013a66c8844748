"""Notes."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.kit.db import Tracked
from services.kit.search import folded_prose
from services.members.tables.base import Base


class NoteRow(Tracked, Base):
    """What a colleague wrote about an organisation or a person."""

    __tablename__ = "note"
    __table_args__ = (
        CheckConstraint("num_nonnulls(organisation_id, person_id) = 1", name="about"),
        Index("ix_note_organisation_id_id", "organisation_id", "id"),
        Index("ix_note_person_id_id", "person_id", "id"),
        Index("ix_note_author_id", "author", "id"),
        Index("ix_note_pinned_id", "pinned", "id"),
        Index("ix_note_created_at_id", "created_at", "id"),
        Index("ix_note_updated_at_id", "updated_at", "id"),
    )
    personal = frozenset({"text"})
    unlogged = Tracked.unlogged | {"folded", "author_name"}

    organisation_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("organisation.id"))
    person_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("person.id"))
    text: Mapped[str]
    folded: Mapped[str] = mapped_column(Text, deferred=True)
    """The text as it is searched."""
    pinned: Mapped[bool]
    author: Mapped[str]
    author_name: Mapped[str | None]

    def settle(self) -> None:
        """Bring what is derived into line with the text."""
        self.folded = folded_prose(self.text)
