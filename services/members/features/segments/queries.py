"""What can be read of segments and lists, and by whom: they are the office's own, so partners see none."""

from uuid import UUID

from sqlalchemy import case, false, literal

from services.contracts.members.segment import Segment, SegmentEntry, SegmentKind, SegmentResource
from services.kit.filters import any_of, created_and_updated
from services.kit.person_copies import kept_from_abroad
from services.kit.reading import EVERY_ROW, Resource, Rule, Sort
from services.members.features.transfer import not_agreed
from services.members.tables.segment import SegmentEntryRow, SegmentRow

_NO_PARTNERS = Rule("partner", lambda caller: caller.kind == "partner", false())

_KIND = case((SegmentRow.definition.is_(None), literal("list")), else_=literal("filter"))

segments = Resource(
    name="segment",
    path="/v1/segments",
    model=Segment,
    row=SegmentRow,
    fields={"kind": _KIND},
    filters={
        "resource": any_of(SegmentRow.resource, SegmentResource, "Of organisations or of persons."),
        "kind": any_of(_KIND, SegmentKind, "Found by what holds for them, or put on it."),
        **created_and_updated(SegmentRow),
    },
    facets=("resource", "kind"),
    sorts={
        "name": Sort(SegmentRow.sort_name),
        "created_at": Sort(SegmentRow.created_at),
        "updated_at": Sort(SegmentRow.updated_at),
    },
    search=SegmentRow.search,
    rules=(_NO_PARTNERS, EVERY_ROW),
)

segment_entries = Resource(
    name="segment entry",
    path="/v1/segment-entries",
    model=SegmentEntry,
    row=SegmentEntryRow,
    filters={
        "segment_id": any_of(SegmentEntryRow.segment_id, UUID, "On any of these lists."),
        "organisation_id": any_of(SegmentEntryRow.organisation_id, UUID, "Any of these organisations."),
        "person_id": any_of(SegmentEntryRow.person_id, UUID, "Any of these persons.", identifies=True),
        **created_and_updated(SegmentEntryRow),
    },
    facets=("segment_id",),
    sorts={"created_at": Sort(SegmentEntryRow.created_at), "updated_at": Sort(SegmentEntryRow.updated_at)},
    rules=(
        _NO_PARTNERS,
        Rule(
            "without persons",
            lambda caller: not caller.holds("persons:read"),
            SegmentEntryRow.person_id.is_(None),
        ),
        EVERY_ROW,
    ),
    leaves_out=(kept_from_abroad(not_agreed(SegmentEntryRow.person_id)),),
)
