"""What can be read of series."""

from typing import Literal

from sqlalchemy import ColumnElement, func, select

from services.contracts.events.series import Series
from services.events.tables.event import EventRow
from services.events.tables.series import SeriesRow
from services.kit.drift import stale
from services.kit.filters import any_of, created_and_updated
from services.kit.reading import Resource, Sort

series = Resource(
    name="series",
    path="/v1/series",
    model=Series,
    row=SeriesRow,
    staff_only_fields=frozenset({"stale_texts"}),
    filters={
        "yearly_rule": any_of(
            SeriesRow.yearly_rule["kind"].astext,
            Literal["fixed_date", "nth_weekday"],
            "Rules of any of these kinds.",
        ),
        "stale": stale(SeriesRow),
        **created_and_updated(SeriesRow),
    },
    facets=("yearly_rule", "stale"),
    sorts={
        "name": Sort(SeriesRow.sort_name),
        "created_at": Sort(SeriesRow.created_at),
        "updated_at": Sort(SeriesRow.updated_at),
    },
    search=SeriesRow.search,
)

SERIES_SUMMARY: ColumnElement[object] = (
    select(func.jsonb_build_object("id", SeriesRow.id, "names", SeriesRow.names))
    .where(SeriesRow.id == EventRow.series_id)
    .scalar_subquery()
)
"""The series of an event, in few words."""
