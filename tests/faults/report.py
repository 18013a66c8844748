"""What a run found: on the terminal, and as JSON for comparison."""

import json
import os
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.faults.running import Result
from tests.faults.verdict import Verdict

OUT = Path(__file__).parent / ".out"

console = Console(highlight=False)


def say(line: str) -> None:
    """A line about what happens now."""
    console.print(f"  {datetime.now().astimezone():%H:%M:%S}  {line}", style="dim")


def show(result: Result) -> None:
    """One scenario's figures and failures."""
    if result.not_run is not None:
        console.print(f"[yellow]{result.name}: not run.[/] {result.not_run}")
        return
    for name, value in result.figures.items():
        console.print(f"  {name}: {value}")
    for failure in result.failures:
        console.print(f"[red]  {failure}[/]")
    for example in result.verdict.examples() if result.verdict else ():
        console.print(f"[red]  {example}[/]")


def table(results: list[Result]) -> None:
    """The one table: a row a kind of damage, a column a scenario, and each must be 0."""
    judged = {result.name: result.verdict.counts for result in results if result.verdict is not None}
    shown = Table(title="What was damaged (each must be 0)")
    shown.add_column("")
    for name in judged:
        shown.add_column(name, justify="right")
    for kind in Verdict().counts:
        shown.add_row(kind, *(f"[red]{counts[kind]}[/]" if counts[kind] else "0" for counts in judged.values()))
    if judged:
        console.print(shown)
    for result in results:
        how = "not run" if result.not_run is not None else "passed" if result.good else "FAILED"
        console.print(f"{result.name}: {how} ({result.seconds:.0f} s)")


def keep(results: list[Result], seed: int) -> None:
    """Write the JSON."""
    OUT.mkdir(exist_ok=True)
    path = OUT / "faults.json"
    found = [
        {
            "scenario": result.name,
            "passed": result.good,
            "not_run": result.not_run,
            "seconds": round(result.seconds, 1),
            "figures": result.figures,
            "failures": result.failures,
            "damage": result.verdict.counts if result.verdict else None,
            "examples": asdict(result.verdict) if result.verdict and not result.verdict.good else None,
        }
        for result in results
    ]
    run = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seed": seed,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "scenarios": found,
    }
    path.write_text(json.dumps(run, indent=1, ensure_ascii=False) + "\n")
    console.print(f"kept in {path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}")
