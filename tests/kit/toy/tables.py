"""Rows of the library, and of the catalogue that follows it."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Double, ForeignKey, Index, MetaData, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.kit.db import NAMING, TYPES, Id, Json, Tracked
from services.kit.names import sort_name
from services.kit.search import Searchable


class Base(DeclarativeBase):
    """A row of the library."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = TYPES


class ShelfRow(Base):
    """Locked by whoever puts a book on it, so that a test can make a creation wait."""

    __tablename__ = "shelf"

    name: Mapped[str] = mapped_column(primary_key=True)


class BookRow(Tracked, Searchable, Base):
    """A book."""

    __tablename__ = "book"
    __table_args__ = (
        UniqueConstraint("isbn"),
        UniqueConstraint("shelfmark", deferrable=True, initially="DEFERRED"),
        Index("ix_book_sort_name_id", "sort_name", "id"),
        Index("ix_book_created_at_id", "created_at", "id"),
        Index("ix_book_author_id", "author", "id"),
        Index("ix_book_shelf_id", "shelf", "id"),
    )
    personal = frozenset({"borrower"})
    unlogged = Tracked.unlogged | {"sort_name"}

    names: Mapped[dict[str, str]] = mapped_column(Json(dict[str, str]))
    sort_name: Mapped[str] = mapped_column(Text(collation="C"))
    shelf: Mapped[str] = mapped_column(ForeignKey("shelf.name"))
    isbn: Mapped[str | None]
    shelfmark: Mapped[str | None]
    author: Mapped[str | None]
    pages: Mapped[int | None]
    weight: Mapped[float | None] = mapped_column(Double)
    published: Mapped[date | None]
    lent_at: Mapped[datetime | None]
    borrower: Mapped[str | None]
    appraisal: Mapped[str | None]
    remark: Mapped[str | None]
    extra: Mapped[dict[str, Any]] = mapped_column(JSONB)
    labels: Mapped[list[str]] = mapped_column(default=list)
    state: Mapped[str] = mapped_column(default="here")
    organisation_id: Mapped[UUID | None] = mapped_column(Uuid)

    def searchable_names(self) -> Iterable[str]:
        return self.names.values()

    def settle(self) -> None:
        """Bring what is derived into line."""
        self.sort_name = sort_name(self.names)


class LabelRow(Base):
    """What jobs did."""

    __tablename__ = "label"

    id: Mapped[Id]
    text: Mapped[str]


class EntryRow(Base):
    """What the catalogue was told of a book, in the order it applied it."""

    __tablename__ = "entry"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    book_id: Mapped[UUID] = mapped_column(Uuid)
    change_id: Mapped[UUID] = mapped_column(Uuid)
    version: Mapped[int]


metadata = Base.metadata
