"""`make bench`: reads through the service and the gateway beside a bare handler and a plain ORM service, in one run.

Every figure is requests a second of `wrk -t1 -c16` against one worker. Machines differ and are noisy: read the
ratios. The JSON of the run is kept in `var/bench/`.
"""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from statistics import median
from urllib.parse import quote

import httpx
from rich.console import Console
from rich.table import Table

from deploy.local.secret_files import SecretFiles
from deploy.local.settings import Var, owner_of
from tests.bench import exports, seed
from tests.bench.exports import Exported
from tests.bench.programs import uvicorn
from tests.wire.stack import ROOT, Stack, running

SECONDS = 3
ROUNDS = 3
COUNTRY = "NP"


@dataclass
class Measured:
    """What one way of asking reached."""

    name: str
    one: float
    page: float
    one_p99_ms: float
    page_p99_ms: float


def wrk(url: str, token: str | None = None, connections: int = 16) -> tuple[float, float]:
    """Requests a second and the 99th percentile in milliseconds; refuses to count failures."""
    header = ["-H", f"Authorization: Bearer {token}"] if token else []
    command = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "--latency", *header, url]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=SECONDS + 30).stdout
    if "Non-2xx" in printed or "Socket errors" in printed:
        raise RuntimeError(f"{url} failed under load:\n{printed}")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", printed)
    tail = re.search(r"99%\s+([\d.]+)(us|ms|s)", printed)
    if rate is None or tail is None:
        raise RuntimeError(f"wrk said something unexpected:\n{printed}")
    return float(rate[1]), float(tail[1]) * {"us": 0.001, "ms": 1, "s": 1000}[tail[2]]


@dataclass
class Way:
    """One way of asking: the addresses of a record and of a page."""

    name: str
    one: str
    page: str
    token: str | None = None


def measure(ways: list[Way]) -> list[Measured]:
    """Medians of several rounds after one to warm up. Each round asks in every way, so that noise meets them alike."""
    ones: dict[str, list[tuple[float, float]]] = {way.name: [] for way in ways}
    pages: dict[str, list[tuple[float, float]]] = {way.name: [] for way in ways}
    for _ in range(ROUNDS + 1):
        for way in ways:
            ones[way.name].append(wrk(way.one, way.token))
        for way in ways:
            pages[way.name].append(wrk(way.page, way.token))
    return [
        Measured(
            name=way.name,
            one=median(rate for rate, _ in ones[way.name][1:]),
            page=median(rate for rate, _ in pages[way.name][1:]),
            one_p99_ms=median(tail for _, tail in ones[way.name][1:]),
            page_p99_ms=median(tail for _, tail in pages[way.name][1:]),
        )
        for way in ways
    ]


def database_url(stack: Stack, group: str, role: str | None = None) -> str:
    """Where a service of the stack keeps its rows."""
    var = Var(stack.var)
    password = SecretFiles(var.secrets).database_password(role or group)
    return f"postgresql://{role or group}:{password}@/{group}?host={quote(str(var.socket), safe='/')}"


def internal_token(stack: Stack) -> str:
    """A token such as the gateway gives a service, to call members directly."""
    secret = SecretFiles(Var(stack.var).secrets).service_secret("events")
    reply = httpx.post(f"{stack.url}/internal/tokens", json={"service": "events", "secret": secret}, timeout=5)
    reply.raise_for_status()
    token: str = reply.json()["token"]
    return token


def run(rows: int) -> tuple[list[Measured], list[Exported]]:
    """Start everything, fill it, measure each way in turn."""
    console = Console(stderr=True)
    with running() as stack:
        console.print(f"filling {rows:,} organisations …")
        url = database_url(stack, "members")
        seed.fill(database_url(stack, "members", owner_of("members")), rows)  # only the owner may VACUUM
        key, token = stack.key("members:read", "records:export"), internal_token(stack)
        headers = {"Authorization": f"Bearer {key}"}
        first = httpx.get(f"{stack.url}/v1/organisations?limit=1", headers=headers, timeout=10).json()
        id = first["items"][0]["id"]
        members = f"http://127.0.0.1:{stack.port + 1}"
        ours = (f"/v1/organisations/{id}", f"/v1/organisations?country={COUNTRY}")
        with uvicorn("tests.bench.bare:app", url) as bare, uvicorn("tests.bench.naive:app", url) as naive:
            console.print("measuring …")
            reads = measure(
                [
                    Way("bare ASGI handler", f"{bare}/one/{id}", f"{bare}/page/{COUNTRY}"),
                    Way("FastAPI with ORM", f"{naive}/one/{id}", f"{naive}/page/{COUNTRY}"),
                    Way("members, directly", members + ours[0], members + ours[1], token),
                    Way("members, by gateway", stack.url + ours[0], stack.url + ours[1], key),
                ]
            )
        console.print("exporting …")
        return reads, exports.measure(stack, key, rows)


def show(measured: list[Measured]) -> None:
    """The table of ratios."""
    bare, naive = measured[0], measured[1]
    table = Table(title="wrk -t1 -c16, medians; all share this machine's cores")
    for column in ("", "one/s", "of bare", "of ORM", "p99 ms", "page/s", "of bare", "of ORM", "p99 ms"):
        table.add_column(column, justify="left" if not column else "right")
    for row in measured:
        ones = (f"{row.one:,.0f}", f"{row.one / bare.one:.2f}", f"{row.one / naive.one:.2f}", f"{row.one_p99_ms:.1f}")
        pages = (
            f"{row.page:,.0f}",
            f"{row.page / bare.page:.2f}",
            f"{row.page / naive.page:.2f}",
            f"{row.page_p99_ms:.1f}",
        )
        table.add_row(row.name, *ones, *pages)
    Console(width=110).print(table)


def show_exports(files: list[Exported]) -> None:
    """The table of files."""
    table = Table(title="exports through the gateway")
    for column in ("", "rows", "rows/s", "first byte s", "MB", "RSS before MB", "RSS peak MB"):
        table.add_column(column, justify="left" if not column else "right")
    for file in files:
        table.add_row(
            file.form,
            f"{file.rows:,}",
            f"{file.rows_per_second:,.0f}",
            f"{file.first_byte_seconds:.2f}",
            f"{file.megabytes:.1f}",
            f"{file.rss_before_megabytes:.0f}",
            f"{file.rss_peak_megabytes:.0f}",
        )
    Console(width=110).print(table)


def main() -> None:
    """Run and report."""
    if shutil.which("wrk") is None:
        sys.exit("make bench needs wrk (Debian and Homebrew: the package wrk).")
    measured, files = run(int(sys.argv[1]) if len(sys.argv) > 1 else seed.ROWS)
    show(measured)
    show_exports(files)
    kept = ROOT / "var" / "bench" / f"{datetime.now(UTC):%Y%m%dT%H%M%S}.json"
    kept.parent.mkdir(parents=True, exist_ok=True)
    rows = [*[asdict(row) for row in measured], *[asdict(file) for file in files]]
    kept.write_text(json.dumps(rows, indent=1))
    print(f"kept in {kept.relative_to(ROOT)}")  # noqa: T201 - a command prints


if __name__ == "__main__":
    main()
