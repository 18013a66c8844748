"""Documents and the versions of their files."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.kit.db import Json, Tracked
from services.kit.names import sort_name
from services.kit.search import Searchable
from services.members.tables.base import Base


class DocumentRow(Tracked, Searchable, Base):
    """A document about an organisation or a person; its file is the version of its number."""

    __tablename__ = "document"
    __table_args__ = (
        CheckConstraint("num_nonnulls(organisation_id, person_id) = 1", name="about"),
        CheckConstraint("NOT shared OR (organisation_id IS NOT NULL AND NOT sensitive)", name="shared"),
        Index("ix_document_organisation_id_id", "organisation_id", "id"),
        Index("ix_document_person_id_id", "person_id", "id"),
        Index("ix_document_sort_title_id", "sort_title", "id"),
        Index("ix_document_kind_id", "kind", "id"),
        Index("ix_document_created_at_id", "created_at", "id"),
        Index("ix_document_updated_at_id", "updated_at", "id"),
        Index("ix_document_tags", "tags", postgresql_using="gin"),
    )
    personal = frozenset({"title"})
    unlogged = Tracked.unlogged | {"sort_title"}

    organisation_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("organisation.id"))
    person_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("person.id"))
    title: Mapped[dict[str, str]] = mapped_column(Json(dict[str, str]))
    sort_title: Mapped[str] = mapped_column(Text(collation="C"))
    kind: Mapped[str]
    language: Mapped[str | None]
    tags: Mapped[list[str]]
    shared: Mapped[bool]
    sensitive: Mapped[bool]
    content_number: Mapped[int | None]

    def searchable_names(self) -> Iterable[str]:
        return self.title.values()

    def settle(self) -> None:
        """Bring what is derived into line with the title."""
        self.sort_title = sort_name(self.title)


class DocumentVersionRow(Tracked, Base):
    """A file that was sent for a document. The file's name in the store is made of the id."""

    __tablename__ = "document_version"
    __table_args__ = (
        UniqueConstraint("document_id", "number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("size >= 0", name="size"),
        Index("ix_document_version_created_at_id", "created_at", "id"),
        Index("ix_document_version_media_type_id", "media_type", "id"),
        Index("ix_document_version_sent_by_id", "sent_by", "id"),
    )
    personal = frozenset({"file_name"})
    unlogged = Tracked.unlogged | {"sent_by_name"}

    document_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("document.id", ondelete="CASCADE"))
    number: Mapped[int]
    file_name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    sent_by: Mapped[str]
    sent_by_name: Mapped[str | None]
