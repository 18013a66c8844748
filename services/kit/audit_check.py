"""Walking the audit chain: does every row stand where it was put, as it was written?"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

import psycopg
from psycopg.rows import dict_row

_PORTION = 2_000
_CHAIN = """
SELECT l.sequence, l.audit_id, l.hash, a.id, a.at, a.action, a.actor, a.via, a.request_id, a.resource, a.about,
       a.about_count, a.fields, a.purpose, a.detail::text AS detail
FROM audit_link l LEFT JOIN audit a ON a.id = l.audit_id
ORDER BY l.sequence
"""
_UNLINKED = """
SELECT a.id FROM audit a WHERE NOT EXISTS (SELECT FROM audit_link l WHERE l.audit_id = a.id) ORDER BY a.at, a.id LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain ended once. Kept elsewhere, it shows later that the end was cut off or written anew."""

    sequence: int
    hash: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a walk found."""

    rows: int
    head: Head | None
    """Of the rows that are in order."""
    fault: str | None = None
    """The first bad row and what is wrong with it."""


def content_of(row: Mapping[str, Any]) -> bytes:
    """What the hash of a row covers besides the hash before it; the same as the trigger's in `kit.audit`."""
    parts = [
        str(row["sequence"]),
        str(row["audit_id"]),
        row["at"].astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"),
        row["action"],
        row["actor"],
        row["via"],
        row["request_id"],
        row["resource"],
        ",".join(map(str, row["about"])),
        str(row["about_count"]),
        ",".join(row["fields"]),
        row["purpose"],
        row["detail"],
    ]
    return json.dumps(parts, ensure_ascii=False, separators=(", ", ": ")).encode()


def verify(database_url: str, known: Head | None = None) -> Checked:
    """Walk a service's chain from its first row. `known` is a head that was kept elsewhere.

    All is read as it stood at one moment, in portions, so the service goes on meanwhile.
    """
    with psycopg.connect(database_url, connect_timeout=5) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        found = _walk(_rows(connection), known)
        if found.fault is None and (unlinked := connection.execute(_UNLINKED).fetchone()):
            return Checked(found.rows, found.head, f"the row {unlinked[0]} stands in no chain")
        return found


def _rows(connection: psycopg.Connection[Any]) -> Iterator[dict[str, Any]]:
    with connection.cursor("audit_chain", row_factory=dict_row) as cursor:
        cursor.itersize = _PORTION
        cursor.execute(_CHAIN)
        yield from cursor


def _walk(rows: Iterator[dict[str, Any]], known: Head | None) -> Checked:
    head: Head | None = None
    before, count = b"", 0
    for row in rows:
        fault = _fault(row, count + 1, before)
        if (
            fault is None
            and known is not None
            and known.sequence == row["sequence"]
            and known.hash != row["hash"].hex()
        ):
            fault = f"row {row['sequence']} is not the one that stood there when the head was kept"
        if fault is not None:
            return Checked(count, head, fault)
        before, count = row["hash"], count + 1
        head = Head(row["sequence"], before.hex())
    if known is not None and known.sequence > count:
        return Checked(count, head, f"rows {count + 1} to {known.sequence} were cut off")
    return Checked(count, head)


def _fault(row: Mapping[str, Any], expected: int, before: bytes) -> str | None:
    if row["sequence"] != expected:
        return f"row {expected} is missing: row {row['sequence']} follows row {expected - 1}"
    if row["id"] is None:
        return f"row {expected} ({row['audit_id']}) was deleted"
    if hashlib.sha256(before + content_of(row)).digest() != row["hash"]:
        return f"row {expected} ({row['audit_id']}) is not as it was written"
    return None
