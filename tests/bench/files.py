"""Work on many records through the gateway: exports, an import, a scan for duplicates; and what memory they take."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import psutil

from tests.bench.seed import COUNTRIES, names_of
from tests.bench.site import Site

FORMS = ("csv", "xlsx", "jsonl", "vcard")
_PATIENCE = 1_800.0
_IMPORTING = frozenset({"reading", "checking", "running"})
_SCANNING = frozenset({"waiting", "indexing", "comparing"})


@dataclass
class Worked:
    """One piece of work."""

    what: str
    rows: int
    seconds: float
    rss_before_megabytes: float
    rss_peak_megabytes: float
    """Of the process that did it."""
    first_byte_seconds: float | None = None
    megabytes: float | None = None
    note: str = ""

    @property
    def rows_per_second(self) -> float:
        """How fast it was."""
        return self.rows / self.seconds


def export(site: Site, rows: int, forms: tuple[str, ...] = FORMS) -> Iterator[Worked]:
    """Take the list of organisations in each form. `rows` is how many there are."""
    for form in forms:
        first, size, began = 0.0, 0, time.perf_counter()
        with (
            _watched(site.stack.pids()["members"]) as memory,
            site.gateway() as http,
            http.stream("GET", "/v1/organisations/export", params={"format": form}) as reply,
        ):
            reply.raise_for_status()
            for piece in reply.iter_raw():
                first = first or time.perf_counter() - began
                size += len(piece)
        seconds = time.perf_counter() - began
        yield Worked(f"export as {form}", rows, seconds, memory.before, memory.peak, first, size / 1e6)


def import_(site: Site, rows: int) -> Worked:
    """Import new organisations from a CSV file, until the last row is decided."""
    content = "\n".join(["中文名称,English name,Country,Type,Email,External ID", *_lines(rows)]).encode()
    with site.gateway() as http, _watched(site.stack.pids()["members-worker"]) as memory:
        began = time.perf_counter()
        sent = http.post(
            "/v1/imports",
            params={"resource": "organisations", "filename": "measured.csv"},
            content=content,
            headers={"Content-Type": "text/csv", "Idempotency-Key": f"import-{time.time_ns()}"},
        )
        sent.raise_for_status()
        ended = _followed(http, f"/v1/imports/{sent.json()['id']}", _IMPORTING)
        seconds = time.perf_counter() - began
    counts = ended["counts"]
    note = "" if counts["created"] == rows else f"{ended['state']}: {counts['created']} of {rows} created"
    size = len(content) / 1e6
    return Worked("import of organisations", rows, seconds, memory.before, memory.peak, megabytes=size, note=note)


def scan(site: Site, rows: int) -> Worked:
    """Look for duplicates among all organisations."""
    with site.gateway() as http, _watched(site.stack.pids()["members-worker"]) as memory:
        began = time.perf_counter()
        sent = http.post("/v1/duplicate-scans", json={"resource": "organisations"})
        sent.raise_for_status()
        ended = _followed(http, f"/v1/duplicate-scans/{sent.json()['id']}", _SCANNING)
        seconds = time.perf_counter() - began
    note = f"{ended['found']} likely pairs" if ended["state"] == "done" else f"state {ended['state']}"
    return Worked("scan for duplicates", rows, seconds, memory.before, memory.peak, note=note)


def _lines(rows: int) -> Iterator[str]:
    mark, chance = time.time_ns() % 1_000_000, random.Random(7)
    for number in range(rows):
        names = names_of(chance, 7_000_000 + number)
        country = COUNTRIES[number % len(COUNTRIES)]
        external = f"bench-{mark}-{number}"
        yield f"{names['zh']},{names['en']},{country},hotel,desk@import{mark}-{number}.example.org,{external}"


def _followed(http: httpx.Client, path: str, working: frozenset[str]) -> Any:
    ends = time.monotonic() + _PATIENCE
    while time.monotonic() < ends:
        reply = http.get(path)
        reply.raise_for_status()
        found = reply.json()
        if found["state"] not in working:
            return found
        time.sleep(0.25)
    raise TimeoutError(f"{path} was not done after {_PATIENCE:.0f} s")


@dataclass
class _Memory:
    before: float
    peak: float


@contextmanager
def _watched(pid: int) -> Iterator[_Memory]:
    process, done = psutil.Process(pid), threading.Event()
    memory = _Memory(_rss(process), _rss(process))

    def watch() -> None:
        while not done.wait(0.1):
            memory.peak = max(memory.peak, _rss(process))

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield memory
    finally:
        done.set()
        watching.join()
        memory.peak = max(memory.peak, _rss(process))


def _rss(process: psutil.Process) -> float:
    """Of a process and its children, in megabytes."""
    return float(sum(one.memory_info().rss for one in [process, *process.children(recursive=True)]) / 1e6)
