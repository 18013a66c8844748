"""Imports, their rows, and the mappings that are kept for next time."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, Text, Uuid, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.contracts.members.imports import ImportDefaults, MappedColumn
from services.kit.db import Json, Moment, Tracked
from services.members.tables.base import Base

_STATES = "reading proposed checking checked running done failed cancelled undoing undone"
COUNTED = ("created", "updated", "matched", "rejected", "flagged", "undone", "kept")


class ImportRow(Tracked, Base):
    """A file on its way into the records. What its job counts is no change of it."""

    __tablename__ = "import"
    __table_args__ = (
        CheckConstraint("resource IN ('organisations', 'persons', 'counterparts')", name="resource"),
        CheckConstraint(f"state IN ({', '.join(repr(state) for state in _STATES.split())})", name="state"),
        Index("ix_import_created_at_id", "created_at", "id"),
        Index("ix_import_updated_at_id", "updated_at", "id"),
        Index("ix_import_state_id", "state", "id"),
        Index("ix_import_resource_id", "resource", "id"),
        Index("ix_import_created_by_id", "created_by", "id"),
        Index("ix_import_undo_until", "undo_until"),
        Index("ix_import_mapping_id", "mapping_id"),
    )
    # Headings and samples are the file's, and may be persons'.
    personal = frozenset({"file_name", "columns", "facts"})
    unlogged = Tracked.unlogged | {
        "caller", "options", "stored_as", "prepared", "position", "read", "done", "notes", *COUNTED,
    }  # fmt: skip

    resource: Mapped[str]
    state: Mapped[str]
    rehearsal: Mapped[bool]
    file_name: Mapped[str]
    file_size: Mapped[int] = mapped_column(BigInteger)
    stored_as: Mapped[str | None]
    """Where the file is until it is read."""
    options: Mapped[dict[str, Any]] = mapped_column(JSONB)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    columns: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    mapping_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("import_mapping.id", ondelete="SET NULL"))
    defaults: Mapped[ImportDefaults] = mapped_column(Json(ImportDefaults))
    on_invalid: Mapped[str]
    notes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    required_scopes: Mapped[list[str]]
    """What one needs to see it who did not send it."""
    created_by: Mapped[str]
    caller: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """In whose name it runs."""
    prepared: Mapped[bool] = mapped_column(default=False)
    """Rows that share an id are marked."""
    position: Mapped[int] = mapped_column(default=0)
    """Number of the last row that was decided, or taken back."""
    read: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    created: Mapped[int] = mapped_column(default=0)
    updated: Mapped[int] = mapped_column(default=0)
    matched: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    flagged: Mapped[int] = mapped_column(default=0)
    undone: Mapped[int] = mapped_column(default=0)
    kept: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[Moment | None]
    undo_until: Mapped[Moment | None]

    def forget_samples(self) -> None:
        """Empty the samples of every column: none says of which row it is."""
        self.columns = [{**column, "look": {**column["look"], "samples": []}} for column in self.columns]


class ImportLineRow(Base):
    """A row of a file: its cells as texts, and what became of it."""

    __tablename__ = "import_line"
    __table_args__ = (
        CheckConstraint("outcome IN ('created', 'updated', 'matched', 'rejected')", name="outcome"),
        Index("ix_import_line_record_id", "record_id", postgresql_where="record_id IS NOT NULL"),
    )

    import_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("import.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    cells: Mapped[list[str]]
    extra: Mapped[list[str]]
    raw: Mapped[str | None] = mapped_column(Text)
    twin: Mapped[int | None]
    """Number of the first row of the file with the same id or main address."""
    twin_key: Mapped[str | None]
    """What they share: `email:…`, `id:…` or an identifier."""
    outcome: Mapped[str | None]
    problems: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    record_id: Mapped[UUID | None] = mapped_column(Uuid)
    record_version: Mapped[int | None]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """What a patch has to say to make the record what it was."""
    besides: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    """Other records that the row made, such as an affiliation: resource, id, version."""
    undo: Mapped[str | None]
    name: Mapped[str | None]


class ImportMappingRow(Tracked, Base):
    """What the columns of a kind of file become."""

    __tablename__ = "import_mapping"
    __table_args__ = (
        CheckConstraint("resource IN ('organisations', 'persons', 'counterparts')", name="resource"),
        Index("ix_import_mapping_resource_header", "resource", "header"),
        Index("ix_import_mapping_created_at_id", "created_at", "id"),
        Index("ix_import_mapping_updated_at_id", "updated_at", "id"),
    )
    unlogged = Tracked.unlogged | {"header"}

    name: Mapped[str]
    resource: Mapped[str]
    columns: Mapped[list[MappedColumn]] = mapped_column(Json(list[MappedColumn]))
    header: Mapped[str]
    """The columns' headings in one text, folded: files with the same are of the same kind."""
    defaults: Mapped[ImportDefaults] = mapped_column(Json(ImportDefaults))
    on_invalid: Mapped[str]


Index("uq_import_mapping_name", func.lower(ImportMappingRow.name), unique=True)
