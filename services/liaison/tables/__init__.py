"""Typed rows, one file an aggregate. Importing this package knows every table, for migrations."""

from services.liaison.tables.base import Base
from services.liaison.tables.contact import ContactRow
from services.liaison.tables.counterpart import CounterpartIdentifierRow, CounterpartRow
from services.liaison.tables.custom_field import CounterpartCustomValueRow, CustomFieldRow
from services.liaison.tables.follow_up import FollowUpRow
from services.liaison.tables.interaction import InteractionContactRow, InteractionRow
from services.liaison.tables.organisation_contact import OrganisationContactRow
from services.liaison.tables.organisation_copy import OrganisationCopyRow
from services.liaison.tables.person_copy import PersonCopyRow

metadata = Base.metadata

__all__ = [
    "ContactRow",
    "CounterpartCustomValueRow",
    "CounterpartIdentifierRow",
    "CounterpartRow",
    "CustomFieldRow",
    "FollowUpRow",
    "InteractionContactRow",
    "InteractionRow",
    "OrganisationContactRow",
    "OrganisationCopyRow",
    "PersonCopyRow",
    "metadata",
]
