"""Candidates as they are stored: what of the evidence is shown, and what only holders of persons:sensitive see."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from services.kit.db import now
from services.kit.ids import new_id
from services.members.matching import LIKELY, Evidence, Kind, score_of

SENSITIVE_KINDS = frozenset({"birth_date", "passport"})
"""Evidence from fields that need persons:sensitive: it is told by the field's name, and only to who holds that."""
_LONGEST = 300

_UPSERT = """
INSERT INTO duplicate_candidate
    (id, resource, left_id, right_id, score, reasons, sensitive_score, sensitive_reasons, status, version, created_at,
     updated_at)
SELECT f.id, %(resource)s, f.left_id, f.right_id, f.score, f.reasons, f.sensitive_score, f.sensitive_reasons, 'open', 1,
       %(at)s, %(at)s
FROM unnest(%(ids)s::uuid[], %(lefts)s::uuid[], %(rights)s::uuid[], %(scores)s::float8[], %(reasons)s::jsonb[],
            %(sensitive_scores)s::float8[], %(sensitive_reasons)s::jsonb[])
     AS f (id, left_id, right_id, score, reasons, sensitive_score, sensitive_reasons)
ON CONFLICT (left_id, right_id) DO UPDATE
SET score = excluded.score, reasons = excluded.reasons, sensitive_score = excluded.sensitive_score,
    sensitive_reasons = excluded.sensitive_reasons, version = duplicate_candidate.version + 1,
    updated_at = excluded.updated_at,
    status = CASE duplicate_candidate.status WHEN 'merged' THEN 'open' ELSE duplicate_candidate.status END
WHERE (duplicate_candidate.reasons, duplicate_candidate.sensitive_reasons, duplicate_candidate.score,
       duplicate_candidate.status)
    IS DISTINCT FROM (excluded.reasons, excluded.sensitive_reasons, excluded.score,
                      CASE duplicate_candidate.status WHEN 'merged' THEN 'open' ELSE duplicate_candidate.status END)
"""
# What a person decided stays; what was only found goes when it is found no more.
_FORGET = """
DELETE FROM duplicate_candidate c
WHERE c.status = 'open' AND (c.left_id = ANY(%(ids)s) OR (NOT %(later_only)s AND c.right_id = ANY(%(ids)s)))
AND NOT EXISTS (
    SELECT FROM unnest(%(lefts)s::uuid[], %(rights)s::uuid[]) AS f (left_id, right_id)
    WHERE f.left_id = c.left_id AND f.right_id = c.right_id
)
"""


@dataclass(frozen=True, slots=True)
class Found:
    """A likely pair."""

    left: UUID
    right: UUID
    score: float
    reasons: list[dict[str, Any]]
    sensitive_score: float
    sensitive_reasons: list[dict[str, Any]]


def found_of(left: UUID, right: UUID, plain: Sequence[Evidence], evidence: Sequence[Evidence]) -> Found | None:
    """The pair, when it is likely by what is `plain` to see, or by all evidence."""
    score, sensitive_score = score_of(plain), score_of(evidence)
    if max(score, sensitive_score) < LIKELY:
        return None
    return Found(
        left,
        right,
        score,
        [_shown(one) for one in _telling(plain)],
        sensitive_score,
        [_named(one) for one in _telling(evidence) if one.kind in SENSITIVE_KINDS],
    )


def _telling(evidence: Sequence[Evidence]) -> list[Evidence]:
    return sorted((one for one in evidence if one.bits > 0), key=lambda one: -one.bits)


def _shown(one: Evidence) -> dict[str, Any]:
    sides = {"left": one.left[:_LONGEST] or None, "right": one.right[:_LONGEST] or None}
    return {"kind": one.kind, **sides, "similarity": min(1.0, max(0.0, one.similarity))}


def _named(one: Evidence) -> dict[str, Any]:
    return {"kind": one.kind, "left": None, "right": None, "similarity": 1.0 if one.similarity == 1 else 0.5}


def replace_candidates(
    connection: psycopg.Connection[Any], kind: Kind, ids: Sequence[UUID], likely: Sequence[Found], *, later_only: bool
) -> None:
    """Store the likely pairs of these records in place of those that were open before."""
    # In one order, so that two who write the same pairs never wait for one another.
    likely = sorted(likely, key=lambda one: (one.left, one.right))
    values = {
        "resource": kind,
        "at": now(),
        "later_only": later_only,
        "ids": list(ids),
        "lefts": [one.left for one in likely],
        "rights": [one.right for one in likely],
    }
    with connection.transaction():
        connection.execute(_FORGET, values)
        if likely:
            connection.execute(
                _UPSERT,
                {
                    **values,
                    "ids": [new_id() for _ in likely],
                    "scores": [one.score for one in likely],
                    "reasons": [Jsonb(one.reasons) for one in likely],
                    "sensitive_scores": [one.sensitive_score for one in likely],
                    "sensitive_reasons": [Jsonb(one.sensitive_reasons) for one in likely],
                },
            )
