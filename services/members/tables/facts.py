"""What members knows of the other services' facts: who was at which event, and when somebody was last spoken to.

Copies, fed by changes (`inbox.py`); nothing here is written otherwise. Changes of different records arrive in any
order, so each handler fills in its own columns, and arrivals are counted up and down.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import Date, Index, Integer, Uuid, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from services.members.tables.base import Base


class EventFactRow(Base):
    """Which series an event is of, the year it begins in, and its last day."""

    __tablename__ = "event_fact"
    __table_args__ = (Index("ix_event_fact_series_id", "series_id"), Index("ix_event_fact_year", "year"))

    event_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    series_id: Mapped[UUID | None] = mapped_column(Uuid)
    year: Mapped[int | None]
    ends_on: Mapped[date | None]
    """At its venue; unknown of events that were last told of before the column was."""


class AttendanceFactRow(Base):
    """A registration: whose it is, who comes, for what, and whether the participant was let in."""

    __tablename__ = "attendance_fact"
    __table_args__ = (
        Index("ix_attendance_fact_organisation_id", "organisation_id"),
        Index("ix_attendance_fact_event_id_organisation_id", "event_id", "organisation_id"),
        Index("ix_attendance_fact_person_id", "person_id", postgresql_where=text("person_id IS NOT NULL")),
        # What is asked for later (features/segments/participants.py).
        Index("ix_attendance_fact_unasked", "registration_id", postgresql_where=text("person_version = 0")),
    )

    registration_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    organisation_id: Mapped[UUID | None] = mapped_column(Uuid)
    person_id: Mapped[UUID | None] = mapped_column(Uuid)
    person_version: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    """The registration's version that told who comes; 0 while nothing has, as with facts older than the column."""
    event_id: Mapped[UUID | None] = mapped_column(Uuid)
    status: Mapped[str | None]
    check_ins: Mapped[int] = mapped_column(Integer, server_default=text("0"))


class ContactFactRow(Base):
    """When an organisation was last spoken to; confidential talks are not known here."""

    __tablename__ = "contact_fact"
    __table_args__ = (Index("ix_contact_fact_last_on", "last_on"),)

    organisation_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    last_on: Mapped[date | None] = mapped_column(Date)


async def write_in_turn(session: AsyncSession) -> None:
    """Registrations, arrivals and answers touch the same rows of attendance, each in its own order: one transaction
    after the other."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("attendance_fact", 0))))
