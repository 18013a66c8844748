"""Contacts of counterparts."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.contracts.base import Phone
from services.kit.db import Json, Tracked
from services.kit.names import sort_name
from services.kit.search import FoundBy, Searchable
from services.liaison.tables.base import Base


class ContactRow(Tracked, Searchable, Base):
    """A person in an office of a counterpart."""

    __tablename__ = "contact"
    __table_args__ = (
        CheckConstraint("precedence BETWEEN 1 AND 9999", name="precedence"),
        CheckConstraint("until >= since", name="until"),
        Index("ix_contact_counterpart_id_precedence_id", "counterpart_id", "precedence", "id"),
        Index("ix_contact_precedence_id", "precedence", "id"),
        Index("ix_contact_person_id_id", "person_id", "id"),
        Index("ix_contact_sort_name_id", "sort_name", "id"),
        Index("ix_contact_created_at_id", "created_at", "id"),
        Index("ix_contact_updated_at_id", "updated_at", "id"),
        Index("ix_contact_languages", "languages", postgresql_using="gin"),
    )
    personal = frozenset({"names", "emails", "phones", "languages"})
    unlogged = Tracked.unlogged | {"sort_name"}

    counterpart_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("counterpart.id"))
    person_id: Mapped[UUID | None] = mapped_column(Uuid)
    names: Mapped[dict[str, str]] = mapped_column(Json(dict[str, str]))
    sort_name: Mapped[str] = mapped_column(Text(collation="C"))
    title: Mapped[dict[str, str] | None] = mapped_column(Json(dict[str, str]))
    precedence: Mapped[int | None]
    emails: Mapped[list[str]]
    phones: Mapped[list[Phone]] = mapped_column(Json(list[Phone]))
    languages: Mapped[list[str]]
    since: Mapped[date | None] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)

    def searchable_names(self) -> Iterable[str]:
        return self.names.values()

    def searchable_besides(self) -> FoundBy:
        return FoundBy(ids=self.emails, phones=[phone.number for phone in self.phones])

    def settle(self) -> None:
        """Bring what is derived into line with the names."""
        self.sort_name = sort_name(self.names)
