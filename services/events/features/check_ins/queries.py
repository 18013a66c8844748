"""What can be read of check-ins, and by whom."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from services.contracts.events.check_in import CheckIn
from services.events.tables.admission_type import AdmissionTypeRow
from services.events.tables.check_in import CheckInRow
from services.events.tables.person_copy import PersonCopyRow
from services.events.tables.registration import RegistrationRow
from services.kit.filters import any_of, created_and_updated
from services.kit.person_copies import kept_from_abroad, not_agreed
from services.kit.reading import CALLER_ORGANISATION, EVERY_ROW, Resource, Rule, Sort

_OWN = aliased(RegistrationRow)
OWN_ORGANISATION = Rule(
    "partner",
    lambda caller: caller.kind == "partner",
    select(_OWN.id).where(_OWN.id == CheckInRow.registration_id, _OWN.organisation_id == CALLER_ORGANISATION).exists(),
)

_OF = aliased(RegistrationRow)
_NOT_AGREED = select(_OF.id).where(not_agreed(_OF.person_id, PersonCopyRow))


def _with_registration(query: Select[Any]) -> Select[Any]:
    return query.join(RegistrationRow, RegistrationRow.id == CheckInRow.registration_id).join(
        AdmissionTypeRow, AdmissionTypeRow.id == RegistrationRow.admission_type_id
    )


check_ins = Resource(
    name="check-in",
    path="/v1/check-ins",
    model=CheckIn,
    row=CheckInRow,
    fields={
        "event_id": RegistrationRow.event_id,
        "participant_names": RegistrationRow.names,
        "admission_type_names": AdmissionTypeRow.names,
    },
    filters={
        "event_id": any_of(RegistrationRow.event_id, UUID, "At any of these events."),
        "registration_id": any_of(CheckInRow.registration_id, UUID, "Of any of these registrations."),
        "place": any_of(CheckInRow.place, str, "At any of these doors or devices, as written."),
        "checked_in_by": any_of(CheckInRow.checked_in_by, str, "Let in by any of these, such as `user:<id>`."),
        **created_and_updated(CheckInRow),
    },
    facets=("event_id", "place", "checked_in_by"),
    sorts={
        "created_at": Sort(CheckInRow.created_at),
        "updated_at": Sort(CheckInRow.updated_at),
    },
    joins=_with_registration,
    rules=(OWN_ORGANISATION, EVERY_ROW),
    leaves_out=(kept_from_abroad(CheckInRow.registration_id.in_(_NOT_AGREED)),),
)
