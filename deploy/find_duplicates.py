"""`alliance duplicates FILE`: which records of a CSV file are likely about the same organisation or person."""

import csv
import sys
from pathlib import Path

from deploy.refusal import Refusal
from services.members.matching import Kind, match
from services.members.matching.files import read_records


def find_duplicates(path: Path, kind: Kind | None, from_score: float) -> None:
    """Print the pairs as CSV: both ids, the score, and what speaks for it."""
    if not path.is_file():
        raise Refusal(f"There is no file {path}.")
    kind, records = read_records(path, kind)
    if not records:
        raise Refusal(f"{path} has no records below its headings.")
    pairs = csv.writer(sys.stdout)
    pairs.writerow(["left", "right", "score", "reasons"])
    found = match(kind, records, from_score=from_score)
    for pair in found:
        reasons = "; ".join(f"{one.kind} {one.similarity:.2f}" for one in pair.reasons)
        pairs.writerow([pair.left, pair.right, f"{pair.score:.4f}", reasons])
    print(f"{len(records)} {kind}, {len(found)} likely pairs", file=sys.stderr)
