"""What a membership is on a day: one SQL expression, used by every list, record, filter and report.

The decision in force is the last one that counts by then. A resignation or expulsion in force decides; otherwise the
last term that has begun does: within it `active`, within its grace `grace`, after that `lapsed`; before all, `pending`.
"""

from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, FromClause, Select, case, literal, literal_column, select, true
from sqlalchemy.dialects.postgresql import distinct_on

from services.members.tables.membership import MembershipDecisionRow, MembershipRow, MembershipTermRow

Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])

ENDED = {"resignation": "resigned", "expulsion": "expelled"}
"""Decisions that end a membership, and what it is then."""


MEMBER = ("active", "grace")
"""What counts as being a member."""


@dataclass(frozen=True, slots=True)
class StatusOn:
    """The status of `membership` on a day, and the rows it follows from; join them before using it."""

    day: ColumnElement[Any]
    term: FromClause
    decision: FromClause
    on: tuple[ColumnElement[bool], ColumnElement[bool]] = (true(), true())
    """How these are joined to `membership`."""

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

    @classmethod
    def of_all(cls, day: ColumnElement[Any]) -> "StatusOn":
        """The same for a statement that reads all memberships: both tables are read once, not once a membership."""
        term, decision = MembershipTermRow, MembershipDecisionRow
        last_term = (
            select(term.membership_id, term.id, term.starts_on, term.ends_on, term.grace_until)
            .where(term.starts_on <= day)
            .ext(distinct_on(term.membership_id))
            .order_by(term.membership_id, term.starts_on.desc())
            .subquery("term_on_day")
        )
        last_decision = (
            select(decision.membership_id, decision.kind, decision.effective_on)
            .where(decision.effective_on <= day)
            .ext(distinct_on(decision.membership_id))
            .order_by(decision.membership_id, decision.effective_on.desc(), decision.place.desc())
            .subquery("decision_on_day")
        )
        on = (last_term.c.membership_id == MembershipRow.id, last_decision.c.membership_id == MembershipRow.id)
        return cls(day, last_term, last_decision, on)

    def joined(self, query: Query) -> Query:
        """The query with the rows that `value` speaks of."""
        return query.outerjoin(self.term, self.on[0]).outerjoin(self.decision, self.on[1])

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

    @property
    def counts(self) -> ColumnElement[bool]:
        """Whether the status is that of a member."""
        return self.value.in_([literal_column(f"'{status}'") for status in MEMBER])
