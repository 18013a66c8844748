"""The curves of a run, as PNG and SVG."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from tests.bench.growth import CURVES, WRITTEN
from tests.bench.outcome import Outcome
from tests.bench.report import OPERATIONS

_WHOLE = ("count", "facets")


def draw(outcome: Outcome, folder: Path) -> list[str]:
    """Write what there are figures for; the names of the files without their ending."""
    # The same figures make the same file: no date, no random ids.
    mpl.rcParams["svg.hashsalt"] = "alliance"
    mpl.rcParams["font.size"] = 9
    drawn: list[tuple[str, Callable[[Outcome, Any], None]]] = []
    if len({one.rows for one in outcome.growth}) > 1:
        drawn.append(("growth", _growth))
    if outcome.workers:
        drawn.append(("workers", _workers))
    folder.mkdir(parents=True, exist_ok=True)
    for name, fill in drawn:
        figure = Figure(figsize=(7.2, 4.2), layout="constrained")
        fill(outcome, figure.add_subplot())
        figure.savefig(folder / f"{name}.png", dpi=120, metadata={"Software": None})
        figure.savefig(folder / f"{name}.svg", metadata={"Date": None, "Creator": None})
    return [name for name, _ in drawn]


def _growth(outcome: Outcome, axes: Any) -> None:
    for operation in CURVES:
        points = sorted((one.rows, one.p50_ms) for one in outcome.growth if one.operation == operation)
        if not points:
            continue  # a run of before it was measured
        line = "--" if operation in _WHOLE else ":" if operation in WRITTEN else "-"
        axes.plot(
            *zip(*points, strict=True), line, marker="o", markersize=4, label=OPERATIONS.get(operation, operation)
        )
    axes.set(xscale="log", yscale="log", xlabel="organisations", ylabel="median, ms, one request at a time")
    axes.set_title("An operation of the service by the number of organisations", fontsize=10)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}" if value >= 1 else f"{value:g}"))
        axis.set_minor_formatter(NullFormatter())
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.legend(fontsize=8, ncols=2)


def _workers(outcome: Outcome, axes: Any) -> None:
    for operation in dict.fromkeys(one.operation for one in outcome.workers):
        points = sorted((one.workers, one.rate) for one in outcome.workers if one.operation == operation)
        axes.plot(*zip(*points, strict=True), marker="o", label=OPERATIONS[operation])
    axes.set(xlabel="workers of the members service", ylabel="requests a second, 16 connections", ylim=(0, None))
    axes.set_xticks(sorted({one.workers for one in outcome.workers}))
    axes.set_title(f"Workers on {outcome.machine['cores']} cores, shared with PostgreSQL and wrk", fontsize=10)
    axes.grid(visible=True, alpha=0.3)
    axes.legend(fontsize=8)
