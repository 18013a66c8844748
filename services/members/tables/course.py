"""The course of memberships in SQL: when each began to count, was renewed, ceased to count, and began again.

A membership counts on the days on which it is `active` or in `grace` (`tables.status`). These days are the terms with
their grace, each until the next term begins, less the days on which a resignation or expulsion is in force.
"""

from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Select,
    and_,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.dialects.postgresql import DATERANGE, distinct_on

from services.members.tables.membership import MembershipDecisionRow, MembershipTermRow
from services.members.tables.status import ENDED

WHAT = ("joined", "renewed", "lapsed", "resigned", "expelled", "rejoined")
"""What can happen to a membership."""

_DAY: ColumnElement[int] = literal_column("1")


def _touched(name: str, first: ColumnElement[Any], last: ColumnElement[Any]) -> Select[Any]:
    """Memberships to which something may have happened from one day to another; each part is a range of an index."""
    term, decision = MembershipTermRow, MembershipDecisionRow
    found = union(
        select(term.membership_id).where(term.starts_on.between(first, last)),
        select(term.membership_id).where(term.grace_until.between(first - _DAY, last - _DAY)),
        select(decision.membership_id).where(decision.effective_on.between(first, last)),
    ).cte(name)
    return select(found.c.membership_id)


def runs(name: str, of: Select[Any] | None = None) -> CTE:
    """Runs of days on which memberships count: `starts_on`, `ends_before` and `number`, the first of a membership's
    being 1. Of all memberships, or of these. `name` is what the statement calls them."""
    days = _held(of).subquery("held")
    away = _away(of).subquery("away")
    counting = days.c.days.op("-")(func.coalesce(away.c.days, literal_column("'{}'::datemultirange")))
    each = (
        select(days.c.membership_id, func.unnest(counting, type_=DATERANGE).label("days"))
        .select_from(days.outerjoin(away, away.c.membership_id == days.c.membership_id))
        .subquery("each")
    )
    begins = func.lower(each.c.days, type_=Date())
    return select(
        each.c.membership_id,
        begins.label("starts_on"),
        func.upper(each.c.days, type_=Date()).label("ends_before"),
        func.row_number().over(partition_by=each.c.membership_id, order_by=begins).label("number"),
    ).cte(name)


def happenings(run: Any, of: Select[Any] | None = None) -> Select[Any]:
    """What happened to memberships, from their runs: `membership_id`, `what` and the day it happened `on`."""
    decision = _last_of_each_day(of).subquery("ending")
    ending = and_(
        decision.c.membership_id == run.c.membership_id,
        decision.c.effective_on == run.c.ends_before,
        decision.c.kind.in_([_text(kind) for kind in ENDED]),
    )
    began = case((run.c.number == 1, _text("joined")), else_=_text("rejoined"))
    ended = case(
        *[(decision.c.kind == _text(kind), _text(status)) for kind, status in ENDED.items()], else_=_text("lapsed")
    )
    term = MembershipTermRow
    within = and_(
        term.membership_id == run.c.membership_id,
        term.starts_on > run.c.starts_on,
        term.starts_on < run.c.ends_before,
    )
    return select(
        union_all(
            select(run.c.membership_id, began.label("what"), run.c.starts_on.label("on")),
            select(run.c.membership_id, ended.label("what"), run.c.ends_before.label("on")).select_from(
                run.outerjoin(decision, ending)
            ),
            select(run.c.membership_id, _text("renewed").label("what"), term.starts_on.label("on")).select_from(
                run.join(term, within)
            ),
        ).subquery("happening")
    )


def _held(of: Select[Any] | None) -> Select[Any]:
    term = MembershipTermRow
    following = func.lead(term.starts_on).over(partition_by=term.membership_id, order_by=term.starts_on)
    until = func.least(term.grace_until, following - _DAY)
    window = select(term.membership_id, term.starts_on, until.label("until"))
    if of is not None:
        window = window.where(term.membership_id.in_(of))
    one = window.subquery("term_window")
    days = func.range_agg(func.daterange(one.c.starts_on, one.c.until, literal_column("'[]'")))
    return select(one.c.membership_id, days.label("days")).group_by(one.c.membership_id)


def _last_of_each_day(of: Select[Any] | None) -> Select[*tuple[Any, ...]]:
    """The decisions that count: of several on one day the last one."""
    decision = MembershipDecisionRow
    query = select(decision.membership_id, decision.effective_on, decision.kind).ext(
        distinct_on(decision.membership_id, decision.effective_on)
    )
    if of is not None:
        query = query.where(decision.membership_id.in_(of))
    return query.order_by(decision.membership_id, decision.effective_on, decision.place.desc())


def _away(of: Select[Any] | None) -> Select[Any]:
    decided = _last_of_each_day(of).subquery("decided")
    following = func.lead(decided.c.effective_on).over(
        partition_by=decided.c.membership_id, order_by=decided.c.effective_on
    )
    one = select(decided.c.membership_id, decided.c.kind, decided.c.effective_on, following.label("until")).subquery(
        "in_force"
    )
    return (
        select(one.c.membership_id, func.range_agg(func.daterange(one.c.effective_on, one.c.until)).label("days"))
        .where(or_(*[one.c.kind == _text(kind) for kind in ENDED]))
        .group_by(one.c.membership_id)
    )


def happened(what: str, period: ColumnElement[Any]) -> Select[Any]:
    """The memberships to which this happened within a period, which is a text `first/last`."""
    first, last = (cast(func.split_part(period, literal_column("'/'"), literal_column(n)), Date) for n in ("1", "2"))
    of = _touched(f"touched_{what}", first, last)
    happening = happenings(runs(f"run_{what}", of), of).subquery("happened")
    return select(happening.c.membership_id).where(happening.c.what == _text(what), happening.c.on.between(first, last))


def _text(value: str) -> ColumnElement[str]:
    # Written out: the statement is the same each time, and the planner knows it.
    return literal_column(f"'{value}'::text")
