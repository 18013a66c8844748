"""`make bench`: what the system does a second, beside what it could do at best and what the usual way does, in one run.

Machines differ and are noisy: read the ratios. A missed target is told as missed, and the exit code says so. The JSON
of the run is kept in `var/bench/`; `--write-docs` puts the figures and the curves into docs/performance.md.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime

import psutil
import psycopg
from rich.console import Console

from tests.bench import cores, docs, files, growth, operations, proxies, report, seed, statement_counts, targets, tools
from tests.bench.naive import TABLES
from tests.bench.operations import BARE, GATEWAY, NAIVE, PGBENCH, READS, SERVICE, WRITES, Places
from tests.bench.outcome import Cell, Outcome
from tests.bench.programs import Program, uvicorn
from tests.bench.site import Site, machine
from tests.bench.wrk import Asked, Load, measured, middle, wrk
from tests.wire.stack import ROOT, running

SIZES = (1_000, 10_000)
SCANNED = 10_000
"""Organisations that the usual run scans for duplicates; the long one scans all."""
PARTS = ("growth", "reads", "writes", "workers", "proxies", "files")
_SQL_NAMES = {SERVICE: "members", NAIVE: "naive"}

console = Console(stderr=True)


def run(options: argparse.Namespace) -> Outcome:
    """Start everything, fill it bit by bit, measure each part in turn."""
    began = time.monotonic()
    parts, seconds = options.only or PARTS, options.seconds
    with running() as stack:
        site = Site.of(stack)
        outcome = Outcome(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", machine(site), options.rows)
        outcome.left_out = tools.missing()[1]
        outcome.memory["at rest"] = site.memory()
        there = 0
        scanned = options.rows if options.scan else min(SCANNED, options.rows)
        wanted = {*(SIZES if "growth" in parts else ()), *([scanned] if "files" in parts else ())}
        for size in [*sorted(size for size in wanted if size < options.rows), options.rows]:
            places, there = filled(site, there, size), size
            if "files" in parts and size == scanned:
                told(f"scan of {size:,}")
                outcome.files.append(files.scan(site, size))
            if "growth" in parts and (size in SIZES or size == options.rows):
                told(f"growth at {size:,}")
                outcome.growth += growth.measure(site, places, size, seconds=seconds)
        if "reads" in parts or "writes" in parts:
            places = replace(places, admission=operations.open_event(site))
            measure(site, outcome, places, parts, seconds)
        if "workers" in parts:
            told("workers")
            outcome.workers = growth.with_workers(site, places, seconds=seconds)
        if "proxies" in parts:
            told("proxies")
            outcome.proxies = in_front(site, places, seconds)
        if "files" in parts:
            told("files")
            outcome.files += files.export(site, options.rows)
            outcome.files.append(files.import_(site, options.imported))
        outcome.memory["at the end"] = site.memory()
        if options.million and "growth" in parts:
            places = filled(site, there, 1_000_000)
            told("growth at 1,000,000")
            outcome.growth += growth.measure(site, places, 1_000_000, seconds=seconds)
    outcome.seconds, outcome.load_after = time.monotonic() - began, psutil.getloadavg()[0]
    return outcome


def filled(site: Site, there: int, size: int) -> Places:
    """As many organisations as that, and what to ask for among them."""
    told(f"filling up to {size:,} organisations")
    seed.fill(site.owner, size - there, there)
    return operations.find_places(site, size)


def measure(site: Site, outcome: Outcome, places: Places, parts: Sequence[str], seconds: float) -> None:
    """Each operation in each way."""
    with psycopg.connect(site.owner, autocommit=True) as database:
        database.execute(TABLES)
    with ExitStack() as opened:
        bare = opened.enter_context(uvicorn("tests.bench.bare:app", site.database("members")))
        naive = opened.enter_context(uvicorn("tests.bench.naive:app", site.owner))
        asked: dict[tuple[str, str], Asked] = {}
        wanted = [*(READS if "reads" in parts else ()), *(WRITES if "writes" in parts else ())]
        for operation in wanted:
            told(operation)
            outcome.cores_together[operation] = cores.together()
            ways = in_each_way(site, bare, naive, operation, places, outcome.rows)
            asked |= {(way, operation): one for way, one in ways.items()}
            found = in_turn(ways, seconds, rounds=3 if operation in ("create", "register") else 2)
            outcome.cells += [Cell(way, operation, x.rate, x.p50_ms, x.p99_ms, x.cpu_ms) for way, x in found.items()]
        if "reads" in parts:
            alone = operations.ours(site, SERVICE, "search", places)
            outcome.search_alone_p99_ms = measured(alone, seconds=seconds, connections=1).p99_ms
            told("pgbench")
            for operation, load in operations.by_pgbench(site, places, seconds=seconds).items():
                outcome.cells.append(Cell(PGBENCH, operation, load.rate, load.p50_ms, load.p99_ms))
        told("counting statements")
        count_statements(site, outcome, asked)
        outcome.memory["after reads and writes"] = site.memory() | {
            BARE: round(psutil.Process(bare.pid).memory_info().rss / 1e6, 1),
            NAIVE: round(psutil.Process(naive.pid).memory_info().rss / 1e6, 1),
        }


def in_each_way(
    site: Site, bare: Program, naive: Program, operation: str, places: Places, rows: int
) -> dict[str, Asked]:
    """What to ask of whom."""
    ways = {
        BARE: operations.bare(bare, operation, places),
        NAIVE: operations.naive(naive, operation, places, rows),
        SERVICE: operations.ours(site, SERVICE, operation, places),
        GATEWAY: operations.ours(site, GATEWAY, operation, places),
    }
    return {way: asked for way, asked in ways.items() if asked is not None}


def in_turn(ways: dict[str, Asked], seconds: float, *, rounds: int) -> dict[str, Load]:
    """Medians of some rounds after one to warm up. Each round asks in every way, so that noise meets them alike. The
    writes that have a target keep both cores busy, so it meets them most."""
    for asked in ways.values():
        wrk(asked, seconds=1)
    found: dict[str, list[Load]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way, asked in ways.items():
            found[way].append(wrk(asked, seconds=seconds))
    return {way: middle(loads) for way, loads in found.items()}


def count_statements(site: Site, outcome: Outcome, asked: dict[tuple[str, str], Asked]) -> None:
    """Into the cells of the service and of the plain one."""
    # Tokens for a service last five minutes, which may be over.
    token = site.token()
    counted = {k: replace(one, token=one.token and token) for k, one in asked.items() if k[0] in _SQL_NAMES}
    names = {key: "events" if key == (SERVICE, "register") else _SQL_NAMES[key[0]] for key in counted}
    for key, number in statement_counts.count(site, counted, names).items():
        if (cell := outcome.cell(*key)) is not None:
            cell.statements = number


def in_front(site: Site, places: Places, seconds: float) -> list[proxies.Proxied]:
    """The gateway and others in front of an upstream that answers with one record."""
    path = f"/v1/organisations/{places.id}"
    with site.gateway() as http:
        record = http.get(path).content
        http.headers["Authorization"] = f"Bearer {site.token()}"
        document = http.get(f"{site.url('members')}/openapi.json", timeout=60).content
    return proxies.measure(site.gateway_environment, site.key, path, record, document, seconds=seconds)


def told(what: str) -> None:
    """Say what is being done."""
    console.print(f"[dim]{datetime.now(UTC):%H:%M:%S}[/dim] {what} …")


def options_of(words: list[str]) -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="make bench", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=seed.ROWS, help="organisations; 100,000 unless said")
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measurement")
    parser.add_argument("--only", nargs="+", choices=PARTS, help="some parts")
    parser.add_argument("--million", action="store_true", help="growth up to 1,000,000 organisations (minutes more)")
    parser.add_argument("--imported", type=int, default=5_000, help="rows of the import; the target is about 100000")
    parser.add_argument(
        "--scan", action="store_true", help="scan all organisations for duplicates, not 10,000 (minutes more)"
    )
    parser.add_argument("--write-docs", action="store_true", help="put figures and curves into docs/performance.md")
    return parser.parse_args(words)


def main() -> None:
    """Run and report."""
    options = options_of(sys.argv[1:])
    needed, skipped = tools.missing()
    for sentence in skipped:
        console.print(sentence, style="yellow")
    if needed:
        sys.exit("\n".join(needed))
    outcome = run(options)
    judged = targets.judge(outcome)
    report.show(outcome, judged)
    kept = ROOT / "var" / "bench" / f"{datetime.now(UTC):%Y%m%dT%H%M%S}.json"
    outcome.keep(kept)
    print(f"kept in {kept.relative_to(ROOT)}")  # noqa: T201 - a command prints
    if options.write_docs:
        docs.write(outcome, judged)
    sys.exit(0 if all(target.met for target in judged if target.required) else 1)


if __name__ == "__main__":
    main()
