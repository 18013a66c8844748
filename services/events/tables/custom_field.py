"""Custom fields of events and registrations, and the values they are found by."""

from uuid import UUID

from sqlalchemy.orm import Mapped

from services.events.tables.base import Base
from services.kit.custom.tables import CustomFieldColumns, CustomValueColumns, refers_to


class CustomFieldRow(CustomFieldColumns, Base):
    """A definition."""


class EventCustomValueRow(CustomValueColumns, Base):
    """A value that an event holds."""

    holder = "event"
    targets = ("organisation",)

    organisation_id: Mapped[UUID | None] = refers_to("organisation_copy")


class RegistrationCustomValueRow(CustomValueColumns, Base):
    """A value that a registration holds."""

    holder = "registration"
    targets = ("organisation",)

    organisation_id: Mapped[UUID | None] = refers_to("organisation_copy")
