"""Series: brands under which events are held."""

from collections.abc import Iterable

from sqlalchemy import Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.contracts.events.series import FixedDate, NthWeekday
from services.events.tables.base import Base
from services.kit.db import Json, Tracked
from services.kit.drift import Drifting
from services.kit.names import sort_name
from services.kit.search import Searchable


class SeriesRow(Tracked, Searchable, Drifting, Base):
    """A series."""

    __tablename__ = "series"
    __table_args__ = (
        Index("ix_series_sort_name_id", "sort_name", "id"),
        Index("ix_series_stale", "id", postgresql_where=text("stale_texts <> '{}'")),
        Index("ix_series_created_at_id", "created_at", "id"),
        Index("ix_series_updated_at_id", "updated_at", "id"),
    )
    # Partners read the feed, and what lags behind is the office's concern.
    personal = frozenset({"stale_texts"})
    unlogged = Tracked.unlogged | {"sort_name"}
    drifting = ("names", "texts")

    names: Mapped[dict[str, str]] = mapped_column(Json(dict[str, str]))
    sort_name: Mapped[str] = mapped_column(Text(collation="C"))
    texts: Mapped[dict[str, str] | None] = mapped_column(Json(dict[str, str]))
    website: Mapped[str | None]
    yearly_rule: Mapped[FixedDate | NthWeekday | None] = mapped_column(Json(FixedDate | NthWeekday))

    def searchable_names(self) -> Iterable[str]:
        return self.names.values()

    def settle(self) -> None:
        """Bring what is derived into line with the names."""
        self.sort_name = sort_name(self.names)
