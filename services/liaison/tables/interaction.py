"""Interactions and the contacts who took part."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.contracts.liaison.colleague import Colleague
from services.contracts.liaison.interaction import TimeOfDay
from services.kit.db import Json, Tracked
from services.kit.search import Searchable
from services.liaison.tables.base import Base

CONFIDENTIAL = "confidential"
NORMAL = "normal"


class InteractionContactRow(Base):
    """A contact took part in an interaction; while it says so, the contact can't be deleted."""

    __tablename__ = "interaction_contact"

    interaction_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("interaction.id", ondelete="CASCADE"), primary_key=True
    )
    contact_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("contact.id"), primary_key=True, index=True)


class InteractionRow(Tracked, Searchable, Base):
    """An entry of the daily log."""

    __tablename__ = "interaction"
    __table_args__ = (
        CheckConstraint("confidentiality IN ('normal', 'confidential')", name="confidentiality"),
        # What follow-ups refer to, so that they are always as confidential as their interaction.
        UniqueConstraint("id", "confidentiality"),
        Index("ix_interaction_counterpart_id_occurred_on_id", "counterpart_id", "occurred_on", "id"),
        Index("ix_interaction_occurred_on_id", "occurred_on", "id"),
        Index("ix_interaction_channel_id", "channel", "id"),
        Index("ix_interaction_created_at_id", "created_at", "id"),
        Index("ix_interaction_updated_at_id", "updated_at", "id"),
        Index("ix_interaction_confidential", "id", postgresql_where="confidentiality = 'confidential'"),
        Index("ix_interaction_ours", "ours", postgresql_using="gin", postgresql_ops={"ours": "jsonb_path_ops"}),
    )
    personal = frozenset({"ours", "their_names"})
    unlogged = Tracked.unlogged | {"gone_follow_ups"}

    counterpart_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("counterpart.id"))
    channel: Mapped[str]
    occurred_on: Mapped[date] = mapped_column(Date)
    time: Mapped[TimeOfDay | None] = mapped_column(Json(TimeOfDay))
    ours: Mapped[list[Colleague]] = mapped_column(Json(list[Colleague]))
    contact_ids: Mapped[list[UUID]]
    their_names: Mapped[list[str]]
    subject: Mapped[dict[str, str]] = mapped_column(Json(dict[str, str]))
    summary: Mapped[dict[str, str] | None] = mapped_column(Json(dict[str, str]))
    confidentiality: Mapped[str] = mapped_column(default=NORMAL)

    gone_follow_ups: Mapped[list[UUID]] = mapped_column(default=list)
    """Follow-ups that were deleted: their changes must be found when the interaction becomes confidential."""

    held_contacts: Mapped[list[InteractionContactRow]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, lazy="selectin"
    )

    def searchable_names(self) -> Iterable[str]:
        return [*self.subject.values(), *self.their_names, *(one.name for one in self.ours)]

    def settle(self) -> None:
        """Bring what is derived into line with the contacts."""
        wanted = list(dict.fromkeys(self.contact_ids))
        if self.contact_ids != wanted:
            self.contact_ids = wanted
        held = {row.contact_id: row for row in self.held_contacts}
        if set(held) != set(wanted):
            self.held_contacts = [held.get(id) or InteractionContactRow(contact_id=id) for id in wanted]
