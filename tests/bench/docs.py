"""Puts a run's figures between the two marks in docs/performance.md, and its curves beside it."""

from collections.abc import Iterator

from tests.bench.outcome import Outcome, Target
from tests.bench.report import TABLES, Rows, target_rows
from tests.wire.stack import ROOT

PAGE = ROOT / "docs" / "performance.md"
PLOTS = ROOT / "docs" / "performance"
BEGIN, END = "<!-- figures: written by make bench -->", "<!-- end of figures -->"


def write(outcome: Outcome, targets: list[Target]) -> None:
    """Replace the figures that are there."""
    before, begun, rest = PAGE.read_text().partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not begun or not ended:
        raise LookupError(f"{PAGE.name} has lost its marks: {BEGIN} and {END}")
    drawn = _drawn(outcome) if outcome.growth or outcome.workers else []
    PAGE.write_text(f"{before}{BEGIN}\n{_figures(outcome, targets, drawn)}\n{END}{after}")


def _drawn(outcome: Outcome) -> list[str]:
    from tests.bench import plots  # reads a plotting library, which nothing else needs

    return plots.draw(outcome, PLOTS)


def _figures(outcome: Outcome, targets: list[Target], drawn: list[str]) -> str:
    machine = outcome.machine
    lines = [
        "",
        f"Taken {outcome.at} on {machine['cores']} cores ({machine['processor']}), {machine['memory_gib']} GiB, "
        f"{machine['system']}, Python {machine['python']}, PostgreSQL {machine['postgres']}; "
        f"{outcome.rows:,} organisations, {outcome.seconds:.0f} s in all. "
        f"Load average before: {machine['load_before']:.1f}"
        + ("; something else ran meanwhile, so only the ratios mean much." if machine["load_before"] > 1 else "."),
        "",
        "### Targets",
        "",
        *_table(*target_rows(targets)),
    ]
    for title, rows_of in TABLES.items():
        head, rows = rows_of(outcome)
        if rows:
            lines += ["", f"### {title}", "", *_table(head, rows)]
    for name in drawn:
        lines += ["", f"![{name}](performance/{name}.svg)"]
    lines += ["", *[f"Left out: {sentence}." for sentence in outcome.left_out]]
    return "\n".join(lines).rstrip() + "\n"


def _table(head: list[str], rows: Rows) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "|".join(["---", *["---:"] * (len(head) - 1)]) + "|"
    for row in rows:
        yield f"| {' | '.join(row)} |"
