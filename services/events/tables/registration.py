"""Registrations and the waitlist."""

import base64
import secrets
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from services.contracts.base import Money, Phone
from services.events.tables.base import Base
from services.kit.custom.tables import CustomHolder
from services.kit.db import Json, Tracked, now
from services.kit.names import sort_name
from services.kit.search import Searchable

_CODE_BYTES = 20


def new_code() -> str:
    """A code for the door: 160 random bits in base 32."""
    return base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode()


class RegistrationRow(Tracked, Searchable, CustomHolder, Base):
    """A registration. Its status changes only while the event's row is locked."""

    __tablename__ = "registration"
    __table_args__ = (
        CheckConstraint("status IN ('confirmed', 'waitlisted', 'cancelled')", name="status"),
        CheckConstraint("(status = 'waitlisted') = (waitlist_number IS NOT NULL)", name="waitlist_number"),
        CheckConstraint("(status = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled_at"),
        CheckConstraint("(status = 'cancelled') = (cancel_reason IS NOT NULL)", name="cancel_reason"),
        CheckConstraint("cancel_reason IN ('asked_for', 'not_eligible')", name="cancel_reason_known"),
        CheckConstraint("price_basis IN ('standard', 'member')", name="price_basis"),
        CheckConstraint("price_status IN ('confirmed', 'to_be_confirmed')", name="price_status"),
        ForeignKeyConstraint(["admission_type_id", "event_id"], ["admission_type.id", "admission_type.event_id"]),
        Index(
            "uq_registration_event_id_email_key",
            "event_id",
            "email_key",
            unique=True,
            postgresql_where=text("email_key IS NOT NULL AND status <> 'cancelled'"),
        ),
        Index(
            "uq_registration_event_id_waitlist_number",
            "event_id",
            "waitlist_number",
            unique=True,
            postgresql_where=text("status = 'waitlisted'"),
        ),
        # What counting the places reads.
        Index(
            "ix_registration_places",
            "event_id",
            "admission_type_id",
            postgresql_where=text("status = 'confirmed'"),
        ),
        Index("ix_registration_event_id_id", "event_id", "id"),
        Index("ix_registration_admission_type_id_id", "admission_type_id", "id"),
        Index("ix_registration_organisation_id_id", "organisation_id", "id"),
        Index("ix_registration_person_id_id", "person_id", "id"),
        Index("ix_registration_status_id", "status", "id"),
        Index("ix_registration_country_id", "country", "id"),
        Index("ix_registration_sort_name_id", "sort_name", "id"),
        Index("ix_registration_created_at_id", "created_at", "id"),
        Index("ix_registration_updated_at_id", "updated_at", "id"),
        Index("ix_registration_unpriced", "id", postgresql_where=text("price_status = 'to_be_confirmed'")),
    )
    personal = frozenset({"names", "email", "phone", "job_title", "cancel_note"}) | CustomHolder.personal
    unlogged = Tracked.unlogged | {"sort_name", "email_key", "code", "member_price"}

    event_id: Mapped[UUID] = mapped_column(Uuid)
    admission_type_id: Mapped[UUID] = mapped_column(Uuid)
    organisation_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("organisation_copy.id"))
    person_id: Mapped[UUID | None] = mapped_column(Uuid)
    names: Mapped[dict[str, str]] = mapped_column(Json(dict[str, str]))
    sort_name: Mapped[str] = mapped_column(Text(collation="C"))
    email: Mapped[str | None]
    email_key: Mapped[str | None]
    phone: Mapped[Phone | None] = mapped_column(Json(Phone))
    country: Mapped[str | None]
    job_title: Mapped[str | None]
    status: Mapped[str]
    waitlist_number: Mapped[int | None]
    price: Mapped[Money] = mapped_column(Json(Money))
    """The standard price until it is confirmed."""
    member_price: Mapped[Money | None] = mapped_column(Json(Money))
    """What members paid when it was taken, so that confirming it later goes by what was offered then."""
    price_basis: Mapped[str]
    price_status: Mapped[str]
    cancel_reason: Mapped[str | None]
    cancel_note: Mapped[str | None]
    cancelled_at: Mapped[datetime | None]
    code: Mapped[str] = mapped_column(default=new_code, unique=True)

    def searchable_names(self) -> Iterable[str]:
        return self.names.values()

    def settle(self) -> None:
        """Bring what is derived into line with the participant."""
        self.sort_name = sort_name(self.names)
        self.email_key = None if self.email is None else self.email.lower()

    def end(self, reason: str, note: str | None) -> None:
        """Cancel it; the caller saves it and gives its place away."""
        self.status, self.waitlist_number = "cancelled", None
        self.cancel_reason, self.cancel_note, self.cancelled_at = reason, note, now()
