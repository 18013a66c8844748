"""Putting the figures together, each with the query that lists its records."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from services.contracts.members.statistics import (
    Composition,
    CountryFigure,
    Figure,
    KindFigure,
    MembershipStatistics,
    Period,
    Retention,
    StatusFigure,
    TypeFigure,
)
from services.kit.auth import Caller
from services.kit.statement import Run
from services.members.features.statistics.queries import composition, course
from services.members.tables.course import WHAT
from services.members.tables.status import MEMBER

_MOST_TYPES = 1_000
_NOBODY = UUID(int=0)
_COUNTING = [("status", status) for status in MEMBER]


async def membership(
    run: Run, caller: Caller, on: date, periods: Sequence[tuple[date, date]], by: frozenset[str]
) -> MembershipStatistics:
    """The figures that the caller may see."""
    owner = (caller.organisation_id or _NOBODY) if caller.kind == "partner" else None
    made_of, went = composition(by), course(owned=caller.kind == "partner")
    bounds = {"starts": [first for first, _ in periods], "ends": [last for _, last in periods]}
    rows, happened = await asyncio.gather(
        run(made_of.sql, made_of.arguments({"on": on, "owner": owner})),
        run(went.sql, went.arguments({**bounds, "owner": owner})),
    )
    counts = {(number, what): memberships for number, what, memberships in happened}
    # Those that count on a day: all that came by then, less all that went. Period 0 is what was before.
    at_start = list(accumulate(int(counts.get((number, "turns"), 0)) for number in range(len(periods))))
    return MembershipStatistics(
        composition=_composition(on, rows, by),
        periods=[_period(number, days, counts, at_start[number - 1]) for number, days in enumerate(periods, 1)],
    )


def _composition(on: date, rows: Sequence[Sequence[Any]], by: frozenset[str]) -> Composition:
    found: dict[str, list[Sequence[Any]]] = {}
    for dimension, *row in rows:
        found.setdefault(dimension, []).append(row)
    [[_, _, _, memberships, organisations]] = found["total"]
    counting = [("as_of", on), *_COUNTING]

    def figure(count: int, *more: tuple[str, Any]) -> dict[str, Any]:
        return _figure(count, *counting, *more).model_dump()

    return Composition(
        on=on,
        memberships=_figure(memberships, *counting),
        organisations=Figure(count=organisations, records=f"/v1/organisations?{urlencode([('member_on', on)])}"),
        by_status=[
            StatusFigure(status=value, **_figure(count, ("as_of", on), ("status", value)).model_dump())
            for value, _, _, count, _ in found.get("status", [])
        ],
        by_type=[
            TypeFigure(type_id=value, code=code, names=names, **figure(count, ("type_id", value)))
            for value, code, names, count, _ in found.get("type", [])[:_MOST_TYPES]
        ]
        if "type" in by
        else None,
        by_kind=[
            KindFigure(kind=value, **figure(count, ("organisation_kind", value)))
            for value, _, _, count, _ in found.get("kind", [])
        ]
        if "kind" in by
        else None,
        by_country=[
            CountryFigure(country=value, **figure(count, ("organisation_country", value or "none")))
            for value, _, _, count, _ in found.get("country", [])
        ]
        if "country" in by
        else None,
    )


def _period(number: int, days: tuple[date, date], counts: dict[tuple[int, str], int], at_start: int) -> Period:
    first, last = days
    happened = {what: _figure(counts.get((number, what), 0), (f"{what}_in", f"{first}/{last}")) for what in WHAT}
    before = first - timedelta(days=1)
    kept = at_start - counts.get((number, "lost"), 0)
    return Period(
        starts_on=first,
        ends_on=last,
        **happened,
        retention=Retention(
            at_start=_figure(at_start, ("as_of", before), *_COUNTING),
            kept=_figure(kept, ("as_of", last), *_COUNTING, ("member_on", before)),
            rate=round(kept / at_start, 4) if at_start else None,
        ),
    )


def _figure(count: int, *query: tuple[str, Any]) -> Figure:
    return Figure(count=count, records=f"/v1/memberships?{urlencode(query)}")
