"""What stands in calendars."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, Uuid, and_, bindparam, case, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from services.events.features.events.queries import IS_PUBLIC, SEEN_BY_PARTNER
from services.events.tables.event import EventRow
from services.kit.auth import Caller
from services.kit.reading import CALLER_ORGANISATION
from services.kit.runtime import Runtime
from services.kit.statement import Statement

LONGEST = 1_000
"""Events in the feed: those that come, the nearest first to stay, then those of the last year, the latest first."""

_SERIES = bindparam("series_id", type_=Uuid())
# Counted in whole days, so that the feed stays the same, byte for byte, from one minute to the next.
_TODAY: ColumnElement[datetime] = literal_column("date_trunc('day', now())")
_LAST_YEAR: ColumnElement[datetime] = literal_column("date_trunc('day', now()) - interval '366 days'")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a calendar tells of an event."""

    id: UUID
    version: int
    created_at: datetime
    updated_at: datetime
    names: Mapping[str, str]
    theme: Mapping[str, str] | None
    texts: Mapping[str, str] | None
    starts: datetime
    starts_zone: str
    ends: datetime
    ends_zone: str
    venue: Mapping[str, str] | None
    city: str | None
    country: str | None
    status: str


_ENTRY = select(
    EventRow.id,
    EventRow.version,
    EventRow.created_at,
    EventRow.updated_at,
    EventRow.names,
    EventRow.theme,
    EventRow.texts,
    EventRow.starts_local,
    EventRow.starts_zone,
    EventRow.ends_local,
    EventRow.ends_zone,
    EventRow.venue,
    EventRow.city,
    EventRow.country,
    EventRow.status,
)


def _chosen(*, of_series: bool) -> Select[UUID]:
    """The ids of the events in the feed."""
    is_over = EventRow.ends_at < _TODAY
    nearest = case((is_over, None), else_=EventRow.starts_at)
    query = select(EventRow.id).where(IS_PUBLIC, EventRow.ends_at >= _LAST_YEAR)
    if of_series:
        query = query.where(EventRow.series_id == _SERIES)
    return query.order_by(is_over, nearest, EventRow.starts_at.desc(), EventRow.id).limit(LONGEST)


def _feed(query: Select[*tuple[Any, ...]], *, of_series: bool) -> Statement:
    return Statement.of(query.where(EventRow.id.in_(_chosen(of_series=of_series))))


_LANGUAGE = bindparam("language", type_=Text())
_TOLD = or_(
    *[column.bool_op("?")(_LANGUAGE) for column in (EventRow.names, EventRow.theme, EventRow.texts, EventRow.venue)]
)
_VERSIONS = select(
    func.md5(
        func.string_agg(
            func.concat(EventRow.id, ":", EventRow.version), aggregate_order_by(literal_column("' '"), EventRow.id)
        )
    ),
    func.bool_or(_TOLD),
)
_OLDEST_FIRST = _ENTRY.order_by(EventRow.starts_at, EventRow.id)
_FEED = {of_series: _feed(_OLDEST_FIRST, of_series=of_series) for of_series in (False, True)}
_STATE = {of_series: _feed(_VERSIONS, of_series=of_series) for of_series in (False, True)}

_ONE = _ENTRY.where(EventRow.id == bindparam("id", type_=Uuid()))
_ONE_PUBLIC = Statement.of(_ONE.where(IS_PUBLIC))
_ONE_OF_PARTNER = Statement.of(_ONE.where(or_(IS_PUBLIC, and_(EventRow.published_at.is_not(None), SEEN_BY_PARTNER))))
_ONE_OF_STAFF = Statement.of(_ONE.where(EventRow.published_at.is_not(None)))


async def state_of_feed(runtime: Runtime, series_id: UUID | None, language: str) -> tuple[str | None, bool]:
    """What changes whenever the feed does, None where it is empty; and whether an event is told in the language."""
    rows = await _rows(runtime, _STATE[series_id is not None], {"series_id": series_id, "language": language})
    return rows[0][0], bool(rows[0][1])


async def feed(runtime: Runtime, series_id: UUID | None) -> list[Entry]:
    """The public events, oldest first."""
    rows = await _rows(runtime, _FEED[series_id is not None], {"series_id": series_id})
    return [Entry(*row) for row in rows]


async def one(runtime: Runtime, caller: Caller, id: UUID) -> Entry | None:
    """An event that was published, if the caller may see it; public ones anybody may."""
    statement = _ONE_PUBLIC
    if caller.holds("events:read"):
        statement = _ONE_OF_PARTNER if caller.kind == "partner" else _ONE_OF_STAFF
    rows = await _rows(runtime, statement, {"id": id, CALLER_ORGANISATION.key: caller.organisation_id})
    return Entry(*rows[0]) if rows else None


async def _rows(runtime: Runtime, statement: Statement, values: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
    return await runtime.read(statement.sql, statement.arguments(values))
