"""How the cost of an operation grows with the number of organisations, and what more workers bring."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil

from tests.bench.operations import SERVICE, Places, ours, remove_created
from tests.bench.programs import started
from tests.bench.site import Site
from tests.bench.wrk import Asked, wrk
from tests.wire.stack import ROOT, free_ports

WORKERS = (1, 2, 4)
_MORE = {"count": "?count=true&limit=1", "facets": "?facets=kind,country&limit=1"}
"""What reads every row, and so must grow."""
WRITTEN = ("patch", "create")
"""For a second each, and without warming up: they cost more time than reads, and what they leave must go again."""
CURVES = ("one", "first", "deep", "filtered", "sorted", "search", *_MORE, *WRITTEN)


@dataclass(frozen=True)
class Grown:
    """One operation at one size, alone."""

    rows: int
    operation: str
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True)
class Worked:
    """One operation with so many workers of the members service behind one port."""

    workers: int
    operation: str
    rate: float
    p99_ms: float
    cores: dict[str, float] = field(default_factory=dict)
    """Processor seconds a second of the workers, of PostgreSQL and of wrk, which share the machine's cores."""


def measure(site: Site, places: Places, rows: int, *, seconds: float) -> list[Grown]:
    """Each operation of the service, one request at a time."""
    found = []
    for operation in CURVES:
        if operation in _MORE:
            asked = Asked(site.url("members"), (f"/v1/organisations{_MORE[operation]}",), site.token())
        else:
            asked = ours(site, SERVICE, operation, places)
        if operation not in WRITTEN:
            wrk(asked, seconds=1, connections=1)
        load = wrk(asked, seconds=1 if operation in WRITTEN else seconds, connections=1)
        found.append(Grown(rows, operation, load.p50_ms, load.p99_ms))
    remove_created(site)
    return found


def with_workers(site: Site, places: Places, *, seconds: float) -> list[Worked]:
    """The members service with more processes that share one listening socket."""
    found = []
    for workers in WORKERS:
        with _members(site, workers) as (base, pids):
            for operation in ("one", "first"):
                paths = ours(site, SERVICE, operation, places).paths
                asked = Asked(base, paths, site.token())
                wrk(asked, seconds=3)  # the first to be ready answers while the others start
                before, began = _spent(site, pids), time.monotonic()
                load = wrk(asked, seconds=seconds)
                after, took = _spent(site, pids), time.monotonic() - began
                cores = {name: round((after[name] - before[name]) / took, 2) for name in after}
                found.append(Worked(workers, operation, load.rate, load.p99_ms, cores))
    return found


def _spent(site: Site, workers: Sequence[int]) -> dict[str, float]:
    """Processor seconds until now."""
    postgres = psutil.Process(site.stack.pids()["postgres"])
    return {
        "workers": sum(_of(psutil.Process(pid)) for pid in workers),
        "PostgreSQL": sum(_of(process) for process in (postgres, *postgres.children(recursive=True))),
        "wrk": os.times().children_user + os.times().children_system,
    }


def _of(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


@contextmanager
def _members(site: Site, workers: int) -> Iterator[tuple[str, list[int]]]:
    """So many workers: their address, and their processes."""
    port = free_ports(1)
    with socket.create_server(("127.0.0.1", port), backlog=2_048) as listening:
        environment = {**psutil.Process(site.stack.pids()["members"]).environ(), "PORT": str(port)}
        command = [sys.executable, "-m", "tests.bench.shared_socket", str(listening.fileno())]
        more = [
            subprocess.Popen(command, cwd=ROOT, env=environment, pass_fds=[listening.fileno()])
            for _ in range(workers - 1)
        ]
        try:
            url = f"http://127.0.0.1:{port}"
            with started(command, url, environment, "/readyz", keep=[listening.fileno()]) as program:
                yield url, [program.pid, *(process.pid for process in more)]
        finally:
            for process in more:
                process.terminate()
            for process in more:
                process.wait(20)
