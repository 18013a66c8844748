"""What can be read of duplicates: whoever may read the records sees their candidates; partners see none."""

from uuid import UUID

from sqlalchemy import ColumnElement, Double, Float, Uuid, and_, case, cast, false, func, literal, or_, select
from sqlalchemy.dialects.postgresql import JSONB

from services.contracts.members.duplicate import (
    CandidateStatus,
    DuplicateCandidate,
    DuplicateScan,
    Mergeable,
    ScanState,
    Score,
)
from services.kit.filters import Column, any_of, created_and_updated, where
from services.kit.person_copies import kept_from_abroad
from services.kit.reading import Resource, Rule, Sort
from services.members.features.about import holds
from services.members.features.persons.queries import SENSITIVE_SCOPE
from services.members.features.transfer import not_agreed
from services.members.matching import LIKELY
from services.members.tables.duplicate import DuplicateCandidateRow, DuplicateScanRow
from services.members.tables.organisation import OrganisationRow
from services.members.tables.person import PersonRow

NO_PARTNERS = Rule("partner", lambda caller: caller.kind == "partner", false())

_SEES_ALL = holds(SENSITIVE_SCOPE)
_SCORE: ColumnElement[float] = case(
    (_SEES_ALL, DuplicateCandidateRow.sensitive_score), else_=DuplicateCandidateRow.score
)


def _readable(resource: Column) -> ColumnElement[bool]:
    return or_(resource == "organisations", holds("persons:read"))


def _summary(id: Column) -> ColumnElement[str]:
    parts = [
        select(func.jsonb_build_object("id", row.id, "names", row.names, "country", row.country, "status", row.status))
        .where(row.id == id)
        .scalar_subquery()
        for row in (OrganisationRow, PersonRow)
    ]
    return case((DuplicateCandidateRow.resource == "organisations", parts[0]), else_=parts[1])


candidates = Resource(
    name="duplicate candidate",
    path="/v1/duplicate-candidates",
    model=DuplicateCandidate,
    row=DuplicateCandidateRow,
    fields={
        "score": _SCORE,
        "reasons": case(
            (_SEES_ALL, DuplicateCandidateRow.reasons.op("||")(DuplicateCandidateRow.sensitive_reasons)),
            else_=DuplicateCandidateRow.reasons,
        ).cast(JSONB),
    },
    # That there is such a pair may itself tell of a sensitive field.
    partly_guarded=dict.fromkeys(("id", "score", "reasons"), SENSITIVE_SCOPE),
    filters={
        "resource": any_of(DuplicateCandidateRow.resource, Mergeable, "Of organisations or of persons."),
        "status": any_of(DuplicateCandidateRow.status, CandidateStatus, "Any of these states."),
        "decided_by": any_of(DuplicateCandidateRow.decided_by, str, "Dismissed by any of these, such as `user:<id>`."),
        "min_score": where(Score, Double(), lambda value: cast(value, Float) <= _SCORE, "At least this likely."),
        "record_id": where(
            UUID,
            Uuid(),
            lambda value: or_(DuplicateCandidateRow.left_id == value, DuplicateCandidateRow.right_id == value),
            "With this record.",
        ),
        **created_and_updated(DuplicateCandidateRow),
    },
    facets=("resource", "status", "decided_by"),
    sorts={
        "score": Sort(_SCORE),
        "created_at": Sort(DuplicateCandidateRow.created_at),
        "updated_at": Sort(DuplicateCandidateRow.updated_at),
    },
    expandable={"left": _summary(DuplicateCandidateRow.left_id), "right": _summary(DuplicateCandidateRow.right_id)},
    # One that is likely by sensitive fields only is not there for who may not see those.
    rules=(
        NO_PARTNERS,
        Rule("staff", lambda _: True, and_(_readable(DuplicateCandidateRow.resource), literal(LIKELY) <= _SCORE)),
    ),
    leaves_out=(
        kept_from_abroad(
            and_(
                DuplicateCandidateRow.resource == "persons",
                or_(not_agreed(DuplicateCandidateRow.left_id), not_agreed(DuplicateCandidateRow.right_id)),
            )
        ),
    ),
)

scans = Resource(
    name="duplicate scan",
    path="/v1/duplicate-scans",
    model=DuplicateScan,
    row=DuplicateScanRow,
    filters={
        "resource": any_of(DuplicateScanRow.resource, Mergeable, "Of organisations or of persons."),
        "state": any_of(DuplicateScanRow.state, ScanState, "Any of these states."),
        "started_by": any_of(DuplicateScanRow.started_by, str, "Asked for by any of these, such as `user:<id>`."),
        **created_and_updated(DuplicateScanRow),
    },
    facets=("resource", "state", "started_by"),
    sorts={"created_at": Sort(DuplicateScanRow.created_at), "updated_at": Sort(DuplicateScanRow.updated_at)},
    rules=(NO_PARTNERS, Rule("staff", lambda _: True, _readable(DuplicateScanRow.resource))),
)
