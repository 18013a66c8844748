"""A run is told as it was: missed targets as missed, kept figures as they were kept."""

from pathlib import Path

import pytest

from tests.bench import docs, report, targets
from tests.bench.growth import Grown, Worked
from tests.bench.operations import BARE, SERVICE
from tests.bench.outcome import Cell, Outcome, Target
from tests.bench.wrk import Asked, _read

MACHINE = {"cores": 2, "processor": "any", "memory_gib": 24, "system": "Linux", "python": "3", "postgres": "18"}


def a_run(**rates: float) -> Outcome:
    """The service at these rates, and a bare handler that does a hundred of everything."""
    outcome = Outcome("2026-11-28T12:00:00Z", {**MACHINE, "load_before": 0.1}, 100_000)
    for operation, rate in rates.items():
        outcome.cells += [Cell(BARE, operation, 100.0, 1.0, 2.0), Cell(SERVICE, operation, rate, 1.0, 2.0)]
    return outcome


def by_name(outcome: Outcome) -> dict[str, Target]:
    return {target.what: target for target in targets.judge(outcome)}


def test_a_missed_target_is_told_as_missed() -> None:
    judged = by_name(a_run(first=59.0, deep=30.0, one=40.0))
    assert not judged["page of 50, service by bare handler"].met
    assert not judged["deep page by first page"].met
    assert judged["one record, service by bare handler"].met
    aimed = judged["one record, the same, aimed at"]
    assert (aimed.met, aimed.required) == (False, False)


def test_what_was_not_measured_is_no_target() -> None:
    assert targets.judge(a_run()) == []


def test_a_kept_run_is_read_as_it_was(tmp_path: Path) -> None:
    outcome = a_run(one=40.0)
    outcome.cores_together = {"one": 0.61}
    outcome.keep(tmp_path / "run.json")
    assert Outcome.read(tmp_path / "run.json") == outcome


def test_figures_are_written_between_the_marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "performance.md"
    page.write_text(f"before\n{docs.BEGIN}\nold\n{docs.END}\nafter\n")
    monkeypatch.setattr(docs, "PAGE", page)
    monkeypatch.setattr(docs, "PLOTS", tmp_path)
    outcome = a_run(first=59.0)
    outcome.cores_together = {"first": 0.58}
    docs.write(outcome, targets.judge(outcome))
    written = page.read_text()
    assert "| page of 50, service by bare handler | ≥ 0.6 | 0.59 | MISSED |" in written
    assert "| before | page of 50, first |" in written
    assert "|  | 0.58 |" in written
    assert "old" not in written
    assert written.startswith("before\n")
    assert written.endswith("after\n")


def test_curves_are_drawn_of_what_was_measured(tmp_path: Path) -> None:
    from tests.bench import plots  # reads a plotting library, for which every process of a run would wait

    outcome = a_run()
    for rows in (1_000, 10_000):
        outcome.growth += [Grown(rows, operation, 0.5, 1.0) for operation in ("one", "create", "patch")]
    assert plots.draw(outcome, tmp_path) == ["growth"]
    drawn = (tmp_path / "growth.svg").read_text()
    assert {name for name in ("read one", "create", "patch", "search") if f"<!-- {name} -->" in drawn} == {
        "read one",
        "create",
        "patch",
    }


def test_workers_are_told_with_the_cores_they_share() -> None:
    outcome = a_run()
    outcome.workers = [Worked(1, "one", 3_000.0, 8.0), Worked(2, "one", 4_000.0, 9.0, {"workers": 1.2, "wrk": 0.25})]
    head, rows = report.worker_rows(outcome)
    assert head[4:] == ["cores: workers", "cores: wrk"]
    assert [row[4:] for row in rows] == [["–", "–"], ["1.20", "0.25"]]


def test_failures_under_load_are_no_throughput() -> None:
    printed = "  100 requests in 1.00s, 1MB read\n  Non-2xx or 3xx responses: 3\nRequests/sec: 100.0\n"
    with pytest.raises(RuntimeError, match="failed under load"):
        _read(printed, Asked("http://localhost", ("/",)), 0.0)
