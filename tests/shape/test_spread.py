"""How a run of several processes shares the tests out: by file, whatever pytest and xdist make of their ids."""

import os
import subprocess
import sys
from pathlib import Path

from tests.shape.house import ROOT
from tests.wire.spread import group_of

HOOK = """
from tests.wire.spread import Spread

def pytest_xdist_make_scheduler(config, log):
    return Spread(config, log)
"""
TEST = """
import os
import pytest

@pytest.mark.parametrize("n", range(8))
def test_tells_where_it_runs(n):
    with open("ran", "a") as ran:
        print(__file__, os.environ["PYTEST_XDIST_WORKER"], file=ran)
"""


def test_a_file_s_tests_run_in_one_process(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(HOOK)
    for name in ("one", "two", "three", "four"):
        (tmp_path / f"test_{name}.py").write_text(TEST)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-n2", "-q", "-p", "no:cacheprovider", "-p", "no:schemathesis"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    ran = [line.split() for line in (tmp_path / "ran").read_text().splitlines()]
    assert len(ran) == 32
    assert len({(file, process) for file, process in ran}) == 4
    assert len({process for _, process in ran}) == 2


def test_what_shares_a_system_belongs_together() -> None:
    tests = ("tests/journeys/test_sign_in.py::test_one", "tests/journeys/test_timeline.py::test_two[a/b]")
    assert {group_of(test) for test in tests} == {"journeys"}
    assert group_of("tests/kit/test_jobs.py::test_one[x@y]") == "tests/kit/test_jobs.py"
