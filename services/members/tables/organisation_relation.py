"""What organisations are to each other, with dates."""

from datetime import date
from uuid import UUID, uuid5

from sqlalchemy import CheckConstraint, ForeignKey, Index, Uuid, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.kit.db import Tracked
from services.members.tables.base import Base

PARTNERS = "partner_of"
_BONDS = UUID("0d6bb7f8-6f0c-5a6e-9f5c-7a7c1a3f2b55")


class OrganisationRelationRow(Tracked, Base):
    """A relation of one organisation to another, from one day to another."""

    __tablename__ = "organisation_relation"
    __table_args__ = (
        CheckConstraint("kind IN ('operates', 'supervises', 'partner_of', 'successor_of', 'member_of')", name="kind"),
        CheckConstraint("from_id <> to_id", name="two"),
        CheckConstraint("ends_on >= starts_on", name="dates"),
        # As with affiliations: ranges that hold one uuid are equal without an extension.
        ExcludeConstraint(
            (text("uuidrange(bond, bond, '[]')"), "="),
            (text("daterange(starts_on, ends_on, '[]')"), "&&"),
            name="ex_organisation_relation_once",
        ),
        Index("ix_organisation_relation_from_id_id", "from_id", "id"),
        Index("ix_organisation_relation_to_id_id", "to_id", "id"),
        Index("ix_organisation_relation_kind_id", "kind", "id"),
        Index("ix_organisation_relation_starts_on_id", "starts_on", "id"),
        Index("ix_organisation_relation_ends_on_id", "ends_on", "id"),
        Index("ix_organisation_relation_created_at_id", "created_at", "id"),
        Index("ix_organisation_relation_updated_at_id", "updated_at", "id"),
    )
    # The office's own words, which partners must not find in the feed either.
    personal = frozenset({"note"})
    unlogged = Tracked.unlogged | {"bond"}

    from_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("organisation.id"))
    kind: Mapped[str]
    to_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("organisation.id"))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    note: Mapped[str | None]
    bond: Mapped[UUID] = mapped_column(Uuid)
    """The same for the same two organisations and kind; for partners, whichever of them is named first."""

    def settle(self) -> None:
        """Bring what is derived into line with who is what to whom."""
        two = [str(self.from_id), str(self.to_id)]
        self.bond = uuid5(_BONDS, " ".join([self.kind, *(sorted(two) if self.kind == PARTNERS else two)]))

    def overlaps(self, other: "OrganisationRelationRow") -> bool:
        """Whether both last on some day."""
        return (self.starts_on or date.min) <= (other.ends_on or date.max) and (other.starts_on or date.min) <= (
            self.ends_on or date.max
        )

    def organisations_concerned(self) -> list[UUID]:
        return [self.from_id, self.to_id]
