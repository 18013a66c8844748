"""Organisations and persons as they are compared."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import namedtuple_row

from services.members.matching import Kind, Record

TABLES: dict[Kind, str] = {"organisations": "organisation", "persons": "person"}

_ORGANISATIONS = """
SELECT id, names, former_names, country, subdivision, city, address, website, emails, phones, identifiers, parent_id
FROM organisation WHERE id = ANY(%s) AND merged_into IS NULL
"""
_PERSONS = """
SELECT id, names, name_parts, family_name, given_name, birth_date, email, other_emails, phones, wechat, country,
       address, channels, identifiers, passport,
       ARRAY(SELECT DISTINCT a.organisation_id FROM affiliation a WHERE a.person_id = person.id LIMIT 20) AS offices
FROM person WHERE id = ANY(%s) AND merged_into IS NULL AND erased_at IS NULL AND erased_at IS NULL
"""


def load(connection: psycopg.Connection[Any], kind: Kind, ids: Sequence[UUID]) -> dict[UUID, Record]:
    """The records of these ids that are still there and were not merged."""
    statement, made = (_ORGANISATIONS, _organisation) if kind == "organisations" else (_PERSONS, _person)
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        rows: list[Any] = cursor.execute(statement, (list(ids),)).fetchall()
    return {row.id: made(row) for row in rows}


def _organisation(row: Any) -> Record:
    former = [name for one in row.former_names for name in one["names"].values()]
    return Record(
        id=str(row.id),
        names=_distinct([*row.names.values(), *former]),
        emails=tuple(row.emails),
        phones=_numbers(row.phones),
        websites=(row.website,) if row.website else (),
        identifiers=_ids(row.identifiers),
        address=row.address or "",
        city=row.city or "",
        region=row.subdivision or "",
        country=row.country or "",
        belongs_to=(str(row.parent_id),) if row.parent_id else (),
    )


def _person(row: Any) -> Record:
    channels: dict[str, list[str]] = {"email": [], "phone": []}
    for one in row.channels:
        if one["kind"] in channels and one["purpose"] == "work":
            channels[one["kind"]].append(one["value"])
    identifiers = list(_ids(row.identifiers))
    if row.passport:
        identifiers.append(f"passport:{row.passport['country']}{row.passport['number']}")
    parts = [f"{one.get('given') or ''} {one.get('family') or ''}".strip() for one in row.name_parts.values()]
    return Record(
        id=str(row.id),
        names=_distinct([*row.names.values(), *parts]),
        family=row.family_name or "",
        given=row.given_name or "",
        born=row.birth_date.isoformat() if row.birth_date else "",
        identifiers=tuple(identifiers),
        emails=_distinct([*([row.email] if row.email else []), *row.other_emails, *channels["email"]]),
        phones=_distinct([*_numbers(row.phones), *channels["phone"]]),
        handles=(f"wechat:{row.wechat}",) if row.wechat else (),
        address=row.address or "",
        country=row.country or "",
        belongs_to=tuple(str(one) for one in row.offices),
    )


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in names if one))


def _numbers(phones: list[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(phone["number"] for phone in phones)


def _ids(identifiers: list[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(f"{one['scheme']}:{one['value']}" for one in identifiers)
