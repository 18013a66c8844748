"""Copies of members' organisations: what events needs of them, kept by members' changes."""

from uuid import UUID

from sqlalchemy import CheckConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.events.tables.base import Base
from services.kit.db import Json


class OrganisationCopyRow(Base):
    """A copy. `unknown` holds the place of one that members has not told of yet.

    Who writes a registration for an organisation holds its row FOR SHARE, who merges it FOR UPDATE, so that no
    registration is left behind at an organisation that was merged away.
    """

    __tablename__ = "organisation_copy"
    __table_args__ = (
        CheckConstraint("status IN ('unknown', 'active', 'archived', 'merged', 'deleted')", name="status"),
        CheckConstraint("(status = 'merged') = (merged_into IS NOT NULL)", name="merged_into"),
        CheckConstraint("(status = 'unknown') = (names IS NULL)", name="names"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    names: Mapped[dict[str, str] | None] = mapped_column(Json(dict[str, str]))
    status: Mapped[str]
    merged_into: Mapped[UUID | None] = mapped_column(Uuid)
    source_version: Mapped[int] = mapped_column(default=0)
    """Of the organisation as it was copied; older news are passed over."""
