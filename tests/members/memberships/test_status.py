"""The status of a membership on every day of some years, in SQL and in a model that walks from day to day."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Date, Integer, cast, column, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.kit.ids import new_id
from services.members.tables import MembershipDecisionRow, MembershipRow, MembershipTermRow
from services.members.tables.status import StatusOn
from tests.wire.api import Api

FIRST, LAST = date(2023, 11, 1), date(2025, 3, 31)
KINDS = ("resignation", "expulsion", "reinstatement")
Term = tuple[date, date, int]

days = st.dates(FIRST, LAST)


@st.composite
def term_lists(draw: st.DrawFn) -> list[Term]:
    """Terms that do not overlap, some end to end, some with a gap."""
    edges = sorted(draw(st.sets(days, min_size=2, max_size=8)))
    terms = [(start, end - timedelta(days=1)) for start, end in pairwise(edges)]
    kept = [term for term in terms if draw(st.booleans())]
    return [(start, end, draw(st.sampled_from((0, 1, 30)))) for start, end in kept]


decision_lists = st.lists(st.tuples(days, st.sampled_from(KINDS)), max_size=5)


def statuses(terms: list[Term], decisions: list[tuple[date, str]]) -> list[str]:
    """Day by day: what happens in the morning, and what that makes of the membership."""
    ended, term, found = None, None, []
    day = FIRST
    while day <= LAST:
        for on, kind in decisions:
            if on == day:
                ended = {"resignation": "resigned", "expulsion": "expelled"}.get(kind)
        term = next((one for one in terms if one[0] == day), term)
        if ended is not None:
            found.append(ended)
        elif term is None:
            found.append("pending")
        elif day <= term[1]:
            found.append("active")
        else:
            found.append("grace" if day - term[1] <= timedelta(days=term[2]) else "lapsed")
        day += timedelta(days=1)
    return found


async def store(
    session: AsyncSession, membership: dict[str, Any], terms: list[Term], decisions: list[tuple[date, str]]
) -> UUID:
    row = MembershipRow(
        id=new_id(), organisation_id=UUID(membership["organisation_id"]), type_id=UUID(membership["type_id"])
    )
    session.add(row)
    for start, end, grace in terms:
        until = end + timedelta(days=grace)
        session.add(MembershipTermRow(membership=row, starts_on=start, ends_on=end, grace_until=until))
    for place, (on, kind) in enumerate(decisions):
        session.add(MembershipDecisionRow(membership=row, kind=kind, effective_on=on, place=place))
    await session.flush()
    return row.id


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(term_lists(), decision_lists)
async def test_every_day_is_what_the_model_says(
    members: Api, membership: dict[str, Any], terms: list[Term], decisions: list[tuple[date, str]]
) -> None:
    calendar = func.generate_series(0, (LAST - FIRST).days).table_valued(column("n", Integer)).render_derived()
    status = StatusOn.of(cast(literal(FIRST, Date).op("+")(calendar.c.n), Date))
    async with members.runtime.database.sessions() as session:
        id = await store(session, membership, terms, decisions)
        query = select(status.value).select_from(calendar).join(MembershipRow, MembershipRow.id == id)
        found = list(await session.scalars(status.joined(query).order_by(calendar.c.n)))
        await session.rollback()
    assert found == statuses(terms, decisions)
