"""The list of diplomatic missions, from its file to counterparts."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from deploy.demo.cells import split_phones, split_values
from deploy.demo.countries import read_country
from deploy.demo.gateway import Json
from services.contracts.liaison.counterpart import CounterpartKind

FILE = Path(__file__).parent / "data" / "missions.csv"

_QID = re.compile(r"^Q[1-9]\d*$")
_KINDS = frozenset(get_args(CounterpartKind.__value__))


@dataclass(slots=True)
class Unmapped:
    """Country names that have no code, and how often each was met."""

    historic: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)


def missions(unmapped: Unmapped) -> Iterator[tuple[str, Json]]:
    """Each mission as a key and the counterpart to create; country names without a code are counted."""
    with FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield row["id"], _counterpart(row, unmapped)


def _counterpart(row: dict[str, str], unmapped: Unmapped) -> Json:
    stands_in = _code(row["stands_in"], unmapped)
    kind = re.sub(r"[\s-]+", "_", row["kind"].strip().casefold())
    return {
        "names": {language: row[f"name_{language}"] for language in ("zh", "en") if row[f"name_{language}"]},
        "kind": kind if kind in _KINDS else "other",
        "represents": _code(row["represents"], unmapped),
        "stands_in": stands_in,
        "city": row["city_en"] or row["city_zh"] or None,
        "website": row["website"] or None,
        "emails": split_values(row["email"]),
        "phones": [{"number": number, "country": stands_in} for number in split_phones(row["phone"])],
        "identifiers": [{"scheme": "wikidata", "value": row["id"]}] if _QID.match(row["id"]) else [],
        "tags": ["mission"],
    }


def _code(written: str, unmapped: Unmapped) -> str | None:
    if not written:
        return None
    reading = read_country(written)
    match reading.unmapped:
        case "historic":
            unmapped.historic[written] += 1
        case "unknown":
            unmapped.unknown[written] += 1
    return reading.code
