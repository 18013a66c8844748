"""What can be read of interactions, and by whom."""

from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, any_, func, not_, or_, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from services.contracts.base import CalendarDate
from services.contracts.liaison.colleague import Subject
from services.contracts.liaison.interaction import Confidentiality, Interaction, InteractionChannel
from services.kit.filters import any_of, between, created_and_updated, where
from services.kit.person_copies import not_agreed
from services.kit.reading import Resource, Sort
from services.kit.shape import CALLER_ABROAD
from services.liaison.callers import rules, seen_with_its_counterpart
from services.liaison.features.counterparts.queries import brief
from services.liaison.tables import ContactRow, CounterpartRow, InteractionContactRow, InteractionRow, PersonCopyRow

_CONTACTS = (
    select(
        func.coalesce(
            func.jsonb_agg(
                aggregate_order_by(
                    func.jsonb_build_object("id", ContactRow.id, "names", ContactRow.names, "title", ContactRow.title),
                    ContactRow.precedence.asc().nulls_last(),
                    ContactRow.id,
                )
            ),
            func.jsonb_build_array(),
        )
    )
    .where(
        ContactRow.id == any_(InteractionRow.contact_ids),
        seen_with_its_counterpart(ContactRow.counterpart_id),
        or_(not_(CALLER_ABROAD), not_(not_agreed(ContactRow.person_id, PersonCopyRow))),
    )
    .scalar_subquery()
)

_one_of_ours = func.jsonb_array_elements(InteractionRow.ours).table_valued("value", name="one_of_ours")
_SUBJECT = _one_of_ours.c["value"].cast(JSONB)["subject"].astext
_OUR_SUBJECTS = func.array(
    select(_SUBJECT).distinct().select_from(_one_of_ours).where(_SUBJECT.is_not(None)).scalar_subquery(),
    type_=ARRAY(Text),
)

interactions = Resource(
    name="interaction",
    path="/v1/interactions",
    model=Interaction,
    row=InteractionRow,
    filters={
        "counterpart_id": any_of(InteractionRow.counterpart_id, UUID, "With any of these counterparts."),
        "organisation_id": where(
            UUID,
            Uuid(),
            lambda value: InteractionRow.counterpart_id.in_(
                select(CounterpartRow.id).where(CounterpartRow.organisation_id == value)
            ),
            "With counterparts that are this organisation.",
        ),
        "channel": any_of(InteractionRow.channel, InteractionChannel, "Any of these channels."),
        "confidentiality": any_of(InteractionRow.confidentiality, Confidentiality, "Any of these."),
        "contact_id": where(
            UUID,
            Uuid(),
            lambda value: InteractionRow.id.in_(
                select(InteractionContactRow.interaction_id).where(InteractionContactRow.contact_id == value)
            ),
            "This contact took part.",
        ),
        "colleague": where(
            Subject,
            Text(),
            lambda value: InteractionRow.ours.bool_op("@>")(
                func.jsonb_build_array(func.jsonb_build_object("subject", value))
            ),
            "This user of ours took part.",
            column=_OUR_SUBJECTS,
        ),
        **between("occurred_on", InteractionRow.occurred_on, CalendarDate),
        **created_and_updated(InteractionRow),
    },
    facets=("counterpart_id", "channel", "confidentiality", "colleague"),
    sorts={
        "occurred_on": Sort(InteractionRow.occurred_on),
        "channel": Sort(InteractionRow.channel),
        "created_at": Sort(InteractionRow.created_at),
        "updated_at": Sort(InteractionRow.updated_at),
    },
    search=InteractionRow.search,
    expandable={"counterpart": brief(InteractionRow.counterpart_id), "contacts": _CONTACTS},
    rules=rules(InteractionRow.counterpart_id, InteractionRow.confidentiality),
)
