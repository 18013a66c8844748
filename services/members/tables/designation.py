"""Designations of sites."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, Uuid, and_, or_, text
from sqlalchemy.orm import Mapped, mapped_column

from services.kit.db import Json, Tracked
from services.kit.drift import Drifting
from services.members.tables.base import Base


class DesignationRow(Tracked, Drifting, Base):
    """What a site was rated, named or chosen as."""

    __tablename__ = "designation"
    __table_args__ = (
        CheckConstraint("valid_until >= awarded_on", name="valid_until"),
        CheckConstraint("revoked_on >= awarded_on", name="revoked_on"),
        Index("ix_designation_site_id_id", "site_id", "id"),
        Index("ix_designation_kind_id", "kind", "id"),
        Index("ix_designation_grade_id", "grade", "id"),
        Index("ix_designation_source_document_id", "source_document_id"),
        Index("ix_designation_awarded_on_id", "awarded_on", "id"),
        Index("ix_designation_valid_until_id", "valid_until", "id"),
        Index("ix_designation_created_at_id", "created_at", "id"),
        Index("ix_designation_updated_at_id", "updated_at", "id"),
        Index("ix_designation_stale", "id", postgresql_where=text("stale_texts <> '{}'")),
    )
    personal = frozenset({"stale_texts"})
    drifting = ("label", "awarded_by")

    site_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("site.id"))
    kind: Mapped[str]
    label: Mapped[dict[str, str]] = mapped_column(Json(dict[str, str]))
    grade: Mapped[str | None]
    awarded_by: Mapped[dict[str, str] | None] = mapped_column(Json(dict[str, str]))
    awarded_on: Mapped[date | None]
    valid_until: Mapped[date | None]
    revoked_on: Mapped[date | None]
    source_title: Mapped[str | None]
    source_url: Mapped[str | None]
    source_document_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("document.id"))


def held_on(day: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a designation counts on a day, in SQL."""
    return and_(
        or_(DesignationRow.awarded_on.is_(None), DesignationRow.awarded_on <= day),
        or_(DesignationRow.valid_until.is_(None), DesignationRow.valid_until >= day),
        or_(DesignationRow.revoked_on.is_(None), DesignationRow.revoked_on > day),
    )
