"""What a membership is on a day: one SQL expression, used by every list, record, filter and report.

The decision in force is the last one that counts by then. A resignation or expulsion in force decides; otherwise the
last term that has begun does: within it `active`, within its grace `grace`, after that `lapsed`; before all, `pending`.
"""

from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, case, literal, select, true
from sqlalchemy.sql.selectable import LateralFromClause

from services.members.tables.membership import MembershipDecisionRow, MembershipRow, MembershipTermRow

Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])

ENDED = {"resignation": "resigned", "expulsion": "expelled"}
"""Decisions that end a membership, and what it is then."""


@dataclass(frozen=True, slots=True)
class StatusOn:
    """The status of `membership` on a day, and the rows it follows from; join them before using it."""

    day: ColumnElement[Any]
    term: LateralFromClause
    decision: LateralFromClause

    @classmethod
    def of(cls, day: ColumnElement[Any]) -> "StatusOn":
        """The status on a day, which may be a bind parameter."""
        term = (
            select(
                MembershipTermRow.id,
                MembershipTermRow.starts_on,
                MembershipTermRow.ends_on,
                MembershipTermRow.grace_until,
            )
            .where(MembershipTermRow.membership_id == MembershipRow.id, MembershipTermRow.starts_on <= day)
            .order_by(MembershipTermRow.starts_on.desc())
            .limit(1)
            .lateral("term_on_day")
        )
        decision = (
            select(MembershipDecisionRow.kind, MembershipDecisionRow.effective_on)
            .where(MembershipDecisionRow.membership_id == MembershipRow.id, MembershipDecisionRow.effective_on <= day)
            .order_by(MembershipDecisionRow.effective_on.desc(), MembershipDecisionRow.place.desc())
            .limit(1)
            .lateral("decision_on_day")
        )
        return cls(day, term, decision)

    def joined(self, query: Query) -> Query:
        """The query with the rows that `value` speaks of."""
        return query.outerjoin(self.term, true()).outerjoin(self.decision, true())

    @property
    def value(self) -> ColumnElement[str]:
        """The status."""
        return case(
            *[(self.decision.c.kind == kind, literal(status)) for kind, status in ENDED.items()],
            (self.term.c.starts_on.is_(None), literal("pending")),
            (self.day <= self.term.c.ends_on, literal("active")),
            (self.day <= self.term.c.grace_until, literal("grace")),
            else_=literal("lapsed"),
        )
