"""What liaison knows of members' organisations: copies, kept by their changes."""

from uuid import UUID

from sqlalchemy import CheckConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.kit.db import Json
from services.liaison.tables.base import Base


class OrganisationCopyRow(Base):
    """An organisation as members last told it. Of one that was linked before it was told, only the id is known."""

    __tablename__ = "organisation_copy"
    __table_args__ = (
        CheckConstraint("status IN ('untold', 'active', 'archived', 'merged', 'deleted')", name="status"),
        CheckConstraint("(status = 'merged') = (merged_into IS NOT NULL)", name="merged_into"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    names: Mapped[dict[str, str] | None] = mapped_column(Json(dict[str, str]))
    status: Mapped[str] = mapped_column(default="untold")
    merged_into: Mapped[UUID | None] = mapped_column(Uuid)
