"""Custom fields of organisations, persons and sites, and the values they are found by."""

from uuid import UUID

from sqlalchemy.orm import Mapped

from services.kit.custom.tables import CustomFieldColumns, CustomValueColumns, refers_to
from services.members.tables.base import Base


class CustomFieldRow(CustomFieldColumns, Base):
    """A definition."""


class OrganisationCustomValueRow(CustomValueColumns, Base):
    """A value that an organisation holds."""

    holder = "organisation"
    targets = ("organisation", "person")

    organisation_id: Mapped[UUID | None] = refers_to("organisation")
    person_id: Mapped[UUID | None] = refers_to("person")


class PersonCustomValueRow(CustomValueColumns, Base):
    """A value that a person holds."""

    holder = "person"
    targets = ("organisation", "person")

    organisation_id: Mapped[UUID | None] = refers_to("organisation")
    person_id: Mapped[UUID | None] = refers_to("person")


class SiteCustomValueRow(CustomValueColumns, Base):
    """A value that a site holds."""

    holder = "site"
    targets = ("organisation", "person")

    organisation_id: Mapped[UUID | None] = refers_to("organisation")
    person_id: Mapped[UUID | None] = refers_to("person")
