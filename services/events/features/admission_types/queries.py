"""What can be read of admission types, and by whom."""

from uuid import UUID

from sqlalchemy import select

from services.contracts.events.admission_type import AdmissionType, Eligibility, Presence
from services.events.features.events.queries import SEEN_BY_PARTNER, event_summary
from services.events.tables.admission_type import AdmissionTypeRow
from services.events.tables.event import EventRow
from services.kit.drift import stale
from services.kit.filters import any_of, created_and_updated
from services.kit.reading import EVERY_ROW, Resource, Rule, Sort

_OF_SEEN_EVENT = Rule(
    "partner",
    lambda caller: caller.kind == "partner",
    select(EventRow.id)
    .where(EventRow.id == AdmissionTypeRow.event_id, SEEN_BY_PARTNER)
    .correlate(AdmissionTypeRow)
    .exists(),
)

admission_types = Resource(
    name="admission type",
    path="/v1/admission-types",
    model=AdmissionType,
    row=AdmissionTypeRow,
    staff_only_fields=frozenset({"stale_texts"}),
    filters={
        "event_id": any_of(AdmissionTypeRow.event_id, UUID, "Of any of these events."),
        "presence": any_of(AdmissionTypeRow.presence, Presence, "On site or online."),
        "eligibility": any_of(AdmissionTypeRow.eligibility, Eligibility, "For everyone or for members."),
        "stale": stale(AdmissionTypeRow),
        **created_and_updated(AdmissionTypeRow),
    },
    facets=("event_id", "presence", "eligibility", "stale"),
    sorts={
        "created_at": Sort(AdmissionTypeRow.created_at),
        "updated_at": Sort(AdmissionTypeRow.updated_at),
    },
    expandable={"event": event_summary(EventRow.id == AdmissionTypeRow.event_id)},
    rules=(_OF_SEEN_EVENT, EVERY_ROW),
)
