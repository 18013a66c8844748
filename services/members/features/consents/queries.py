"""What can be read of consents, and by whom."""

from uuid import UUID

from sqlalchemy import select

from services.contracts.base import Instant
from services.contracts.members.consent import Consent, ConsentChannel
from services.contracts.members.purpose import Decision, PurposeKey
from services.kit.filters import any_of, between, created_and_updated, flag
from services.kit.person_copies import kept_from_abroad
from services.kit.reading import EVERY_ROW, Resource, Rule, Sort
from services.members.features.persons.queries import OF_OWN_ORGANISATION, SUMMARY
from services.members.features.transfer import not_agreed
from services.members.tables.consent import ConsentRow, ConsentStateRow
from services.members.tables.person import PersonRow

_CURRENT = select(ConsentStateRow.consent_id).where(ConsentStateRow.consent_id == ConsentRow.id).exists()
_OWN_PERSONS = select(PersonRow.id).where(OF_OWN_ORGANISATION.where)  # type: ignore[arg-type] # it has one

consents = Resource(
    name="consent",
    path="/v1/consents",
    model=Consent,
    row=ConsentRow,
    fields={"current": _CURRENT},
    filters={
        "person_id": any_of(ConsentRow.person_id, UUID, "Of any of these persons.", identifies=True),
        "purpose": any_of(ConsentRow.purpose, PurposeKey, "To any of these purposes."),
        "decision": any_of(ConsentRow.decision, Decision, "Given, or withdrawn."),
        "channel": any_of(ConsentRow.channel, ConsentChannel, "Said in any of these ways."),
        "current": flag(_CURRENT, "Only what counts now, or only what did."),
        "recorded_by": any_of(ConsentRow.recorded_by, str, "Entered by any of these, such as `user:<id>`."),
        **between("decided_at", ConsentRow.decided_at, Instant),
        **created_and_updated(ConsentRow),
    },
    sorts={
        "decided_at": Sort(ConsentRow.decided_at),
        "created_at": Sort(ConsentRow.created_at),
        "updated_at": Sort(ConsentRow.updated_at),
    },
    facets=("purpose", "decision", "channel", "current", "recorded_by"),
    expandable={
        "person": select(SUMMARY).where(PersonRow.id == ConsentRow.person_id).correlate(ConsentRow).scalar_subquery()
    },
    rules=(
        Rule("partner", lambda caller: caller.kind == "partner", ConsentRow.person_id.in_(_OWN_PERSONS)),
        EVERY_ROW,
    ),
    leaves_out=(kept_from_abroad(not_agreed(ConsentRow.person_id)),),
)
