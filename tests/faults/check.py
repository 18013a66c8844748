"""`make faults`: breaks a system of its own in every way named here, and looks for what it had acknowledged.

Prints what was found, and keeps it as JSON in `tests/faults/.out`. Ends with 1 when anything was lost, doubled, stale,
overbooked or delivered wrongly, when a limit was not kept, or when the checker was blind to planted damage; with 2 when
nothing failed and something could not be run.
"""

import asyncio
import random
import sys
import time
from typing import Annotated

import typer

from tests.faults import report
from tests.faults.controls import planted
from tests.faults.running import Result
from tests.faults.scenarios import SCENARIOS, Wanted

NOT_ALL_RUN = 2


def main(
    only: Annotated[list[str] | None, typer.Option(help=f"Any of {', '.join(SCENARIOS)}; all by default.")] = None,
    seconds: Annotated[float, typer.Option(min=5, help="How long processes are killed.")] = 60,
    seed: Annotated[int | None, typer.Option(help="Repeats what was random in an earlier run.")] = None,
) -> None:
    """Break the system in every way named, and check what it kept."""
    if unknown := set(only or ()) - SCENARIOS.keys():
        raise typer.BadParameter(f"there is no scenario {', '.join(sorted(unknown))}; there are {', '.join(SCENARIOS)}")
    wanted = Wanted(seconds, random.randrange(1_000_000) if seed is None else seed)
    report.console.print(f"seed {wanted.seed}  (again: make faults args='--seed {wanted.seed}')")
    results: list[Result] = []
    try:
        for name in [name for name in SCENARIOS if not only or name in only]:
            report.console.rule(name)
            _run(name, wanted, results)
        if any(result.verdict for result in results):
            results.append(planted(results))
            report.show(results[-1])
    finally:  # also when somebody has had enough
        report.table(results)
        report.keep(results, wanted.seed)
    if not all(result.good or result.not_run for result in results):
        sys.exit(1)
    if not all(result.good for result in results):
        report.console.print("Nothing failed, but not everything was run: see above.")
        sys.exit(NOT_ALL_RUN)


def _run(name: str, wanted: Wanted, results: list[Result]) -> None:
    """Run one scenario and show what it found. One that breaks off has failed; the others go on."""
    began = time.monotonic()
    try:
        found = asyncio.run(SCENARIOS[name](wanted))
    except Exception as error:  # noqa: BLE001 - whatever it was, it is this scenario's failure
        report.console.print_exception()
        found = [Result(name, failures=[f"broke off: {type(error).__name__}: {error}"])]
    for result in found:
        result.seconds = time.monotonic() - began
        report.show(result)
        results.append(result)


if __name__ == "__main__":
    typer.run(main)
