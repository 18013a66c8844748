"""Finding the likely duplicates of some records in the database.

Works on a connection of its own, without an event loop, because comparing is work for the processor: jobs call it from
a thread, scans from processes. Whatever it does may be done again.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

import psycopg

from services.members.features.duplicates.loading import TABLES, load
from services.members.features.duplicates.stored import SENSITIVE_KINDS, Found, found_of, replace_candidates
from services.members.matching import Counted, Kind, Record, compare, prepare
from services.members.matching.pairs import ENOUGH, largest_block, weight
from services.members.matching.resources import Prepared, are_two, compare_openly, sketch

_COUNTED_TO = 3_000
"""A value that more records have is as good as one that all have."""
_WEIGHED = frozenset("dehlntvw")
"""First characters of the keys whose rarity counts in a comparison."""
_KEPT_COUNTS = 100_000
_KEPT_RECORDS = 1_024
_KEPT_SKETCHES = 50_000
"""A kilobyte each: a record shares words with a dozen others, and is met again with each of them."""
_LOADED = 1_000

_NEW_KEYS = """
WITH wanted AS (SELECT * FROM unnest(%(owners)s::uuid[], %(keys)s::bigint[]) AS w (record_id, key)),
gone AS (
    DELETE FROM match_key k WHERE k.record_id = ANY(%(all)s)
    AND NOT EXISTS (SELECT FROM wanted w WHERE w.record_id = k.record_id AND w.key = k.key)
)
INSERT INTO match_key (key, record_id)
SELECT w.key, w.record_id FROM wanted w
WHERE NOT EXISTS (SELECT FROM match_key k WHERE k.record_id = w.record_id AND k.key = w.key)
ON CONFLICT DO NOTHING
"""
# Which of these records share enough keys with which others, and whether only parts of names and the like. Keys that
# too many share say nothing.
_PAIRS = """
WITH block AS MATERIALIZED (
    SELECT asked.weight, others.ids
    FROM unnest(%(keys)s::bigint[], %(most)s::int[], %(weights)s::int[]) AS asked (key, most, weight)
    CROSS JOIN LATERAL (
        SELECT array_agg(k.record_id) AS ids
        FROM (SELECT record_id FROM match_key WHERE key = asked.key LIMIT asked.most + 1) AS k
    ) AS others
    WHERE cardinality(others.ids) BETWEEN 2 AND asked.most
)
SELECT least(one.id, other.id), greatest(one.id, other.id), max(block.weight) < %(enough)s
FROM block, unnest(block.ids) AS one (id), unnest(block.ids) AS other (id)
WHERE one.id = ANY(%(ids)s)
    AND (other.id > one.id OR (NOT %(later_only)s AND other.id < one.id AND NOT other.id = ANY(%(ids)s)))
