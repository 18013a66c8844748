"""Events. Times are kept as the clock at the venue shows them; the instants beside them are derived."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from services.contracts.base import VenueTime
from services.events.tables.base import Base
from services.kit.custom.tables import CustomHolder
from services.kit.db import Json, Tracked
from services.kit.drift import Drifting
from services.kit.names import sort_name
from services.kit.search import Searchable


class EventRow(Tracked, Searchable, CustomHolder, Drifting, Base):
    """An event. Whoever decides about its places holds its row locked."""

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint("format IN ('on_site', 'online', 'hybrid')", name="format"),
        CheckConstraint("visibility IN ('public', 'invited')", name="visibility"),
        CheckConstraint("status IN ('draft', 'published', 'closed', 'completed', 'cancelled')", name="status"),
        CheckConstraint("status IN ('draft', 'cancelled') OR published_at IS NOT NULL", name="published_at"),
        CheckConstraint("capacity > 0", name="capacity"),
        CheckConstraint("ends_at >= starts_at", name="ends"),
        CheckConstraint("registration_closes_at >= registration_opens_at", name="registration_window"),
        UniqueConstraint("series_id", "edition_year"),
        Index("ix_event_series_id_starts_at", "series_id", "starts_at"),
        Index("ix_event_sort_name_id", "sort_name", "id"),
        Index("ix_event_starts_at_id", "starts_at", "id"),
        Index("ix_event_ends_at_id", "ends_at", "id"),
        Index("ix_event_stale", "id", postgresql_where=text("stale_texts <> '{}'")),
        Index("ix_event_created_at_id", "created_at", "id"),
        Index("ix_event_updated_at_id", "updated_at", "id"),
        Index("ix_event_status_id", "status", "id"),
        Index("ix_event_country_id", "country", "id"),
    )
    # Partners read the feed, and what lags behind is the office's concern.
    personal = CustomHolder.personal | {"stale_texts"}
    unlogged = Tracked.unlogged | {"sort_name"}
    drifting = ("names", "theme", "texts", "venue")

    names: Mapped[dict[str, str]] = mapped_column(Json(dict[str, str]))
    sort_name: Mapped[str] = mapped_column(Text(collation="C"))
    theme: Mapped[dict[str, str] | None] = mapped_column(Json(dict[str, str]))
    texts: Mapped[dict[str, str] | None] = mapped_column(Json(dict[str, str]))
    series_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("series.id"))
    edition_year: Mapped[int | None]
    format: Mapped[str]
    starts_local: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    starts_zone: Mapped[str]
    starts_at: Mapped[datetime]
    ends_local: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    ends_zone: Mapped[str]
    ends_at: Mapped[datetime]
    venue: Mapped[dict[str, str] | None] = mapped_column(Json(dict[str, str]))
    city: Mapped[str | None]
    country: Mapped[str | None]
    capacity: Mapped[int | None]
    registration_opens_at: Mapped[datetime | None]
    registration_closes_at: Mapped[datetime | None]
    visibility: Mapped[str]
    status: Mapped[str] = mapped_column(default="draft")
    published_at: Mapped[datetime | None]

    def searchable_names(self) -> Iterable[str]:
        return self.names.values()

    @property
    def starts(self) -> VenueTime:
        """When it begins, on the clock at the venue."""
        return venue_time(self.starts_local, self.starts_zone)

    @starts.setter
    def starts(self, value: VenueTime) -> None:
        self.starts_local, self.starts_zone = datetime.fromisoformat(value.local), value.time_zone
        self.starts_at = instant(self.starts_local, self.starts_zone)

    @property
    def ends(self) -> VenueTime:
        """When it ends, on the clock at the venue."""
        return venue_time(self.ends_local, self.ends_zone)

    @ends.setter
    def ends(self, value: VenueTime) -> None:
        self.ends_local, self.ends_zone = datetime.fromisoformat(value.local), value.time_zone
        self.ends_at = instant(self.ends_local, self.ends_zone)

    def settle(self) -> None:
        """Bring what is derived into line with names, clock times and the zones' rules as known today."""
        self.sort_name = sort_name(self.names)
        self.starts, self.ends = self.starts, self.ends


def instant(local: datetime, zone: str) -> datetime:
    """The moment of a wall-clock time. Twice on the clock: the first; skipped by the clock: as if it had not been."""
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def venue_time(local: datetime, zone: str) -> VenueTime:
    """A wall-clock time as the contract has it."""
    return VenueTime.model_validate({"local": local.isoformat(timespec="minutes"), "time_zone": zone})
