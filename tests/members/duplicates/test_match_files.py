"""Any CSV file of organisations or persons can be tried."""

import csv
import io
import subprocess
import sys
from pathlib import Path

import pytest

from services.members.matching.files import country_code, read_records
from tests.members.duplicates.residents import COLUMNS, residents


def test_the_command_prints_pairs_with_scores(tmp_path: Path) -> None:
    rows, pairs = residents(41, originals=60)
    file = tmp_path / "residents.csv"
    with file.open("w", newline="") as out:
        writer = csv.DictWriter(out, ["rec_id", *COLUMNS])
        writer.writeheader()
        writer.writerows(rows)
    command = [sys.executable, "-m", "deploy.cli", "duplicates", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told = list(csv.DictReader(io.StringIO(done.stdout)))
    found = {(min(row["left"], row["right"]), max(row["left"], row["right"])) for row in told}
    assert len(found & pairs) >= 57
    assert all(float(row["score"]) >= 0.6 and row["reasons"] for row in told)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "deploy.cli", "duplicates", str(tmp_path / "none.csv")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "There is no file" in done.stderr


def test_columns_are_known_by_what_they_are_called(tmp_path: Path) -> None:
    file = tmp_path / "offices.csv"
    text = "编号;名称;英文名称;国家;城市;电话\n7;贵州大学;Guizhou University;中国;贵阳;0851-8555\n"
    file.write_bytes(text.encode("gb18030"))
    kind, records = read_records(file)
    assert kind == "organisations"
    assert [(one.id, one.names, one.country, one.city) for one in records] == [
        ("7", ("贵州大学", "Guizhou University"), "CN", "贵阳")
    ]


@pytest.mark.parametrize(
    ("written", "code"), [("中国", "CN"), ("China", "CN"), ("CHN", "CN"), ("尼泊爾", "NP"), ("Atlantis", "")]
)
def test_countries_are_known_in_english_and_chinese(written: str, code: str) -> None:
    assert country_code(written) == code
