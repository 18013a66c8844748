"""A run as tables for people, and two runs beside each other."""

from rich.console import Console
from rich.table import Table

from tests.bench.operations import BARE, GATEWAY, NAIVE, PGBENCH, READS, SERVICE, WRITES
from tests.bench.outcome import Cell, Outcome, Target

WAYS = (BARE, PGBENCH, NAIVE, SERVICE, GATEWAY)
OPERATIONS = {
    "one": "read one", "first": "page of 50, first", "deep": "page of 50, deep", "filtered": "page of 50, filtered",
    "sorted": "page of 50, sorted", "search": "search", "create": "create", "patch": "patch", "register": "register",
}  # fmt: skip
Rows = list[list[str]]


def ratio_rows(outcome: Outcome) -> tuple[list[str], Rows]:
    """The one table: requests a second in each way, and ratios."""
    head = ["", *WAYS, "service by bare", "by ORM", "gateway by service"]
    rows = []
    for operation in (*READS, *WRITES):
        cells = [outcome.cell(way, operation) for way in WAYS]
        if not any(cells):
            continue
        by = [(SERVICE, BARE), (SERVICE, NAIVE), (GATEWAY, SERVICE)]
        ratios = [outcome.ratio(operation, way, beside) for way, beside in by]
        rows.append(
            [
                OPERATIONS[operation],
                *[_rate(cell) for cell in cells],
                *["–" if r is None else f"{r:.2f}" for r in ratios],
            ]
        )
    return head, rows


def detail_rows(outcome: Outcome) -> tuple[list[str], Rows]:
    """Each way of each operation."""
    head = ["", "way", "requests/s", "p50 ms", "p99 ms", "CPU ms a request", "SQL statements"]
    return head, [
        [
            OPERATIONS[cell.operation],
            cell.way,
            _rate(cell),
            f"{cell.p50_ms:.2f}",
            f"{cell.p99_ms:.1f}",
            "–" if cell.cpu_ms is None else f"{cell.cpu_ms:.2f}",
            "–" if cell.statements is None else f"{cell.statements:g}",
        ]
        for cell in outcome.cells
    ]


def proxy_rows(outcome: Outcome) -> tuple[list[str], Rows]:
    """The gateway beside other proxies."""
    head = ["in front of a trivial upstream", "requests/s", "p99 ms", "alone p50 ms", "added p50 ms"]
    return head, [
        [one.name, f"{one.rate:,.0f}", f"{one.p99_ms:.1f}", f"{one.alone_p50_ms:.3f}", f"{one.added_p50_ms:.3f}"]
        for one in outcome.proxies
    ]


def growth_rows(outcome: Outcome) -> tuple[list[str], Rows]:
    """Each operation at each size, alone."""
    sizes = sorted({one.rows for one in outcome.growth})
    found = {(one.operation, one.rows): one for one in outcome.growth}
    operations = list(dict.fromkeys(one.operation for one in outcome.growth))
    head = ["p50 ms alone (p99)", *[f"{size:,}" for size in sizes]]
    rows = []
    for operation in operations:
        cells = [found.get((operation, size)) for size in sizes]
        texts = ["–" if c is None else f"{c.p50_ms:.2f} ({c.p99_ms:.1f})" for c in cells]
        rows.append([OPERATIONS.get(operation, operation), *texts])
    return head, rows


def worker_rows(outcome: Outcome) -> tuple[list[str], Rows]:
    """More processes of one service."""
    spent = list(dict.fromkeys(name for one in outcome.workers for name in one.cores))
    return ["workers of members", "", "requests/s", "p99 ms", *[f"cores: {name}" for name in spent]], [
        [
            str(one.workers),
            OPERATIONS[one.operation],
            f"{one.rate:,.0f}",
            f"{one.p99_ms:.1f}",
            *[f"{one.cores[name]:.2f}" if name in one.cores else "–" for name in spent],
        ]
        for one in outcome.workers
    ]


