"""Organisations and the ids that others gave them."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.contracts.base import Phone
from services.contracts.members.organisation import FormerName, Identifier, KeyMember
from services.kit.custom.tables import CustomHolder
from services.kit.db import Json, Tracked
from services.kit.drift import Drifting, Texts
from services.kit.names import sort_name
from services.kit.search import FoundBy, Searchable
from services.members.tables.base import Base


class OrganisationIdentifierRow(Base):
    """Holds an identifier for one organisation, so that no other can have it."""

    __tablename__ = "organisation_identifier"

    scheme: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("organisation.id", ondelete="CASCADE"), index=True)


class OrganisationRow(Tracked, Searchable, Drifting, CustomHolder, Base):
    """An organisation."""

    __tablename__ = "organisation"
    __table_args__ = (
        CheckConstraint("status IN ('active', 'archived', 'merged')", name="status"),
        CheckConstraint("(status = 'merged') = (merged_into IS NOT NULL)", name="merged_into"),
        CheckConstraint("merged_into <> id", name="not_into_itself"),
        Index("ix_organisation_sort_name_id", "sort_name", "id"),
        Index("ix_organisation_created_at_id", "created_at", "id"),
        Index("ix_organisation_updated_at_id", "updated_at", "id"),
        Index("ix_organisation_country_id", "country", "id"),
        Index("ix_organisation_kind_id", "kind", "id"),
        Index("ix_organisation_city_id", "city", "id"),
        Index("ix_organisation_subdivision_id", "subdivision", "id"),
        Index("ix_organisation_merged_into", "merged_into"),
        CheckConstraint("parent_id <> id", name="not_its_own_parent"),
        CheckConstraint("contact_cadence_days BETWEEN 1 AND 3650", name="contact_cadence_days"),
        Index("ix_organisation_parent_id_id", "parent_id", "id"),
        Index("ix_organisation_officer_id_id", "officer_id", "id"),
        # Few are key members, and few lag behind.
        Index("ix_organisation_key_member", "id", postgresql_where=text("key_member IS NOT NULL")),
        Index("ix_organisation_stale", "id", postgresql_where=text("stale_texts <> '{}'")),
        Index("ix_organisation_tags", "tags", postgresql_using="gin"),
    )
    # Besides what is personal: the office's own words, which partners must not find in the feed either.
    personal = (
        frozenset({"emails", "phones", "key_member", "contact_cadence_days", "stale_texts"}) | CustomHolder.personal
    )
    unlogged = Tracked.unlogged | {"sort_name"}
    drifting = ("names", "description", "key_member")

    names: Mapped[dict[str, str]] = mapped_column(Json(dict[str, str]))
    sort_name: Mapped[str] = mapped_column(Text(collation="C"))
    kind: Mapped[str]
    country: Mapped[str | None]
    subdivision: Mapped[str | None]
    city: Mapped[str | None]
    address: Mapped[str | None]
    website: Mapped[str | None]
    emails: Mapped[list[str]]
    phones: Mapped[list[Phone]] = mapped_column(Json(list[Phone]))
    identifiers: Mapped[list[Identifier]] = mapped_column(Json(list[Identifier]))
    tags: Mapped[list[str]]
    parent_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("organisation.id"))
    former_names: Mapped[list[FormerName]] = mapped_column(Json(list[FormerName]), server_default=text("'[]'"))
    description: Mapped[dict[str, str] | None] = mapped_column(Json(dict[str, str]))
    officer_id: Mapped[UUID | None] = mapped_column(Uuid)
    """A user of the gateway's."""
    contact_cadence_days: Mapped[int | None]
    key_member: Mapped[KeyMember | None] = mapped_column(Json(KeyMember))
    status: Mapped[str] = mapped_column(default="active")
    merged_into: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("organisation.id"))

    held_identifiers: Mapped[list[OrganisationIdentifierRow]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, lazy="selectin"
    )

    def text_of(self, field: str) -> Texts:
        if field == "key_member":
            return self.key_member.reason if self.key_member is not None else {}
        return super().text_of(field)

    def searchable_names(self) -> Iterable[str]:
        yield from self.names.values()
        for former in self.former_names:
            yield from former.names.values()

    def searchable_besides(self) -> FoundBy:
        return FoundBy(
            ids=[*(f"{one.scheme}:{one.value}" for one in self.identifiers), *self.emails],
            websites=[self.website] if self.website else (),
            phones=[phone.number for phone in self.phones],
            places=[place for place in (self.city, self.address) if place],
        )

    def organisations_concerned(self) -> list[UUID]:
        return [self.id]

    def settle(self) -> None:
        """Bring what is derived into line with the names and identifiers."""
        self.sort_name = sort_name(self.names)
        held = {(row.scheme, row.value): row for row in self.held_identifiers}
        wanted = list(dict.fromkeys((one.scheme, one.value) for one in self.identifiers))
        if list(held) != wanted:
            self.held_identifiers = [
                held.get(key) or OrganisationIdentifierRow(scheme=key[0], value=key[1]) for key in wanted
            ]
