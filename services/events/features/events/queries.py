"""What can be read of events, and by whom."""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import ColumnElement, Integer, and_, false, func, or_, select

from services.contracts.base import Instant
from services.contracts.codes import CountryCode
from services.contracts.events.event import Event, EventFormat, EventStatus, Visibility
from services.events.features.references import REFERENCES
from services.events.features.series.queries import SERIES_SUMMARY
from services.events.tables.custom_field import CustomFieldRow, EventCustomValueRow
from services.events.tables.event import EventRow
from services.events.tables.registration import RegistrationRow
from services.kit.custom.declared import Custom
from services.kit.drift import stale
from services.kit.filters import Column, any_of, between, created_and_updated, where
from services.kit.reading import CALLER_ORGANISATION, EVERY_ROW, Resource, Rule, Sort

IS_PUBLIC = and_(EventRow.visibility == "public", EventRow.published_at.is_not(None))
"""Announced to everybody; cancelled later, it still tells so."""

_ATTENDED_BY_CALLER = (
    select(RegistrationRow.id)
    .where(RegistrationRow.event_id == EventRow.id, RegistrationRow.organisation_id == CALLER_ORGANISATION)
    .exists()
)
SEEN_BY_PARTNER = or_(IS_PUBLIC, _ATTENDED_BY_CALLER)
"""Public events, and those that the caller's organisation has registrations in."""

RULES = (
    Rule("partner", lambda caller: caller.kind == "partner", SEEN_BY_PARTNER),
    Rule("anonymous", lambda caller: caller.kind == "anonymous", false()),
    EVERY_ROW,
)


def venue_time_json(local: Column, zone: Column) -> ColumnElement[object]:
    """A wall-clock time as the contract has it."""
    return func.jsonb_build_object("local", func.to_char(local, 'YYYY-MM-DD"T"HH24:MI'), "time_zone", zone)


STARTS = venue_time_json(EventRow.starts_local, EventRow.starts_zone)
ENDS = venue_time_json(EventRow.ends_local, EventRow.ends_zone)


def event_summary(condition: ColumnElement[bool]) -> ColumnElement[object]:
    """The event for which the condition holds, in few words."""
    words = func.jsonb_build_object(
        "id", EventRow.id, "names", EventRow.names, "starts", STARTS, "ends", ENDS, "status", EventRow.status
    )
    return select(words).where(condition).scalar_subquery()


events = Resource(
    name="event",
    path="/v1/events",
    model=Event,
    row=EventRow,
    custom=Custom(
        service="events",
        resource="event",
        row=EventRow,
        fields=CustomFieldRow,
        values=EventCustomValueRow,
        reads="events:read",
        references=REFERENCES,
    ),
    staff_only_fields=frozenset({"stale_texts"}),
    fields={"starts": STARTS, "ends": ENDS},
    filters={
        "status": any_of(EventRow.status, EventStatus, "Any of these states."),
        "format": any_of(EventRow.format, EventFormat, "Any of these formats."),
        "visibility": any_of(EventRow.visibility, Visibility, "Public or invited ones."),
        "country": any_of(EventRow.country, CountryCode, "In any of these countries."),
        "series_id": any_of(EventRow.series_id, UUID, "Of any of these series."),
        "edition_year": where(
            Annotated[int, Field(ge=1900, le=2199)],
            Integer(),
            lambda value: EventRow.edition_year == value,
            "The edition of this year.",
            column=EventRow.edition_year,
        ),
        **between("starts_at", EventRow.starts_at, Instant),
        **between("ends_at", EventRow.ends_at, Instant),
        "stale": stale(EventRow),
        **created_and_updated(EventRow),
    },
    facets=("status", "format", "visibility", "country", "series_id", "edition_year", "stale"),
    sorts={
        "name": Sort(EventRow.sort_name),
        "starts_at": Sort(EventRow.starts_at),
        "ends_at": Sort(EventRow.ends_at),
        "country": Sort(EventRow.country, nullable=True),
        "created_at": Sort(EventRow.created_at),
        "updated_at": Sort(EventRow.updated_at),
    },
    search=EventRow.search,
    expandable={"series": SERIES_SUMMARY},
    rules=RULES,
)
