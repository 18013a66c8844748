"""What can be read of merges, and by whom."""

from uuid import UUID

from sqlalchemy import Uuid, and_, or_, true

from services.contracts.members.duplicate import Mergeable
from services.contracts.members.merge import Merge
from services.kit.filters import any_of, created_and_updated, where, yes_or_no
from services.kit.person_copies import kept_from_abroad
from services.kit.reading import CALLER_ORGANISATION, Resource, Rule, Sort
from services.members.features.about import holds
from services.members.features.transfer import not_agreed
from services.members.tables.merge import MergeRow

_READABLE = or_(MergeRow.resource == "organisations", holds("persons:read"))

# While they are one, what either agreed to is the winner's.
_NOT_AGREED = or_(not_agreed(MergeRow.winner_id), and_(MergeRow.undone_at.is_not(None), not_agreed(MergeRow.loser_id)))

merges = Resource(
    name="merge",
    path="/v1/merges",
    model=Merge,
    row=MergeRow,
    filters={
        "resource": any_of(MergeRow.resource, Mergeable, "Of organisations or of persons."),
        "winner_id": any_of(MergeRow.winner_id, UUID, "Into any of these records.", identifies=True),
        "loser_id": any_of(MergeRow.loser_id, UUID, "Of any of these records.", identifies=True),
        "record_id": where(
            UUID,
            Uuid(),
            lambda value: or_(MergeRow.winner_id == value, MergeRow.loser_id == value),
            "Of this record.",
            identifies=True,
        ),
        "undone": yes_or_no(MergeRow.undone_at.is_not(None), "Those that were undone, or those that were not."),
        "merged_by": any_of(MergeRow.merged_by, str, "Made by any of these, such as `user:<id>`."),
        "undone_by": any_of(MergeRow.undone_by, str, "Undone by any of these, such as `user:<id>`."),
        **created_and_updated(MergeRow),
    },
    facets=("resource", "merged_by", "undone", "undone_by"),
    sorts={"created_at": Sort(MergeRow.created_at), "updated_at": Sort(MergeRow.updated_at)},
    rules=(
        # A partner sees what became of its own organisation.
        Rule(
            "partner",
            lambda caller: caller.kind == "partner",
            and_(
                MergeRow.resource == "organisations",
                or_(MergeRow.winner_id == CALLER_ORGANISATION, MergeRow.loser_id == CALLER_ORGANISATION),
            ),
        ),
        Rule("staff", lambda _: True, and_(true(), _READABLE)),
    ),
    leaves_out=(kept_from_abroad(and_(MergeRow.resource == "persons", _NOT_AGREED)),),
)
