"""Sites of members."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from services.contracts.members.site import Coordinates
from services.kit.custom.tables import CustomHolder
from services.kit.db import Json, Tracked
from services.kit.drift import Drifting
from services.kit.names import sort_name
from services.kit.search import Searchable
from services.members.tables.base import Base


class SiteRow(Tracked, Searchable, CustomHolder, Drifting, Base):
    """A place that a member runs."""

    __tablename__ = "site"
    __table_args__ = (
        CheckConstraint("status IN ('active', 'archived')", name="status"),
        Index("ix_site_organisation_id_id", "organisation_id", "id"),
        Index("ix_site_sort_name_id", "sort_name", "id"),
        Index("ix_site_kind_id", "kind", "id"),
        Index("ix_site_country_id", "country", "id"),
        Index("ix_site_city_id", "city", "id"),
        Index("ix_site_created_at_id", "created_at", "id"),
        Index("ix_site_updated_at_id", "updated_at", "id"),
        Index("ix_site_stale", "id", postgresql_where=text("stale_texts <> '{}'")),
        Index("ix_site_tags", "tags", postgresql_using="gin"),
    )
    personal = CustomHolder.personal | {"stale_texts"}
    drifting = (
        "names",
        "description",
    )
    unlogged = Tracked.unlogged | {"sort_name"}

    organisation_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("organisation.id"))
    names: Mapped[dict[str, str]] = mapped_column(Json(dict[str, str]))
    sort_name: Mapped[str] = mapped_column(Text(collation="C"))
    kind: Mapped[str]
    country: Mapped[str | None]
    subdivision: Mapped[str | None]
    city: Mapped[str | None]
    address: Mapped[str | None]
    coordinates: Mapped[Coordinates | None] = mapped_column(Json(Coordinates))
    website: Mapped[str | None]
    description: Mapped[dict[str, str] | None] = mapped_column(Json(dict[str, str]))
    tags: Mapped[list[str]]
    status: Mapped[str] = mapped_column(default="active")

    def searchable_names(self) -> Iterable[str]:
        return self.names.values()

    def settle(self) -> None:
        """Bring what is derived into line with the names."""
        self.sort_name = sort_name(self.names)
