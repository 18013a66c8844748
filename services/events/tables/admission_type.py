"""Admission types: the ways into an event."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from services.contracts.base import Money
from services.events.tables.base import Base
from services.kit.db import Json, Tracked
from services.kit.drift import Drifting


class AdmissionTypeRow(Tracked, Drifting, Base):
    """A way into an event. Its quota is decided with the event's row locked."""

    __tablename__ = "admission_type"
    __table_args__ = (
        CheckConstraint("presence IN ('on_site', 'online')", name="presence"),
        CheckConstraint("eligibility IN ('everyone', 'members')", name="eligibility"),
        CheckConstraint("quota >= 0", name="quota"),
        CheckConstraint(
            "member_price IS NULL OR member_price ->> 'currency' = price ->> 'currency'", name="one_currency"
        ),
        # What a registration refers to, so that its event is the one its admission type is of.
        UniqueConstraint("id", "event_id"),
        Index("ix_admission_type_event_id_id", "event_id", "id"),
        Index("ix_admission_type_created_at_id", "created_at", "id"),
        Index("ix_admission_type_updated_at_id", "updated_at", "id"),
        Index("ix_admission_type_stale", "id", postgresql_where=text("stale_texts <> '{}'")),
    )
    personal = frozenset({"stale_texts"})
    drifting = ("names",)

    event_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("event.id"))
    names: Mapped[dict[str, str]] = mapped_column(Json(dict[str, str]))
    presence: Mapped[str]
    eligibility: Mapped[str]
    quota: Mapped[int | None]
    price: Mapped[Money] = mapped_column(Json(Money))
    member_price: Mapped[Money | None] = mapped_column(Json(Money))
