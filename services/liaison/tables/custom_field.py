"""Custom fields of counterparts, and the values they are found by."""

from uuid import UUID

from sqlalchemy.orm import Mapped

from services.kit.custom.tables import CustomFieldColumns, CustomValueColumns, refers_to
from services.liaison.tables.base import Base


class CustomFieldRow(CustomFieldColumns, Base):
    """A definition."""


class CounterpartCustomValueRow(CustomValueColumns, Base):
    """A value that a counterpart holds."""

    holder = "counterpart"
    targets = ("organisation",)

    organisation_id: Mapped[UUID | None] = refers_to("organisation_copy")
