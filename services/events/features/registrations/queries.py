"""What can be read of registrations, and by whom."""

from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Text, func, select

from services.contracts.base import Email
from services.contracts.codes import CountryCode
from services.contracts.events.registration import CancelReason, PriceStatus, Registration, RegistrationStatus
from services.events.features.events.queries import event_summary
from services.events.features.references import REFERENCES
from services.events.tables.admission_type import AdmissionTypeRow
from services.events.tables.check_in import CheckInRow
from services.events.tables.custom_field import CustomFieldRow, RegistrationCustomValueRow
from services.events.tables.event import EventRow
from services.events.tables.organisation_copy import OrganisationCopyRow
from services.events.tables.person_copy import PersonCopyRow
from services.events.tables.registration import RegistrationRow
from services.kit.custom.declared import Custom
from services.kit.filters import any_of, created_and_updated, flag, where
from services.kit.person_copies import kept_from_abroad, not_agreed
from services.kit.reading import CALLER_ORGANISATION, EVERY_ROW, Resource, Rule, Sort

OWN_ORGANISATION = Rule(
    "partner", lambda caller: caller.kind == "partner", RegistrationRow.organisation_id == CALLER_ORGANISATION
)

_CHECK_IN = select(CheckInRow.created_at).where(CheckInRow.registration_id == RegistrationRow.id)
PARTICIPANT: ColumnElement[object] = func.jsonb_build_object(
    "names",
    RegistrationRow.names,
    "email",
    RegistrationRow.email,
    "phone",
    RegistrationRow.phone,
    "country",
    RegistrationRow.country,
    "job_title",
    RegistrationRow.job_title,
)
_ADMISSION_TYPE = (
    select(func.jsonb_build_object("id", AdmissionTypeRow.id, "names", AdmissionTypeRow.names))
    .where(AdmissionTypeRow.id == RegistrationRow.admission_type_id)
    .scalar_subquery()
)
_ORGANISATION = (
    select(func.jsonb_build_object("id", OrganisationCopyRow.id, "names", OrganisationCopyRow.names))
    .where(OrganisationCopyRow.id == RegistrationRow.organisation_id)
    .scalar_subquery()
)

registrations = Resource(
    name="registration",
    path="/v1/registrations",
    model=Registration,
    row=RegistrationRow,
    custom=Custom(
        service="events",
        resource="registration",
        row=RegistrationRow,
        fields=CustomFieldRow,
        values=RegistrationCustomValueRow,
        reads="registrations:read",
        references=REFERENCES,
    ),
    fields={"participant": PARTICIPANT, "checked_in_at": _CHECK_IN.scalar_subquery()},
    # Who holds a code can be let in with it: only those who may register, and so send it to the participant, see it.
    guarded={"code": "registrations:write"},
    filters={
        "event_id": any_of(RegistrationRow.event_id, UUID, "For any of these events."),
        "admission_type_id": any_of(RegistrationRow.admission_type_id, UUID, "Of any of these admission types."),
        "organisation_id": any_of(RegistrationRow.organisation_id, UUID, "Sent by any of these organisations."),
        "person_id": any_of(RegistrationRow.person_id, UUID, "Of any of members' persons.", identifies=True),
        "status": any_of(RegistrationRow.status, RegistrationStatus, "Any of these states."),
        "price_status": any_of(RegistrationRow.price_status, PriceStatus, "Price confirmed, or to be confirmed."),
        "price_basis": any_of(RegistrationRow.price_basis, Literal["standard", "member"], "At any of these prices."),
        "cancel_reason": any_of(RegistrationRow.cancel_reason, CancelReason, "Cancelled for any of these reasons."),
        "country": any_of(RegistrationRow.country, CountryCode, "Participants from any of these countries."),
        "email": where(
            Email,
            Text(),
            lambda value: RegistrationRow.email_key == func.lower(value),
            "The participant's address.",
            identifies=True,
        ),
        "checked_in": flag(_CHECK_IN.exists(), "Whether the participant was let in."),
        **created_and_updated(RegistrationRow),
    },
    facets=(
        "status",
        "event_id",
        "admission_type_id",
        "price_basis",
        "price_status",
        "cancel_reason",
        "country",
        "organisation_id",
        "checked_in",
    ),
    sorts={
        "name": Sort(RegistrationRow.sort_name),
        "waitlist_number": Sort(RegistrationRow.waitlist_number, nullable=True),
        "created_at": Sort(RegistrationRow.created_at),
        "updated_at": Sort(RegistrationRow.updated_at),
    },
    search=RegistrationRow.search,
    expandable={
        "event": event_summary(EventRow.id == RegistrationRow.event_id),
        "admission_type": _ADMISSION_TYPE,
        "organisation": _ORGANISATION,
    },
    rules=(OWN_ORGANISATION, EVERY_ROW),
    leaves_out=(kept_from_abroad(not_agreed(RegistrationRow.person_id, PersonCopyRow)),),
)