def file_rows(outcome: Outcome) -> tuple[list[str], Rows]:
    """Work on many records."""
    head = ["", "rows", "seconds", "rows/s", "first byte s", "MB", "RSS before MB", "RSS peak MB", ""]
    return head, [
        [
            one.what,
            f"{one.rows:,}",
            f"{one.seconds:.1f}",
            f"{one.rows_per_second:,.0f}",
            "–" if one.first_byte_seconds is None else f"{one.first_byte_seconds:.2f}",
            "–" if one.megabytes is None else f"{one.megabytes:.1f}",
            f"{one.rss_before_megabytes:.0f}",
            f"{one.rss_peak_megabytes:.0f}",
            one.note,
        ]
        for one in outcome.files
    ]


def memory_rows(outcome: Outcome) -> tuple[list[str], Rows]:
    """Memory of each process."""
    moments = list(outcome.memory)
    names = sorted({name for found in outcome.memory.values() for name in found})
    return ["MB", *moments], [
        [name, *[f"{outcome.memory[moment].get(name, 0):.0f}" for moment in moments]] for name in names
    ]


def target_rows(targets: list[Target]) -> tuple[list[str], Rows]:
    """Each promise."""
    return ["target", "wanted", "measured", ""], [
        [
            target.what,
            target.wanted,
            target.found,
            "met" if target.met else "MISSED" if target.required else "not reached",
        ]
        for target in targets
    ]


def core_rows(outcome: Outcome) -> tuple[list[str], Rows]:
    """What the second core was worth before each operation."""
    seen = outcome.cores_together
    head = ["before", *[OPERATIONS[operation] for operation in seen]]
    return head, [["", *[f"{share:.2f}" for share in seen.values()]]] if seen else []


TABLES = {
    "Requests a second, wrk -t1 -c16; all share this machine's cores": ratio_rows,
    "What a core does beside a busy one, of what it does alone": core_rows,
    "Proxies, each on one core": proxy_rows,
    "Growth: the service alone, one request at a time": growth_rows,
    "Workers": worker_rows,
    "Work on many records, through the gateway": file_rows,
    "Memory": memory_rows,
    "Each way": detail_rows,
}


def show(outcome: Outcome, targets: list[Target]) -> None:
    """Print it, the targets last."""
    console = Console(width=150)
    for title, rows_of in TABLES.items():
        head, rows = rows_of(outcome)
        if rows:
            _print(console, title, head, rows)
    for sentence in outcome.left_out:
        console.print(f"left out: {sentence}", style="yellow")
    _print(
        console,
        f"Targets ({outcome.seconds:.0f} s; load {outcome.machine['load_before']:.1f} before)",
        *target_rows(targets),
    )


def compare(earlier: Outcome, later: Outcome) -> None:
    """B by A, cell by cell; above 1 is faster."""
    console = Console(width=110)
    rows = []
    for cell in earlier.cells:
        other = later.cell(cell.way, cell.operation)
        if other is not None:
            times = f"{other.rate / cell.rate:.2f}"
            tails = f"{cell.p99_ms:.1f} → {other.p99_ms:.1f}"
            rows.append([OPERATIONS[cell.operation], cell.way, _rate(cell), _rate(other), times, tails])
    _print(console, f"A {earlier.at}, B {later.at}", ["", "way", "A/s", "B/s", "B by A", "p99 ms"], rows)
    ratios = []
    for operation in OPERATIONS:
        for beside in (BARE, NAIVE):
            a, b = earlier.ratio(operation, SERVICE, beside), later.ratio(operation, SERVICE, beside)
            if a is not None and b is not None:
                ratios.append([OPERATIONS[operation], beside, f"{a:.2f}", f"{b:.2f}", f"{b / a:.2f}"])
    _print(
        console,
        "Service by what stands beside it: what another machine changes least",
        ["", "", "A", "B", "B by A"],
        ratios,
    )


def _rate(cell: Cell | None) -> str:
    return "–" if cell is None else f"{cell.rate:,.0f}"


def _print(console: Console, title: str, head: list[str], rows: Rows) -> None:
    table = Table(title=title)
    for place, name in enumerate(head):
        table.add_column(name, justify="left" if place == 0 else "right", no_wrap=place == 0)
    for row in rows:
        table.add_row(*row)
    console.print(table)
