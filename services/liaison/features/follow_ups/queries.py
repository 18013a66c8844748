"""What can be read of follow-ups, and by whom."""

from uuid import UUID

from sqlalchemy import Uuid, and_, func, select

from services.contracts.base import CalendarDate, Instant
from services.contracts.liaison.follow_up import FollowUp, FollowUpStatus
from services.contracts.liaison.interaction import Confidentiality
from services.kit.filters import any_of, between, created_and_updated, where, yes_or_no
from services.kit.reading import Resource, Sort
from services.liaison.callers import rules
from services.liaison.features.calendar import AS_OF, PARAMETERS
from services.liaison.features.counterparts.queries import brief, owned_by
from services.liaison.tables import CounterpartRow, FollowUpRow, InteractionRow
from services.liaison.tables.follow_up import OPEN

_OVERDUE = and_(FollowUpRow.status == OPEN, FollowUpRow.due_on < AS_OF)

# No rule of its own: whoever sees the follow-up sees its interaction, which is exactly as confidential.
_INTERACTION = (
    select(
        func.jsonb_build_object(
            "id",
            InteractionRow.id,
            "channel",
            InteractionRow.channel,
            "occurred_on",
            InteractionRow.occurred_on,
            "subject",
            InteractionRow.subject,
        )
    )
    .where(InteractionRow.id == FollowUpRow.interaction_id)
    .scalar_subquery()
)

follow_ups = Resource(
    name="follow-up",
    path="/v1/follow-ups",
    model=FollowUp,
    row=FollowUpRow,
    fields={"overdue": _OVERDUE},
    filters={
        "counterpart_id": any_of(FollowUpRow.counterpart_id, UUID, "About any of these counterparts."),
        "interaction_id": any_of(FollowUpRow.interaction_id, UUID, "Out of any of these interactions."),
        "organisation_id": where(
            UUID,
            Uuid(),
            lambda value: FollowUpRow.counterpart_id.in_(
                select(CounterpartRow.id).where(CounterpartRow.organisation_id == value)
            ),
            "About counterparts that are this organisation.",
        ),
        "owner": owned_by(FollowUpRow.owner_subject, FollowUpRow.owner_name),
        "status": any_of(FollowUpRow.status, FollowUpStatus, "Any of these states."),
        "confidentiality": any_of(FollowUpRow.confidentiality, Confidentiality, "Any of these."),
        "closed_by": any_of(FollowUpRow.closed_by, str, "Closed by any of these, such as `user:<id>`."),
        "overdue": yes_or_no(_OVERDUE, "Whether it is open and was due before `as_of`."),
        **between("due_on", FollowUpRow.due_on, CalendarDate),
        **between("closed_at", FollowUpRow.closed_at, Instant),
        **created_and_updated(FollowUpRow),
    },
    facets=("counterpart_id", "owner", "status", "confidentiality", "closed_by", "overdue"),
    sorts={
        "due_on": Sort(FollowUpRow.due_on),
        "status": Sort(FollowUpRow.status),
        "closed_at": Sort(FollowUpRow.closed_at, nullable=True),
        "created_at": Sort(FollowUpRow.created_at),
        "updated_at": Sort(FollowUpRow.updated_at),
    },
    search=FollowUpRow.search,
    expandable={"counterpart": brief(FollowUpRow.counterpart_id), "interaction": _INTERACTION},
    rules=rules(FollowUpRow.counterpart_id, FollowUpRow.confidentiality),
    parameters=PARAMETERS,
)
