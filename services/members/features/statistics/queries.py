"""Counting memberships: two statements, whatever the number of periods and of memberships."""

from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    Date,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    distinct,
    func,
    literal_column,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.sql.elements import Grouping

from services.kit.statement import Statement
from services.members.tables.course import happenings, runs
from services.members.tables.membership import MembershipRow, MembershipTypeRow
from services.members.tables.organisation import OrganisationRow
from services.members.tables.status import StatusOn

DIMENSIONS = ("type", "kind", "country")

_ON = cast(bindparam("on", type_=Date()), Date)
_OWNER = cast(bindparam("owner", type_=Uuid()), Uuid)
"""Whose memberships are counted; null: everybody's."""
_STARTS: Any = Grouping(cast(bindparam("starts", type_=ARRAY(Date())), ARRAY(Date())))
_ENDS: Any = Grouping(cast(bindparam("ends", type_=ARRAY(Date())), ARRAY(Date())))
_EVERYBODY_OR_OWNER = or_(_OWNER.is_(None), MembershipRow.organisation_id == _OWNER)


@lru_cache(maxsize=16)
def composition(by: frozenset[str]) -> Statement:
    """Rows of dimension, value, name in it, memberships and, in all, organisations: of the day `on`, for `owner`."""
    status = StatusOn.of_all(_ON)
    every = status.joined(
        select(
            MembershipRow.organisation_id,
            MembershipRow.type_id,
            OrganisationRow.kind,
            OrganisationRow.country,
            status.value.label("status"),
        ).join(OrganisationRow, OrganisationRow.id == MembershipRow.organisation_id)
    )
    every_one = every.where(_EVERYBODY_OR_OWNER).cte("every_one")
    counting = every_one.c.status.in_([literal_column("'active'"), literal_column("'grace'")])
    columns = {"type": cast(every_one.c.type_id, Text), "kind": every_one.c.kind, "country": every_one.c.country}
    parts = [
        _counted("total", cast(null(), Text), every_one, counting),
        _counted("status", every_one.c.status, every_one, true()),
        *[_counted(name, columns[name], every_one, counting) for name in DIMENSIONS if name in by],
    ]
    found = union_all(*parts).subquery("found")
    type_ = MembershipTypeRow
    of_type = and_(found.c.dimension == literal_column("'type'"), cast(type_.id, Text) == found.c.value)
    return Statement.of(
        select(found.c.dimension, found.c.value, type_.code, type_.names, found.c.memberships, found.c.organisations)
        .select_from(found.outerjoin(type_, of_type))
        .order_by(found.c.dimension, found.c.memberships.desc(), found.c.value)
    )


def _counted(name: str, value: ColumnElement[Any], of: CTE, where: ColumnElement[bool]) -> Select[Any]:
    # Telling organisations apart means sorting all rows: only the total says how many they are.
    organisations = func.count(distinct(of.c.organisation_id)) if name == "total" else literal_column("0")
    query = select(
        literal_column(f"'{name}'").label("dimension"),
        value.label("value"),
        func.count().label("memberships"),
        organisations.label("organisations"),
    ).where(where)
    return query if name == "total" else query.group_by(value)


@lru_cache(maxsize=2)
def course(*, owned: bool) -> Statement:
    """Rows of period, what happened and to how many memberships; of the periods that begin and end on the days in
    `starts` and `ends`, which follow one another; with `owned` of the memberships of `owner`.

    `turns` is by how many those that count became more, `lost` how many counted on the day before a period and do not
    on its last day.
    """
    of = select(MembershipRow.id).where(MembershipRow.organisation_id == _OWNER) if owned else None
    run = runs("run", of)
    happening = happenings(run, of).subquery("happening")
    within = (
        select(_place(happening.c.on).label("number"), happening.c.what, happening.c.membership_id)
        .where(happening.c.on.between(_STARTS[literal_column("1")], _ENDS[func.cardinality(_ENDS)]))
        .distinct()
        .subquery("within")
    )
    happened = select(within.c.number, within.c.what, func.count().label("memberships")).group_by(
        within.c.number, within.c.what
    )
    return Statement.of(select(happened.union_all(_turns(run), _lost(run)).subquery("found")))


def _place(day: ColumnElement[Any]) -> ColumnElement[int]:
    """The number of the period that a day lies in, 0 before the first."""
    return func.width_bucket(day, _STARTS)


def _turns(run: CTE) -> Select[Any]:
    """How many more memberships count at the end of each period than at its beginning; period 0 is all before."""
    turns = union_all(
        select(_place(run.c.starts_on).label("number"), literal_column("1").label("change")),
        select(_place(run.c.ends_before).label("number"), literal_column("-1").label("change")),
    ).subquery("turn")
    return select(turns.c.number, literal_column("'turns'").label("what"), func.sum(turns.c.change)).group_by(
        turns.c.number
    )


def _lost(run: CTE) -> Select[*tuple[Any, ...]]:
    lost, again = run.alias("lost"), run.alias("again")
    number = _place(lost.c.ends_before)
    last = _ENDS[number]
    counts_at_the_end = (
        select(again.c.membership_id)
        .where(
            again.c.membership_id == lost.c.membership_id,
            # Two of a membership: most have one run only.
            again.c.number > lost.c.number,
            again.c.starts_on <= last,
            again.c.ends_before > last,
        )
        .exists()
    )
    return (
        select(number.label("number"), literal_column("'lost'").label("what"), func.count().label("memberships"))
        .where(
            number > literal_column("0"),
            lost.c.starts_on < _STARTS[number],
            lost.c.ends_before <= last,
            ~counts_at_the_end,
        )
        .group_by(literal_column("1"))
    )
