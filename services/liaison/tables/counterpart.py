"""Counterparts and the ids that others gave them."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, Date, ForeignKey, Index, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.contracts.base import Phone
from services.contracts.liaison.colleague import Colleague
from services.contracts.liaison.counterpart import CounterpartIdentifier
from services.kit.clock import office_today
from services.kit.custom.tables import CustomHolder
from services.kit.db import Json, Tracked
from services.kit.drift import Drifting
from services.kit.names import sort_name
from services.kit.search import FoundBy, Searchable
from services.liaison.tables.base import Base


class CounterpartIdentifierRow(Base):
    """Holds an identifier for one counterpart, so that no other can have it."""

    __tablename__ = "counterpart_identifier"

    scheme: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    counterpart_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("counterpart.id", ondelete="CASCADE"), index=True)


class CounterpartRow(Tracked, Searchable, CustomHolder, Drifting, Base):
    """A counterpart.

    The last contact is kept twice, over normal interactions and over any, because a confidential one must not show
    in the date that others see. Both are set with the interactions, in their transaction, and are no edit of the
    counterpart: neither its version nor its change log tells of them.
    """

    __tablename__ = "counterpart"
    __table_args__ = (
        CheckConstraint("status IN ('active', 'archived')", name="status"),
        CheckConstraint("contact_cadence_days BETWEEN 1 AND 3650", name="contact_cadence_days"),
        CheckConstraint("(contact_cadence_days IS NULL) = (cadence_since IS NULL)", name="cadence_since"),
        Index("ix_counterpart_sort_name_id", "sort_name", "id"),
        Index("ix_counterpart_created_at_id", "created_at", "id"),
        Index("ix_counterpart_updated_at_id", "updated_at", "id"),
        Index("ix_counterpart_stale", "id", postgresql_where=text("stale_texts <> '{}'")),
        Index("ix_counterpart_kind_id", "kind", "id"),
        Index("ix_counterpart_represents_id", "represents", "id"),
        Index("ix_counterpart_stands_in_id", "stands_in", "id"),
        Index("ix_counterpart_organisation_id", "organisation_id", "id"),
        Index("ix_counterpart_owner_subject_id", "owner_subject", "id"),
        Index("ix_counterpart_owner_name_id", "owner_name", "id"),
        Index("ix_counterpart_last_contact_on_id", "last_contact_on", "id"),
        Index("ix_counterpart_last_contact_on_any_id", "last_contact_on_any", "id"),
        Index("ix_counterpart_next_due_on_id", "next_due_on", "id"),
        Index("ix_counterpart_next_due_on_any_id", "next_due_on_any", "id"),
        Index("ix_counterpart_tags", "tags", postgresql_using="gin"),
    )
    personal = frozenset({"stale_texts", "emails", "phones"}) | CustomHolder.personal
    drifting = ("names",)
    unlogged = Tracked.unlogged | {
        "sort_name",
        "owner_subject",
        "owner_name",
        "cadence_since",
        "last_contact_on",
        "last_contact_on_any",
        "next_due_on",
        "next_due_on_any",
    }

    names: Mapped[dict[str, str]] = mapped_column(Json(dict[str, str]))
    sort_name: Mapped[str] = mapped_column(Text(collation="C"))
    kind: Mapped[str]
    represents: Mapped[str | None]
    stands_in: Mapped[str | None]
    city: Mapped[str | None]
    address: Mapped[str | None]
    website: Mapped[str | None]
    emails: Mapped[list[str]]
    phones: Mapped[list[Phone]] = mapped_column(Json(list[Phone]))
    identifiers: Mapped[list[CounterpartIdentifier]] = mapped_column(Json(list[CounterpartIdentifier]))
    organisation_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("organisation_copy.id"))
    contact_cadence_days: Mapped[int | None]
    cadence_since: Mapped[date | None] = mapped_column(Date)
    owner: Mapped[Colleague | None] = mapped_column(Json(Colleague))
    owner_subject: Mapped[str | None]
    owner_name: Mapped[str | None]
    tags: Mapped[list[str]]
    status: Mapped[str] = mapped_column(default="active")

    last_contact_on: Mapped[date | None] = mapped_column(Date)
    last_contact_on_any: Mapped[date | None] = mapped_column(Date)
    next_due_on: Mapped[date | None] = mapped_column(
        Date, Computed("coalesce(last_contact_on + contact_cadence_days, cadence_since)", persisted=True)
    )
    next_due_on_any: Mapped[date | None] = mapped_column(
        Date, Computed("coalesce(last_contact_on_any + contact_cadence_days, cadence_since)", persisted=True)
    )

    held_identifiers: Mapped[list[CounterpartIdentifierRow]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, lazy="selectin"
    )

    def searchable_names(self) -> Iterable[str]:
        return self.names.values()

    def searchable_besides(self) -> FoundBy:
        return FoundBy(
            ids=[*(f"{one.scheme}:{one.value}" for one in self.identifiers), *self.emails],
            websites=[self.website] if self.website else (),
            phones=[phone.number for phone in self.phones],
            places=[place for place in (self.city, self.address) if place],
        )

    def settle(self) -> None:
        """Bring what is derived into line with the names, owner, cadence and identifiers."""
        self.sort_name = sort_name(self.names)
        self.owner_subject = self.owner.subject if self.owner else None
        self.owner_name = self.owner.name if self.owner else None
        if self.contact_cadence_days is None:
            self.cadence_since = None
        elif self.cadence_since is None:
            self.cadence_since = office_today()
        held = {(row.scheme, row.value): row for row in self.held_identifiers}
        wanted = list(dict.fromkeys((one.scheme, one.value) for one in self.identifiers))
        if list(held) != wanted:
            self.held_identifiers = [
                held.get(key) or CounterpartIdentifierRow(scheme=key[0], value=key[1]) for key in wanted
            ]
