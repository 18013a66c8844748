"""What the system holds afterwards: records by the API, as anyone would read them; change logs, inboxes and copies
where they lie."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from tests.journeys.callers import Caller

SERVICES = ("members", "events")
COPYING = ("events", "liaison")
"""Services that keep copies of members' organisations."""


@dataclass
class Organisation:
    """An organisation as members has it."""

    id: str
    name: str
    version: int


@dataclass
class Copy:
    """An organisation as another service has it."""

    id: str
    name: str


@dataclass
class Registration:
    """A registration as events has it."""

    id: str
    email: str
    status: str


@dataclass
class Change:
    """One row of a change log."""

    id: str
    sequence: int
    type: str
    resource: str
    resource_id: str
    version: int
    after: dict[str, Any]


@dataclass
class Arrival:
    """One change in the inbox of another service."""

    id: str
    source: str
    sequence: int
    resource_id: str
    version: int
    applied: bool


@dataclass
class Seen:
    """The system after a run, and what belongs to the run."""

    organisations: list[Organisation] = field(default_factory=list)
    registrations: list[Registration] = field(default_factory=list)
    event: str = ""
    first_capacity: int = 0
    capacity: int = 0
    changes: dict[str, list[Change]] = field(default_factory=dict)
    """Service → its change log, by sequence."""
    arrivals: dict[str, list[Arrival]] = field(default_factory=dict)
    """Service → what came to its inbox."""
    copies: dict[str, dict[str, str]] = field(default_factory=dict)
    """Service → organisation → its name there."""


@dataclass(frozen=True)
class Databases:
    """Where the services' databases are reached past everything that is put in between."""

    urls: dict[str, str]

    async def rows(self, service: str, kind: type[Any], query: str, since: str) -> list[Any]:
        """Rows about what was made after a record, as told by the time in its UUIDv7."""
        async with (
            await psycopg.AsyncConnection.connect(self.urls[service], autocommit=True) as connection,
            connection.cursor(row_factory=class_row(kind)) as cursor,
        ):
            await cursor.execute(query, (UUID(since),))
            return await cursor.fetchall()


_CHANGES = """
SELECT id::text, sequence, type, resource, resource_id::text, resource_version AS version, after
FROM change WHERE resource_id >= %s ORDER BY sequence
"""
_ARRIVALS = """
SELECT id::text, source, sequence, resource_id::text, (change->>'resource_version')::int AS version,
       applied_at IS NOT NULL AS applied
FROM inbox WHERE resource_id >= %s
"""
_COPIES = "SELECT id::text, names->>'en' AS name FROM organisation_copy WHERE id >= %s AND names IS NOT NULL"


async def look(office: Caller, databases: Databases, *, since: str, event: str, first_capacity: int) -> Seen:
    """Read all of it. `since` is the id of the first record of the run."""
    organisations = await office.items("/v1/organisations", limit=200, sort="-created_at", fields=["names", "version"])
    registrations = await office.items("/v1/registrations", limit=200, event_id=event)
    seen = Seen(
        organisations=[
            Organisation(row["id"], row["names"]["en"], row["version"]) for row in organisations if row["id"] >= since
        ],
        registrations=[Registration(row["id"], row["participant"]["email"], row["status"]) for row in registrations],
        event=event,
        first_capacity=first_capacity,
        capacity=(await office.get(f"/v1/events/{event}")).json()["capacity"],
    )
    for service in SERVICES:
        seen.changes[service] = await databases.rows(service, Change, _CHANGES, since)
    for service in COPYING:
        seen.arrivals[service] = await databases.rows(service, Arrival, _ARRIVALS, since)
        copies: list[Copy] = await databases.rows(service, Copy, _COPIES, since)
        seen.copies[service] = {copy.id: copy.name for copy in copies}
    return seen
