"""Affiliations: dated roles of persons in organisations."""

import json
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, Uuid, and_, func, or_, select, text, tuple_
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, aliased, mapped_column

from services.kit.db import Json, Tracked
from services.kit.drift import Drifting
from services.members.tables.base import Base

_HOLDINGS = UUID("5b0a0f6e-9a57-5c0e-8f0b-6f1d1f1c7a11")


class AffiliationRow(Tracked, Drifting, Base):
    """A role of a person in an organisation, from one day to another."""

    __tablename__ = "affiliation"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="dates"),
        # GiST knows no equality of uuid without an extension; that of ranges holding one uuid it knows.
        ExcludeConstraint(
            (text("uuidrange(holding, holding, '[]')"), "="),
            (text("daterange(starts_on, ends_on, '[]')"), "&&"),
            name="ex_affiliation_once",
        ),
        ExcludeConstraint(
            (text("uuidrange(person_id, person_id, '[]')"), "="),
            (text("daterange(starts_on, ends_on, '[]')"), "&&"),
            name="ex_affiliation_primary",
            where=text('"primary"'),
        ),
        Index("ix_affiliation_person_id_id", "person_id", "id"),
        Index("ix_affiliation_organisation_id_id", "organisation_id", "id"),
        Index("ix_affiliation_starts_on_id", "starts_on", "id"),
        Index("ix_affiliation_ends_on_id", "ends_on", "id"),
        Index("ix_affiliation_created_at_id", "created_at", "id"),
        Index("ix_affiliation_updated_at_id", "updated_at", "id"),
        Index("ix_affiliation_stale", "id", postgresql_where=text("stale_texts <> '{}'")),
    )
    personal = frozenset({"stale_texts"})
    unlogged = Tracked.unlogged | {"holding"}
    drifting = ("role",)

    person_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("person.id"))
    organisation_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("organisation.id"))
    role: Mapped[dict[str, str] | None] = mapped_column(Json(dict[str, str]))
    holding: Mapped[UUID] = mapped_column(Uuid)
    """The same for the same person, organisation and role: one key costs the constraint a tenth of three."""
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    primary: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """Of a person's roles on one day, at most one is."""

    @property
    def title(self) -> str:
        """The role in one text, whatever its capitals."""
        return json.dumps(self.role, sort_keys=True, ensure_ascii=False).casefold()

    def settle(self) -> None:
        """Bring what is derived into line with who holds what where."""
        self.holding = uuid5(_HOLDINGS, f"{self.person_id} {self.organisation_id} {self.title}")

    def lasts_on(self, day: date) -> bool:
        """Whether the role is held on a day."""
        return (self.starts_on or date.min) <= day <= (self.ends_on or date.max)

    async def settle_primary(self, session: AsyncSession) -> None:
        """Where nobody has said whether it is the main role: it is, unless another is on some of its days."""
        other = select(AffiliationRow.id).where(
            AffiliationRow.person_id == self.person_id,
            AffiliationRow.id != self.id,
            AffiliationRow.primary,
            func.coalesce(AffiliationRow.starts_on, date.min) <= (self.ends_on or date.max),
            func.coalesce(AffiliationRow.ends_on, date.max) >= (self.starts_on or date.min),
        )
        self.primary = await session.scalar(other.limit(1)) is None


def lasting_on(day: ColumnElement[Any], row: type[AffiliationRow] = AffiliationRow) -> ColumnElement[bool]:
    """Whether an affiliation is held on a day, in SQL."""
    return and_(
        or_(row.starts_on.is_(None), row.starts_on <= day),
        or_(row.ends_on.is_(None), row.ends_on >= day),
    )


def main_on(day: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether an affiliation is the person's main one on a day, in SQL: the one that is marked, or where none of that
    day is, the one that began first (of several, the one that was recorded first)."""
    other = aliased(AffiliationRow)
    held = select(other.id).where(other.person_id == AffiliationRow.person_id, lasting_on(day, other))
    begun, others = (func.coalesce(row.starts_on, text("'-infinity'::date")) for row in (AffiliationRow, other))
    before = tuple_(others, other.id) < tuple_(begun, AffiliationRow.id)
    return lasting_on(day) & (AffiliationRow.primary | ~held.where(other.primary | before).exists())
