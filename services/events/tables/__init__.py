"""Typed rows, one file an aggregate. Importing this package knows every table, for migrations."""

from services.events.tables.admission_type import AdmissionTypeRow
from services.events.tables.base import Base
from services.events.tables.check_in import CheckInRow
from services.events.tables.custom_field import CustomFieldRow, EventCustomValueRow, RegistrationCustomValueRow
from services.events.tables.event import EventRow
from services.events.tables.online_audience import OnlineAudienceRow
from services.events.tables.organisation_copy import OrganisationCopyRow
from services.events.tables.person_copy import PersonCopyRow
from services.events.tables.registration import RegistrationRow
from services.events.tables.series import SeriesRow

metadata = Base.metadata

__all__ = [
    "AdmissionTypeRow",
    "CheckInRow",
    "CustomFieldRow",
    "EventCustomValueRow",
    "EventRow",
    "OnlineAudienceRow",
    "OrganisationCopyRow",
    "PersonCopyRow",
    "RegistrationCustomValueRow",
    "RegistrationRow",
    "SeriesRow",
    "metadata",
]
