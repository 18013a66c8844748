"""Counting who came, in one statement."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Text, Uuid, and_, bindparam, cast, false, func, null, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by, distinct_on

from services.events.tables.admission_type import AdmissionTypeRow
from services.events.tables.check_in import CheckInRow
from services.events.tables.online_audience import OnlineAudienceRow
from services.events.tables.registration import RegistrationRow
from services.kit.auth import Caller
from services.kit.statement import Statement

_EVENT = bindparam("event_id", type_=Uuid())
_ONLY = bindparam("only_organisation", type_=Uuid())
_NOBODY = UUID(int=0)


def _statement(*, everybody: bool) -> Statement:
    people = (
        select(
            RegistrationRow.status,
            RegistrationRow.country,
            AdmissionTypeRow.presence,
            CheckInRow.id.is_not(None).label("came"),
        )
        .join(AdmissionTypeRow, AdmissionTypeRow.id == RegistrationRow.admission_type_id)
        .outerjoin(CheckInRow, CheckInRow.registration_id == RegistrationRow.id)
        .where(RegistrationRow.event_id == _EVENT)
    )
    if not everybody:
        people = people.where(RegistrationRow.organisation_id == _ONLY)
    person = people.cte("person")
    here = and_(person.c.came, person.c.presence == "on_site")
    by_country = (
        select(person.c.country, func.count().label("persons"))
        .where(here, person.c.country.is_not(None))
        .group_by(person.c.country)
        .subquery()
    )
    country = func.jsonb_build_object("country", by_country.c.country, "persons", by_country.c.persons)
    countries = select(
        func.coalesce(
            func.jsonb_agg(aggregate_order_by(country, by_country.c.persons.desc(), by_country.c.country)),
            func.jsonb_build_array(),
        )
    ).scalar_subquery()
    latest = (
        select(OnlineAudienceRow)
        .where(OnlineAudienceRow.event_id == _EVENT, true() if everybody else false())
        .ext(distinct_on(OnlineAudienceRow.source))
        .order_by(OnlineAudienceRow.source, OnlineAudienceRow.id.desc())
        .subquery()
    )
    audience = func.jsonb_build_object(
        "source", latest.c.source, "viewers", latest.c.viewers, "recorded_at", latest.c.created_at
    )
    audiences = select(
        func.coalesce(func.jsonb_agg(aggregate_order_by(audience, latest.c.source)), func.jsonb_build_array())
    ).scalar_subquery()
    viewers = select(func.coalesce(func.sum(latest.c.viewers), 0)).scalar_subquery() if everybody else null()

    def persons(*conditions: Any) -> Any:
        return select(func.count()).select_from(person).where(*conditions).scalar_subquery()

    found = func.jsonb_build_object(
        "event_id",
        _EVENT,
        "registrations",
        func.jsonb_build_object(
            *(
                part
                for status in ("confirmed", "waitlisted", "cancelled")
                for part in (status, persons(person.c.status == status))
            )
        ),
        "on_site",
        func.jsonb_build_object(
            "persons",
            persons(here),
            "country_count",
            select(func.count()).select_from(by_country).scalar_subquery(),
            "countries",
            countries,
            "country_unknown",
            persons(here, person.c.country.is_(None)),
        ),
        "online",
        func.jsonb_build_object(
            "checked_in",
            persons(person.c.came, person.c.presence == "online"),
            "viewers",
            viewers,
            "audiences",
            audiences,
        ),
    )
    return Statement.of(select(cast(found, Text)))


_OF_ALL: Statement = _statement(everybody=True)
_OF_ONE: Statement = _statement(everybody=False)


def attendance_of(caller: Caller, event_id: UUID) -> tuple[Statement, Mapping[str, object]]:
    """The statement and its values: everybody for staff, the caller's own organisation for a partner."""
    if caller.kind != "partner":
        return _OF_ALL, {"event_id": event_id}
    return _OF_ONE, {"event_id": event_id, "only_organisation": caller.organisation_id or _NOBODY}
