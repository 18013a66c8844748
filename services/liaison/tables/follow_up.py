"""Follow-ups."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, ForeignKeyConstraint, Index, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.contracts.liaison.colleague import Colleague
from services.kit.db import Json, Tracked, now
from services.kit.search import Searchable
from services.liaison.tables.base import Base
from services.liaison.tables.interaction import NORMAL

OPEN = "open"


class FollowUpRow(Tracked, Searchable, Base):
    """Something to be done, by someone, until a day of the office's calendar."""

    __tablename__ = "follow_up"
    __table_args__ = (
        CheckConstraint("status IN ('open', 'done', 'dropped')", name="status"),
        CheckConstraint("(status = 'open') = (closed_at IS NULL)", name="closed_at"),
        CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name="closed_by"),
        CheckConstraint("interaction_id IS NOT NULL OR confidentiality = 'normal'", name="confidentiality"),
        ForeignKeyConstraint(
            ["interaction_id", "confidentiality"],
            ["interaction.id", "interaction.confidentiality"],
            onupdate="CASCADE",
        ),
        Index("ix_follow_up_counterpart_id_due_on_id", "counterpart_id", "due_on", "id"),
        Index("ix_follow_up_interaction_id_id", "interaction_id", "id"),
        Index("ix_follow_up_due_on_id", "due_on", "id"),
        Index("ix_follow_up_open_due_on_id", "due_on", "id", postgresql_where="status = 'open'"),
        Index("ix_follow_up_status_id", "status", "id"),
        Index("ix_follow_up_closed_at_id", "closed_at", "id"),
        Index("ix_follow_up_closed_by_id", "closed_by", "id", postgresql_where="closed_by IS NOT NULL"),
        Index("ix_follow_up_confidential", "id", postgresql_where="confidentiality = 'confidential'"),
        Index("ix_follow_up_owner_subject_id", "owner_subject", "id"),
        Index("ix_follow_up_owner_name_id", "owner_name", "id"),
        Index("ix_follow_up_created_at_id", "created_at", "id"),
        Index("ix_follow_up_updated_at_id", "updated_at", "id"),
    )
    unlogged = Tracked.unlogged | {"owner_subject", "owner_name"}

    counterpart_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("counterpart.id"))
    interaction_id: Mapped[UUID | None] = mapped_column(Uuid)
    confidentiality: Mapped[str] = mapped_column(default=NORMAL)
    owner: Mapped[Colleague] = mapped_column(Json(Colleague))
    owner_subject: Mapped[str | None]
    owner_name: Mapped[str]
    due_on: Mapped[date] = mapped_column(Date)
    subject: Mapped[dict[str, str]] = mapped_column(Json(dict[str, str]))
    note: Mapped[dict[str, str] | None] = mapped_column(Json(dict[str, str]))
    status: Mapped[str] = mapped_column(default=OPEN)
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]

    def searchable_names(self) -> Iterable[str]:
        return [*self.subject.values(), self.owner.name]

    def settle(self) -> None:
        """Bring what is derived into line with the owner."""
        self.owner_subject, self.owner_name = self.owner.subject, self.owner.name

    def close(self, by: str) -> None:
        """Note when and by whom it was done or dropped."""
        self.closed_at, self.closed_by = now(), by

    def reopen(self) -> None:
        """Forget that it was closed; the change log remembers."""
        self.closed_at, self.closed_by = None, None
