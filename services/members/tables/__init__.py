"""Typed rows, one file an aggregate. Importing this package knows every table, for migrations."""

from services.members.tables.base import Base
from services.members.tables.organisation import OrganisationIdentifierRow, OrganisationRow

metadata = Base.metadata

__all__ = ["OrganisationIdentifierRow", "OrganisationRow", "metadata"]
