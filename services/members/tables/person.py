"""Persons."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, Uuid, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.contracts.base import Phone
from services.contracts.members.organisation import Identifier
from services.contracts.members.person import Channel, NameParts, Passport
from services.kit.custom.tables import CustomHolder
from services.kit.db import Json, Tracked
from services.kit.drift import Drifting
from services.kit.names import sort_name, whole_name
from services.kit.search import FoundBy, Searchable
from services.members.tables.base import Base

SENSITIVE = frozenset({"birth_date", "diet", "health", "passport", "private_channels"})
"""Columns that only holders of persons:sensitive read, ask by and write."""


DIALLED = frozenset({"phone", "whatsapp"})
"""Kinds of channels whose value is a number."""


class PersonIdentifierRow(Base):
    """Holds an identifier for one person, so that no other can have it."""

    __tablename__ = "person_identifier"

    scheme: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("person.id", ondelete="CASCADE"), index=True)


class PersonRow(Tracked, Searchable, CustomHolder, Drifting, Base):
    """A person."""

    __tablename__ = "person"
    __table_args__ = (
        Index("ix_person_sort_name_id", "sort_name", "id"),
        Index("ix_person_created_at_id", "created_at", "id"),
        Index("ix_person_updated_at_id", "updated_at", "id"),
        Index("ix_person_country_id", "country", "id"),
        Index("ix_person_birth_date_id", "birth_date", "id"),
        Index("ix_person_languages", "languages", postgresql_using="gin"),
        Index("ix_person_stale", "id", postgresql_where=text("stale_texts <> '{}'")),
        Index("ix_person_tags", "tags", postgresql_using="gin"),
        CheckConstraint("status IN ('active', 'merged')", name="status"),
        CheckConstraint("(status = 'merged') = (merged_into IS NOT NULL)", name="merged_into"),
        CheckConstraint("merged_into <> id", name="not_into_itself"),
        Index("ix_person_merged_into", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
    )
    # The log outlives a person's erasure, so it keeps nothing that tells who they are.
    personal = (
        SENSITIVE
        | CustomHolder.personal
        | {
            "names",
            "name_parts",
            "salutations",
            "stale_texts",
            "family_name",
            "given_name",
            "email",
            "other_emails",
            "phones",
            "wechat",
            "address",
            "channels",
            "identifiers",
        }
    )
    unlogged = Tracked.unlogged | {"sort_name"}
    drifting = ("names", "titles", "salutations")

    names: Mapped[dict[str, str]] = mapped_column(Json(dict[str, str]))
    sort_name: Mapped[str] = mapped_column(Text(collation="C"))
    name_parts: Mapped[dict[str, NameParts]] = mapped_column(
        Json(dict[str, NameParts]), default=dict, server_default=text("'{}'")
    )
    titles: Mapped[dict[str, str] | None] = mapped_column(Json(dict[str, str]))
    salutations: Mapped[dict[str, str] | None] = mapped_column(Json(dict[str, str]))
    family_name: Mapped[str | None]
    given_name: Mapped[str | None]
    languages: Mapped[list[str]]
    email: Mapped[str | None]
    other_emails: Mapped[list[str]]
    phones: Mapped[list[Phone]] = mapped_column(Json(list[Phone]))
    wechat: Mapped[str | None]
    country: Mapped[str | None]
    address: Mapped[str | None]
    channels: Mapped[list[Channel]] = mapped_column(Json(list[Channel]), default=list, server_default=text("'[]'"))
    identifiers: Mapped[list[Identifier]] = mapped_column(
        Json(list[Identifier]), default=list, server_default=text("'[]'")
    )
    tags: Mapped[list[str]]
    birth_date: Mapped[date | None]
    diet: Mapped[str | None]
    health: Mapped[str | None]
    passport: Mapped[Passport | None] = mapped_column(Json(Passport))
    private_channels: Mapped[list[Channel]] = mapped_column(
        Json(list[Channel]), default=list, server_default=text("'[]'")
    )

    status: Mapped[str] = mapped_column(default="active", server_default=text("'active'"))
    merged_into: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("person.id"))

    erased_at: Mapped[datetime | None]
    """When the person was forgotten; the row stays for what refers to it, empty."""

    held_identifiers: Mapped[list[PersonIdentifierRow]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, lazy="selectin"
    )

    def searchable_names(self) -> Iterable[str]:
        yield from self.names.values()
        if self.family_name and self.given_name:
            yield f"{self.given_name} {self.family_name}"
        for parts in self.name_parts.values():
            # In both orders: people are looked for as they are written elsewhere, too.
            if parts.family and parts.given:
                yield f"{parts.family} {parts.given}"
                yield f"{parts.given} {parts.family}"

    def whole_names(self) -> dict[str, str]:
        """The whole name in each language whose parts are known, as it is written there."""
        return {
            language: whole_name(parts.family, parts.given, family_first=parts.order == "family_first")
            for language, parts in self.name_parts.items()
        }

    def searchable_besides(self) -> FoundBy:
        # Nothing of SENSITIVE: whoever may not see a value must not find its owner by it.
        ids = [one for one in (self.email, self.wechat, *self.other_emails) if one]
        ids += [f"{one.scheme}:{one.value}" for one in self.identifiers]
        return FoundBy(
            ids=[*ids, *(one.value for one in self.channels if one.kind not in DIALLED)],
            phones=[
                *(phone.number for phone in self.phones),
                *(one.normalised or one.value for one in self.channels if one.kind in DIALLED),
            ],
            places=[self.address] if self.address else (),
        )

    def settle(self) -> None:
        """Bring what is derived into line with the names, their parts and the identifiers."""
        if missing := {language: name for language, name in self.whole_names().items() if language not in self.names}:
            self.names = {**self.names, **missing}
        self.sort_name = sort_name(self.names)
        held = {(row.scheme, row.value): row for row in self.held_identifiers}
        wanted = list(dict.fromkeys((one.scheme, one.value) for one in self.identifiers))
        if list(held) != wanted:
            self.held_identifiers = [
                held.get(key) or PersonIdentifierRow(scheme=key[0], value=key[1]) for key in wanted
            ]


Index("uq_person_email", func.lower(PersonRow.email), unique=True)
