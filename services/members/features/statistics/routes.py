"""Statistics over HTTP."""

from datetime import date
from typing import Annotated

from fastapi import Query

from services.contracts.base import CalendarDate
from services.contracts.members.statistics import MAX_PERIODS, Interval, MembershipStatistics
from services.kit.clock import office_today
from services.kit.errors import Contradiction
from services.kit.routing import CurrentCaller, CurrentRuntime, Routes
from services.members.features.statistics.periods import periods_between
from services.members.features.statistics.reports import membership

routes = Routes("/v1/statistics", tag="Statistics")

_BY = r"(type|kind|country)"


@routes.get("/membership", scope="memberships:read", response=MembershipStatistics, refuses=[Contradiction])
async def read_membership_statistics(
    runtime: CurrentRuntime,
    caller: CurrentCaller,
    on: Annotated[CalendarDate | None, Query(description="Composition on this day; today in the office.")] = None,
    first: Annotated[
        CalendarDate | None,
        Query(alias="from", description="First day of the periods; 1 January of the year four years before `to`."),
    ] = None,
    last: Annotated[CalendarDate | None, Query(alias="to", description="Last day of the periods; `on`.")] = None,
    interval: Annotated[Interval, Query(description="How long a period is; those at the ends are cut off.")] = "year",
    by: Annotated[
        str,
        Query(
            max_length=40,
            pattern=f"^{_BY}(,{_BY}){{0,2}}$",
            description="What the composition is broken down by, separated by commas.",
            examples=["type,kind,country"],
        ),
    ] = "type,kind,country",
) -> MembershipStatistics:
    """Read the membership in figures.

    What it is made of on a day, and from period to period who joined, renewed, lapsed, resigned, was expelled and
    rejoined, with the share of those that stayed. Each figure names the query that lists its records. At most 120
    periods.
    """
    on = on or office_today()
    last = last or on
    first = first or date(max(last.year - 4, 1), 1, 1)
    if first > last:
        raise Contradiction.value("from", "after_end", "The first day must not come after the last.")
    periods = periods_between(first, last, interval, MAX_PERIODS)
    if periods is None:
        raise Contradiction.value("from", "too_many", f"At most {MAX_PERIODS} periods; choose a longer interval.")
    return await membership(runtime.read, caller, on, periods, frozenset(by.split(",")))
