"""What the office takes written country names for."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from services.kit.countries import folded
from services.kit.db import Tracked
from services.members.tables.base import Base


class CountryLabelRow(Tracked, Base):
    """A written country name and its code, or none."""

    __tablename__ = "country_label"
    __table_args__ = (
        Index("ix_country_label_created_at_id", "created_at", "id"),
        Index("ix_country_label_updated_at_id", "updated_at", "id"),
        Index("ix_country_label_country_id", "country", "id"),
        Index("uq_country_label_folded", "folded", unique=True),
    )
    unlogged = Tracked.unlogged | {"folded"}

    label: Mapped[str]
    folded: Mapped[str]
    country: Mapped[str | None]

    def settle(self) -> None:
        """Bring what is derived into line with the label."""
        self.folded = folded(self.label)
