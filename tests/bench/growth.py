"""How the cost of a read grows with the number of organisations, and what more workers bring."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

from tests.bench.operations import SERVICE, Places, ours
from tests.bench.programs import started
from tests.bench.site import Site
from tests.bench.wrk import Asked, wrk
from tests.wire.stack import ROOT, free_ports

WORKERS = (1, 2, 4)
_MORE = {"count": "?count=true&limit=1", "facets": "?facets=kind,country&limit=1"}
"""What reads every row, and so must grow."""
CURVES = ("one", "first", "deep", "filtered", "sorted", "search", *_MORE)


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


def measure(site: Site, places: Places, rows: int, *, seconds: float) -> list[Grown]:
    """Each read of the service, one request at a time."""
    found = []
    for operation in CURVES:
        if operation in _MORE:
            asked = Asked(site.url("members"), (f"/v1/organisations{_MORE[operation]}",), site.token())
        else:
            asked = ours(site, SERVICE, operation, places)
        wrk(asked, seconds=1, connections=1)
        load = wrk(asked, seconds=seconds, connections=1)
        found.append(Grown(rows, operation, load.p50_ms, load.p99_ms))
    return found


def with_workers(site: Site, places: Places, *, seconds: float) -> list[Worked]:
    """The members service with more processes that share one listening socket."""
    found = []
    for workers in WORKERS:
        with _members(site, workers) as base:
            for operation in ("one", "first"):
                paths = ours(site, SERVICE, operation, places).paths
                asked = Asked(base, paths, site.token())
                wrk(asked, seconds=3)  # the first to be ready answers while the others start
                load = wrk(asked, seconds=seconds)
                found.append(Worked(workers, operation, load.rate, load.p99_ms))
    return found


@contextmanager
def _members(site: Site, workers: int) -> Iterator[str]:
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
            with started(command, url, environment, "/readyz", keep=[listening.fileno()]):
                yield url
        finally:
            for process in more:
                process.terminate()
            for process in more:
                process.wait(20)
