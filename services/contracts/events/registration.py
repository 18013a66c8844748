"""Registrations: who comes to an event, on which terms, and who waits for a place."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import MISSING, Field
from typing_extensions import TypeAliasType

from services.contracts.base import (
    Email,
    Input,
    Instant,
    Label,
    Money,
    Names,
    NamesPatch,
    Output,
    Phone,
    PhoneInput,
)
from services.contracts.codes import CountryCode
from services.contracts.custom_field import CustomValues, CustomValuesPatch
from services.contracts.events.admission_type import AdmissionTypeSummary
from services.contracts.events.event import EventSummary

RegistrationStatus = TypeAliasType("RegistrationStatus", Literal["confirmed", "waitlisted", "cancelled"])
PriceStatus = TypeAliasType("PriceStatus", Literal["confirmed", "to_be_confirmed"])
CancelReason = TypeAliasType("CancelReason", Literal["asked_for", "not_eligible"])


class Participant(Input):
    """The person who comes."""

    names: Names = Field(examples=[{"zh": "何青山", "en": "He Qingshan"}])
    email: Email | None = Field(
        None, description="One place an address and event.", examples=["qingshan.he@example.org"]
    )
    phone: PhoneInput | None = None
    country: CountryCode | None = Field(None, description="ISO 3166-1; counted in the attendance.", examples=["CN"])
    job_title: Label | None = Field(None, description="At the organisation.", examples=["Deputy director"])


class ParticipantUpdate(Input):
    """What changes about the person, or another person in the same place."""

    names: NamesPatch | MISSING = MISSING
    email: Email | None | MISSING = MISSING
    phone: PhoneInput | None | MISSING = MISSING
    country: CountryCode | None | MISSING = MISSING
    job_title: Label | None | MISSING = MISSING


class RegistrationCreate(Input):
    """A new registration, for the event that the admission type is of."""

    admission_type_id: UUID
    organisation_id: UUID | None = Field(
        None,
        description="Members' organisation that sends the participant; decides the member price. "
        "A partner's key registers for its own organisation, also when this is left out.",
        examples=[None],
    )
    person_id: UUID | None = Field(
        None, description="The person in members, where it is known who it is.", examples=[None]
    )
    participant: Participant
    custom: CustomValues = Field({}, description="Custom fields, by key.", examples=[{}])


class RegistrationUpdate(Input):
    """What changes; left out keeps, null clears (RFC 7396)."""

    person_id: UUID | None | MISSING = Field(MISSING, description="The person in members.", examples=[None])
    participant: ParticipantUpdate | MISSING = MISSING
    custom: CustomValuesPatch | MISSING = Field(MISSING, examples=[{}])


class CancellationCreate(Input):
    """The end of a registration."""

    note: Annotated[Label | None, Field(description="For the record.", examples=["Cannot travel"])] = None


class ParticipantShown(Output):
    """The person who comes."""

    names: Names
    email: str | None = None
    phone: Phone | None = None
    country: CountryCode | None = None
    job_title: str | None = None


class OrganisationCopy(Output):
    """A copy of a members' organisation; `names` is null until members has told them."""

    id: UUID
    names: Names | None = None


class Registration(Output):
    """A registration."""

    id: UUID
    event_id: UUID
    admission_type_id: UUID
    organisation_id: UUID | None = None
    person_id: UUID | None = Field(None, description="The person in members, where it is known who it is.")
    participant: ParticipantShown
    status: RegistrationStatus = Field(description="A place, a place on the waitlist, or neither any more.")
    waitlist_number: int | None = Field(
        None, description="Order on the event's waitlist, lower first; null when not on it."
    )
    price: Money = Field(description="Provisional while `price_status` is `to_be_confirmed`.")
    price_basis: Literal["standard", "member"] = Field(description="Whose price it is.")
    price_status: PriceStatus = Field(
        description="`to_be_confirmed` while members cannot be asked; it is asked again until it answers."
    )
    cancel_reason: CancelReason | None = Field(
        None, description="`not_eligible`: members answered later that the organisation is no member."
    )
    cancel_note: str | None = Field(None, description="As given with the cancellation.")
    cancelled_at: Instant | None = Field(None, description="When it was cancelled.")
    checked_in_at: Instant | None = Field(None, description="When the code was read at the door.")
    code: str | None = Field(None, description="What the QR code says at the door. Shown to those who may register.")
    custom: CustomValues = Field(description="Custom fields, by key; one without a value is left out.")
    version: int = Field(description="Raised by each change.")
    created_at: Instant
    updated_at: Instant
    event: EventSummary | MISSING = Field(MISSING, description="With `expand=event`.")
    admission_type: AdmissionTypeSummary | MISSING = Field(MISSING, description="With `expand=admission_type`.")
    organisation: OrganisationCopy | None = Field(None, description="With `expand=organisation`.")
