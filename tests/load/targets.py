"""What is asked of the system under load, and how it is told whether it was met."""

from dataclasses import dataclass
from typing import Any, Final

from rich.console import Console
from rich.table import Table

GOODPUT: Final = 0.8
"""Of the peak, at five times of what the machine holds."""
REFUSED_MS: Final = 100.0
GROWTH_MB: Final = 150.0
"""What a process may hold at 2× and 5× above what it held at 1×."""
TAIL_RATIO: Final = 1.5
TAIL_MS: Final = 50.0
"""With a crowd of slow clients the p99 may be half as much again, or this much more, whichever is more."""
CROWD_MB: Final = 300.0
SOAK_GROWTH: Final = 0.05
SOAK_MB: Final = 20.0


@dataclass(frozen=True)
class Target:
    """One target and what was measured."""

    what: str
    wanted: str
    measured: str
    met: bool


def at_most(what: str, value: float, most: float, unit: str = "") -> Target:
    """A target with an upper bound."""
    return Target(what, f"≤ {most:,.6g}{unit}", f"{value:,.4g}{unit}", value <= most)


def at_least(what: str, value: float, least: float, unit: str = "") -> Target:
    """A target with a lower bound."""
    return Target(what, f"≥ {least:,.6g}{unit}", f"{value:,.4g}{unit}", value >= least)


def properly_answered(when: str, result: dict[str, Any]) -> list[Target]:
    """Nothing but good answers, and refusals that say when to come back."""
    failed = sum(result["failed"].values()) + result["unanswered"]
    named = ", ".join(f"{what} ({count})" for what, count in sorted(result["failed"].items())[:4])
    return [
        Target(f"{when}: neither good nor a proper refusal", "0", f"{failed} {named}".strip(), failed == 0),
        at_most(f"{when}: refusals without Retry-After", result["refused_without_retry_after"], 0),
    ]


def show(targets: list[Target]) -> bool:
    """Print all; answers whether all were met."""
    table = Table(title="targets")
    for column in ("", "wanted", "measured", ""):
        table.add_column(column)
    for target in targets:
        verdict = "met" if target.met else "[bold red]MISSED[/]"
        table.add_row(target.what, target.wanted, target.measured, verdict)
    Console(width=140).print(table)
    return all(target.met for target in targets)
