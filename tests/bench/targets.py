"""What the design promises of speed, and whether a run kept it."""

from collections.abc import Callable, Iterator

from tests.bench.operations import BARE, GATEWAY, NAIVE, SERVICE
from tests.bench.outcome import Outcome, Target

IMPORT_100_000_SECONDS, SCAN_100_000_SECONDS = 180.0, 120.0


def judge(outcome: Outcome) -> list[Target]:
    """Every promise of which something was measured."""
    return list(_judged(outcome))


def _judged(outcome: Outcome) -> Iterator[Target]:
    ratios = [
        ("page of 50, service by bare handler", "first", BARE, 0.6),
        ("one record, service by bare handler", "one", BARE, 0.35),
        ("create, service by plain ORM service", "create", NAIVE, 0.5),
        ("register, service by plain ORM service", "register", NAIVE, 0.5),
    ]
    for what, operation, beside, wanted in ratios:
        if (found := outcome.ratio(operation, SERVICE, beside)) is not None:
            yield Target(what, f"≥ {wanted:g}", f"{found:.2f}", found >= wanted)
    if (one := outcome.ratio("one", SERVICE, BARE)) is not None:
        yield Target("one record, the same, aimed at", "≥ 0.6", f"{one:.2f}", one >= 0.6, required=False)
    first, deep = outcome.cell(SERVICE, "first"), outcome.cell(SERVICE, "deep")
    if first is not None and deep is not None:
        times = first.rate / deep.rate
        yield Target("deep page by first page", "≤ 1.5 ×", f"{times:.2f} ×", times <= 1.5)
    if (alone := outcome.search_alone_p99_ms) is not None:
        yield Target(f"search in {outcome.rows:,} names, alone, p99", "≤ 50 ms", f"{alone:.1f} ms", alone <= 50)
    gateway = next((one for one in outcome.proxies if one.name == GATEWAY), None)
    if gateway is not None:
        yield Target(
            "gateway on one core, trivial upstream", "≥ 3,000/s", f"{gateway.rate:,.0f}/s", gateway.rate >= 3_000
        )
        added = gateway.added_p50_ms
        yield Target("gateway adds at the median", "≤ 1 ms", f"{added:.2f} ms", added <= 1)
    yield from _files(outcome)


def _files(outcome: Outcome) -> Iterator[Target]:
    wanted: dict[str, tuple[float, Callable[[float], bool]]] = {
        "import of organisations": (IMPORT_100_000_SECONDS, lambda seconds: seconds <= IMPORT_100_000_SECONDS),
        "scan for duplicates": (SCAN_100_000_SECONDS, lambda seconds: seconds <= SCAN_100_000_SECONDS),
    }
    for file in outcome.files:
        if file.what in wanted and file.rows >= 100_000:
            most, kept = wanted[file.what]
            met = kept(file.seconds * 100_000 / file.rows) and "created" not in file.note and "state" not in file.note
            yield Target(f"{file.what}, {file.rows:,}", f"≤ {most:g} s for 100,000", f"{file.seconds:.0f} s", met)
