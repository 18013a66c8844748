"""Persons."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Index, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from services.contracts.base import Phone
from services.kit.db import Json, Tracked
from services.kit.names import sort_name
from services.kit.search import FoundBy, Searchable
from services.members.tables.base import Base

SENSITIVE = frozenset({"birth_date", "requirements"})
"""Columns that only holders of persons:sensitive read, ask by and write."""


class PersonRow(Tracked, Searchable, Base):
    """A person."""

    __tablename__ = "person"
    __table_args__ = (
        Index("ix_person_sort_name_id", "sort_name", "id"),
        Index("ix_person_created_at_id", "created_at", "id"),
        Index("ix_person_updated_at_id", "updated_at", "id"),
        Index("ix_person_country_id", "country", "id"),
        Index("ix_person_birth_date_id", "birth_date", "id"),
        Index("ix_person_languages", "languages", postgresql_using="gin"),
        Index("ix_person_tags", "tags", postgresql_using="gin"),
    )
    # The log outlives a person's erasure, so it keeps nothing that tells who they are.
    personal = SENSITIVE | {
        "names",
        "family_name",
        "given_name",
        "email",
        "other_emails",
        "phones",
        "wechat",
    }
    unlogged = Tracked.unlogged | {"sort_name"}

    names: Mapped[dict[str, str]] = mapped_column(Json(dict[str, str]))
    sort_name: Mapped[str] = mapped_column(Text(collation="C"))
    family_name: Mapped[str | None]
    given_name: Mapped[str | None]
    languages: Mapped[list[str]]
    email: Mapped[str | None]
    other_emails: Mapped[list[str]]
    phones: Mapped[list[Phone]] = mapped_column(Json(list[Phone]))
    wechat: Mapped[str | None]
    country: Mapped[str | None]
    tags: Mapped[list[str]]
    birth_date: Mapped[date | None]
    requirements: Mapped[str | None]

    def searchable_names(self) -> Iterable[str]:
        yield from self.names.values()
        if self.family_name and self.given_name:
            yield f"{self.given_name} {self.family_name}"

    def searchable_besides(self) -> FoundBy:
        # Nothing of SENSITIVE: whoever may not see a value must not find its owner by it.
        return FoundBy(
            ids=[one for one in (self.email, self.wechat, *self.other_emails) if one],
            phones=[phone.number for phone in self.phones],
        )

    def settle(self) -> None:
        """Bring what is derived into line with the names."""
        self.sort_name = sort_name(self.names)


Index("uq_person_email", func.lower(PersonRow.email), unique=True)
