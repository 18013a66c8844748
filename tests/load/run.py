"""`make load`: more than the machine holds, slow clients, and (with `--soak 20`) a long run; targets met or missed.

    make load                                   a minute at 1×, 2× and 5×, then the crowds: about 8 minutes
    make load args="--seconds 15"               shorter stretches
    make load args="--only clients"             or `overload`
    make load args="--soak 20"                  20 minutes of ordinary traffic, and nothing else

Ends with 1 when a target is missed. The JSON of the run is kept in `var/load/`.
"""

import argparse
import json
import os
import platform
import sys
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from services.kit.serve import open_files
from tests.load import clients, ground, overload, soak
from tests.load.children import child
from tests.load.targets import Target, show
from tests.load.watching import Watch
from tests.wire.stack import ROOT, running


def run(asked: argparse.Namespace) -> tuple[list[Target], dict[str, Any]]:
    """Start a stack, lay the ground, load it."""
    console = Console(stderr=True)
    targets: list[Target] = []
    kept: dict[str, Any] = {"at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", "machine": _machine()}
    with running() as stack:
        console.print("laying the ground …")
        order = ground.order(stack, ground.lay(stack))
        with child("generator") as generator, Watch(stack) as watch:
            generator.tell(order)
            console.print("finding what the machine holds …")
            holds, kept["ramp"] = overload.peak(generator, asked.seconds)
            kept["holds_per_second"] = holds
            if asked.soak:
                console.print(f"{asked.soak:g} minutes at {soak.LOAD:g} of {holds:,.0f} requests a second …")
                kept["soak"] = soak.soak(generator, watch, holds, asked.soak)
                targets += soak.judged(kept["soak"], watch.samples)
            if asked.only != "clients" and not asked.soak:
                console.print(f"1×, 2× and 5× of {holds:,.0f} requests a second …")
                kept["overload"] = overload.overload(generator, watch, holds, asked.seconds)
                callers = kept["ramp"][-1]["callers"]
                after = generator.ask({"callers": callers, "seconds": asked.seconds})["good_per_second"]
                kept["held_after_per_second"] = after
                targets += overload.judged(holds, after, kept["overload"])
            if asked.only != "overload" and not asked.soak:
                console.print("crowds of slow, vanishing and idle clients …")
                kept["clients"] = clients.crowds(generator, watch, order, holds, max(8.0, asked.seconds / 4))
                targets += clients.judged(kept["clients"])
            kept["samples"] = watch.kept()
    return targets, kept


def _machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "load_average": os.getloadavg()[0],
        "open_files": open_files(),
        "python": platform.python_version(),
        "system": platform.platform(),
    }


def report(kept: dict[str, Any]) -> None:
    """The table of stretches."""
    after = f" ({kept['held_after_per_second']:,.0f} after the overload)" if "held_after_per_second" in kept else ""
    table = Table(title=f"the machine holds {kept['holds_per_second']:,.0f} requests a second of this traffic{after}")
    columns = (
        "",
        "asked/s",
        "good/s",
        "refused/s",
        "good p50 ms",
        "p99",
        "refused p99 ms",
        "failed",
        "sent late p99 ms",
    )
    for column in (*columns, "generator's cores"):
        table.add_column(column, justify="right" if column else "left")
    stretches = [(f"{one['times']}×", one) for one in kept.get("overload", [])]
    stretches += [(one["beside"], one) for one in kept.get("clients", [])]
    stretches += [("soak", kept["soak"])] if "soak" in kept else []
    for name, one in stretches:
        table.add_row(
            name,
            f"{one['asked_per_second']:,.0f}",
            f"{one['good_per_second']:,.0f}",
            f"{one['refused_per_second']:,.0f}",
            f"{one['good_ms'].get('p50', 0):,.0f}",
            f"{one['good_ms'].get('p99', 0):,.0f}",
            f"{one['refused_ms'].get('p99', 0):,.0f}",
            str(sum(one["failed"].values()) + one["unanswered"]),
            f"{one['sent_late_ms_p99']:,.0f}",
            f"{one['generator_cpu_seconds'] / one['seconds']:.2f}",
        )
    Console(width=140).print(table)


def main() -> None:
    """Run, report, and say whether the targets were met."""
    parser = argparse.ArgumentParser(prog="make load", description="More than the machine holds.")
    parser.add_argument("--seconds", type=float, default=60.0, help="length of a stretch of overload")
    parser.add_argument("--only", choices=("overload", "clients"), help="one half")
    parser.add_argument("--soak", type=float, metavar="MINUTES", help="a long run instead")
    asked = parser.parse_args()
    targets, kept = run(asked)
    report(kept)
    met = show(targets)
    kept["targets"] = [vars(target) for target in targets]
    file = ROOT / "var" / "load" / f"{datetime.now(UTC):%Y%m%dT%H%M%S}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(kept, indent=1))
    print(f"kept in {file.relative_to(ROOT)}")  # noqa: T201 - a command prints
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