GROUP BY 1, 2
HAVING sum(block.weight) >= %(enough)s
ORDER BY 1, 2
"""
_COUNTS = """
SELECT asked.key, (SELECT count(*) FROM (SELECT FROM match_key WHERE key = asked.key LIMIT %s) AS k)
FROM unnest(%s::bigint[]) AS asked (key)
"""


def connect(conninfo: str) -> psycopg.Connection[Any]:
    """A connection for this work."""
    options = "-c timezone=UTC -c jit=off -c statement_timeout=20000 -c lock_timeout=4000"
    return psycopg.connect(conninfo, autocommit=True, options=options, application_name="duplicates")


@dataclass(frozen=True, slots=True)
class _Indexed:
    """A record ready for comparing, and its keys as they are stored."""

    prepared: Prepared
    stored: dict[str, int]


@lru_cache(maxsize=_KEPT_RECORDS)
def _indexed(kind: Kind, record: Record) -> _Indexed:
    prepared = prepare(kind, record)
    return _Indexed(prepared, {key: fingerprint(kind, key) for key in prepared.keys})


def fingerprint(kind: Kind, key: str) -> int:
    """A key as it is stored: 64 bits, from which nothing of the value can be read."""
    return int.from_bytes(hashlib.blake2b(f"{kind}|{key}".encode(), digest_size=8).digest(), signed=True)


def _array(values: Iterable[object]) -> str:
    """An array as PostgreSQL reads it. Of numbers and ids by the ten thousand psycopg would make it value by value."""
    return f"{{{','.join(map(str, values))}}}"


class Finder:
    """Looks for duplicates among the records of one kind."""

    def __init__(self, connection: psycopg.Connection[Any], kind: Kind) -> None:
        self._connection = connection
        self._kind: Kind = kind
        self._counts: dict[int, int] = {}
        self._size: int | None = None
        self._sketches: dict[UUID, Any] = {}

    def index(self, ids: Sequence[UUID]) -> int:
        """Store what these records are found by; forget it of those that are gone. Answers how many there are."""
        records = load(self._connection, self._kind, ids)
        rows = [(str(id), key) for id, record in records.items() for key in self._fingerprints(record)]
        owners, keys = _array(id for id, _ in rows), _array(key for _, key in rows)
        with self._connection.transaction():
            self._connection.execute(_NEW_KEYS, {"owners": owners, "keys": keys, "all": list(ids)})
        return len(records)

    def search(self, ids: Sequence[UUID], *, later_only: bool = False) -> int:
        """Compare these records with all that share enough keys, and store the likely pairs; answers their number.

        Records must be indexed. With `later_only` a record is compared with those of greater ids only: a scan of all
        records then meets each pair once.
        """
        records = load(self._connection, self._kind, ids)
        pairs = self._pairs(records, later_only=later_only)
        compared = {id for pair in pairs for id in pair}
        records |= load(self._connection, self._kind, sorted(compared - records.keys()))
        indexed = {id: _indexed(self._kind, records[id]) for id in compared & records.keys()}
        frequencies = self._frequencies(indexed.values())
        likely: list[Found] = []
        for left, right in pairs:
            if left in indexed and right in indexed:
                two = indexed[left].prepared, indexed[right].prepared
                evidence = plain = compare(self._kind, *two, frequencies)
                if any(one.kind in SENSITIVE_KINDS for one in evidence):
                    plain = compare_openly(self._kind, *two, frequencies)
                if (found := found_of(left, right, plain, evidence)) is not None:
                    likely.append(found)
        replace_candidates(self._connection, self._kind, ids, likely, later_only=later_only)
        return len(likely)

    def _fingerprints(self, record: Record) -> set[int]:
        return set(_indexed(self._kind, record).stored.values())

    def _pairs(self, records: Mapping[UUID, Record], *, later_only: bool) -> list[tuple[UUID, UUID]]:
        """The pairs that share enough keys and may be one, in the order of their ids."""
        rules = {
            stored: (largest_block(key), weight(key))
            for record in records.values()
            for key, stored in _indexed(self._kind, record).stored.items()
        }
        asked = sorted(rules)
        values = {
            "keys": _array(asked),
            "most": _array(rules[key][0] for key in asked),
            "weights": _array(rules[key][1] for key in asked),
            "ids": list(records),
            "later_only": later_only,
            "enough": ENOUGH,
        }
        pairs = self._connection.execute(_PAIRS, values).fetchall()
        sketches = self._sketched({id for left, right, _ in pairs for id in (left, right)}, records)
        return [
            (left, right)
            for left, right, by_parts in pairs
            if left in sketches
            and right in sketches
            and not are_two(self._kind, sketches[left], sketches[right], by_parts=by_parts)
        ]

    def _sketched(self, ids: Collection[UUID], records: Mapping[UUID, Record]) -> dict[UUID, Any]:
        """Sketches of those of these ids that are there. Those of `records` are made anew: they may have changed."""
        found = {id: sketch(self._kind, records[id]) for id in ids if id in records}
        found |= {id: self._sketches[id] for id in ids if id in self._sketches and id not in records}
        missing = sorted(id for id in ids if id not in found)
        for begin in range(0, len(missing), _LOADED):
            some = load(self._connection, self._kind, missing[begin : begin + _LOADED])
            found |= {id: sketch(self._kind, record) for id, record in some.items()}
        # A scan meets no record again once it was compared with those of greater ids.
        for id in records:
            self._sketches.pop(id, None)
        room = _KEPT_SKETCHES - len(self._sketches)
        self._sketches.update([(id, found[id]) for id in missing if id in found][: max(0, room)])
        return found

    def _frequencies(self, indexed: Iterable[_Indexed]) -> Counted:
        """How common the values of these records are. Counted once while this object lives."""
        keys = {key: stored for one in indexed for key, stored in one.stored.items() if key[0] in _WEIGHED}
        if len(self._counts) > _KEPT_COUNTS:
            self._counts.clear()
        if unknown := sorted(set(keys.values()) - self._counts.keys()):
            self._counts.update(self._connection.execute(_COUNTS, (_COUNTED_TO, unknown)).fetchall())
        if self._size is None:
            # The names are ours, never a caller's.
            counted = self._connection.execute(f"SELECT count(*) FROM {TABLES[self._kind]}").fetchone()  # noqa: S608
            self._size = counted[0] if counted else 0
        return Counted({key: self._counts.get(stored, 0) for key, stored in keys.items()}, self._size)
