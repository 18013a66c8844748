"""wrk, run and read: requests a second and how long they took."""

import math
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import psutil

from tests.bench.tools import found, pinned

CONNECTIONS = 16
_SCRIPT = Path(__file__).with_name("requests.lua")
_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True)
class Load:
    """What one run reached."""

    rate: float
    """Requests a second."""
    p50_ms: float
    p99_ms: float
    cpu_ms: float | None = None
    """Processor time a request of the process that answered, in milliseconds."""


@dataclass(frozen=True)
class Asked:
    """What to ask: one address, or several in turn; with a body for writes, `{n}` in it another text each time."""

    base: str
    paths: tuple[str, ...]
    token: str | None = None
    method: str = "GET"
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    keyed: bool = False
    """With an Idempotency-Key of its own each time."""
    pid: int | None = None
    """Of the process that answers, where its processor time is to be measured."""


def wrk(asked: Asked, *, seconds: float, connections: int = CONNECTIONS, core: int | None = None) -> Load:
    """Run it. Raises when an answer was none of 2xx and 3xx: failures are no throughput."""
    given = [*asked.headers, *([("Authorization", f"Bearer {asked.token}")] if asked.token else [])]
    headers = [word for name, value in given for word in ("-H", f"{name}: {value}")]
    command = [found("wrk") or "wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--latency", *headers]
    with tempfile.TemporaryDirectory(prefix="alliance-wrk-") as folder:
        environment = dict(os.environ)
        if len(asked.paths) > 1 or asked.method != "GET":
            paths, body = Path(folder, "paths"), Path(folder, "body")
            paths.write_text("\n".join(asked.paths))
            body.write_text(asked.body)
            environment |= {
                "BENCH_PATHS": str(paths),
                "BENCH_BODY": str(body),
                "BENCH_METHOD": asked.method,
                "BENCH_KEYED": "yes" if asked.keyed else "",
                "BENCH_RUN": os.urandom(5).hex(),
            }
            command += ["-s", str(_SCRIPT)]
        before = _processor(asked.pid)
        done = subprocess.run(
            pinned(core, [*command, asked.base + asked.paths[0]]),
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds + 60,
            env=environment,
        )
        spent = _processor(asked.pid) - before
    return _read(done.stdout + done.stderr, asked, spent)


def measured(asked: Asked, *, seconds: float, rounds: int = 2, connections: int = CONNECTIONS) -> Load:
    """The median of some rounds, after a short one to warm up."""
    wrk(asked, seconds=1, connections=connections)
    return middle([wrk(asked, seconds=seconds, connections=connections) for _ in range(rounds)])


def middle(loads: list[Load]) -> Load:
    """Medians, figure by figure."""
    spent = [load.cpu_ms for load in loads if load.cpu_ms is not None]
    of = replace(
        loads[0],
        rate=median(load.rate for load in loads),
        p50_ms=median(load.p50_ms for load in loads),
        p99_ms=median(load.p99_ms for load in loads),
    )
    return replace(of, cpu_ms=median(spent) if spent else None)


def _read(printed: str, asked: Asked, spent: float) -> Load:
    if "Non-2xx" in printed or "Socket errors" in printed:
        raise RuntimeError(f"{asked.method} {asked.base}{asked.paths[0]} failed under load:\n{printed}")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", printed)
    count = re.search(r"(\d+) requests in", printed)
    if count is not None and int(count[1]) == 0:
        return Load(0.0, math.inf, math.inf)  # slower than the run was long
    if rate is None or count is None:
        raise RuntimeError(f"{asked.method} {asked.base}{asked.paths[0]}: wrk said something unexpected:\n{printed}")
    return Load(
        rate=float(rate[1]),
        p50_ms=_percentile("50", printed),
        p99_ms=_percentile("99", printed),
        cpu_ms=spent / int(count[1]) * 1000 if asked.pid is not None else None,
    )


def _percentile(which: str, printed: str) -> float:
    found_ = re.search(rf"^\s+{which}%\s+([\d.]+)(us|ms|s|m)\s*$", printed, re.MULTILINE)
    if found_ is None:
        raise RuntimeError(f"wrk told no {which}th percentile:\n{printed}")
    return float(found_[1]) * _MILLISECONDS[found_[2]]


def _processor(pid: int | None) -> float:
    if pid is None:
        return 0.0
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)
