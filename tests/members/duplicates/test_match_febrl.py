"""The real data set that others measure with: febrl's dataset1, without its ids and in another order."""

import csv
import random
from pathlib import Path

import pytest

from services.members.matching import match
from services.members.matching.files import read_records
from tests.members.duplicates.measure import measured

FEBRL = Path(__file__).parent / "data" / "febrl_dataset1.csv"


# Without the number, whoever has another given name is taken for a twin: the same day, family name and house.
@pytest.mark.parametrize(("with_number", "least"), [(True, 0.95), (False, 0.85)])
def test_dataset1_is_found_as_exactly_as_promised(tmp_path: Path, with_number: bool, least: float) -> None:
    with FEBRL.open(newline="") as file:
        headings, *rows = list(csv.reader(file, skipinitialspace=True))
    random.Random(5).shuffle(rows)
    last = len(headings) if with_number else len(headings) - 1
    unnamed = tmp_path / "residents.csv"
    with unnamed.open("w", newline="") as file:
        csv.writer(file).writerows([row[1:last] for row in (headings, *rows)])
    kind, records = read_records(unnamed)
    assert (kind, len(records)) == ("persons", 1_000)
    entities: dict[str, list[str]] = {}
    for record, row in zip(records, rows, strict=True):
        entities.setdefault(row[0].split("-")[1], []).append(record.id)
    truth = {(min(two), max(two)) for two in entities.values()}
    assert len(truth) == 500
    precision, recall = measured(match(kind, records), truth)
    assert precision >= 0.98
    assert recall >= least
