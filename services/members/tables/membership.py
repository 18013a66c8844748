"""Membership types, memberships, and the terms and decisions that are only ever added to them."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.contracts.members.membership_type import Period
from services.kit.db import Json, Tracked
from services.kit.drift import Drifting
from services.members.tables.base import Base


class MembershipTypeRow(Tracked, Drifting, Base):
    """A kind of membership."""

    __tablename__ = "membership_type"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("status IN ('active', 'archived')", name="status"),
        CheckConstraint("grace_days >= 0", name="grace_days"),
        Index("ix_membership_type_created_at_id", "created_at", "id"),
        Index("ix_membership_type_updated_at_id", "updated_at", "id"),
        Index("ix_membership_type_stale", "id", postgresql_where=text("stale_texts <> '{}'")),
    )
    personal = frozenset({"stale_texts"})
    drifting = ("names",)

    code: Mapped[str]
    names: Mapped[dict[str, str]] = mapped_column(Json(dict[str, str]))
    period: Mapped[Period] = mapped_column(Json(Period))
    grace_days: Mapped[int]
    entitlements: Mapped[list[str]]
    seats: Mapped[int | None]
    status: Mapped[str] = mapped_column(default="active")


class MembershipRow(Tracked, Base):
    """An organisation's membership of one type. What it is on a date is derived: see `tables.status`."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("number"),
        Index("ix_membership_organisation_id_id", "organisation_id", "id"),
        Index("ix_membership_type_id_id", "type_id", "id"),
        Index("ix_membership_created_at_id", "created_at", "id"),
        Index("ix_membership_updated_at_id", "updated_at", "id"),
    )
    # The office's own words, which partners must not find in the feed either; so with a decision's reason.
    personal = frozenset({"note"})

    organisation_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("organisation.id"))
    type_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("membership_type.id"))
    number: Mapped[str | None]
    note: Mapped[str | None]


class MembershipTermRow(Tracked, Base):
    """A stretch of days for which a membership was granted."""

    __tablename__ = "membership_term"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="dates"),
        CheckConstraint("grace_until >= ends_on", name="grace"),
        ExcludeConstraint(
            (text("uuidrange(membership_id, membership_id, '[]')"), "="),
            (text("daterange(starts_on, ends_on, '[]')"), "&&"),
            name="ex_membership_term_once",
        ),
        Index("ix_membership_term_membership_id_starts_on", "membership_id", "starts_on"),
        Index("ix_membership_term_starts_on_id", "starts_on", "id"),
        Index("ix_membership_term_ends_on_id", "ends_on", "id"),
        Index("ix_membership_term_grace_until", "grace_until"),
        Index("ix_membership_term_created_at_id", "created_at", "id"),
        Index("ix_membership_term_updated_at_id", "updated_at", "id"),
    )

    membership_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("membership.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    grace_until: Mapped[date]
    """Kept with the term, so that a later change of the type's grace does not change the past."""

    membership: Mapped[MembershipRow] = relationship(lazy="raise")

    def organisations_concerned(self) -> list[UUID]:
        return [self.membership.organisation_id]


class MembershipDecisionRow(Tracked, Base):
    """A resignation, expulsion or reinstatement, from a day on."""

    __tablename__ = "membership_decision"
    __table_args__ = (
        CheckConstraint("kind IN ('resignation', 'expulsion', 'reinstatement')", name="kind"),
        UniqueConstraint("membership_id", "effective_on", "place"),
        Index("ix_membership_decision_effective_on_id", "effective_on", "id"),
        Index("ix_membership_decision_created_at_id", "created_at", "id"),
        Index("ix_membership_decision_updated_at_id", "updated_at", "id"),
    )
    unlogged = Tracked.unlogged | {"place"}
    personal = frozenset({"reason"})

    membership_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("membership.id"))
    kind: Mapped[str]
    effective_on: Mapped[date]
    place: Mapped[int]
    """Its number within the membership: of several on one day the last one counts."""
    reason: Mapped[str | None]

    membership: Mapped[MembershipRow] = relationship(lazy="raise")

    def organisations_concerned(self) -> list[UUID]:
        return [self.membership.organisation_id]
