"""How fast a list leaves as a file through the gateway, and what the service's memory is meanwhile."""

import threading
import time
from dataclasses import dataclass

import httpx
import psutil

from tests.wire.stack import Stack

FORMS = ("csv", "xlsx", "jsonl", "vcard")


@dataclass
class Exported:
    """One file."""

    form: str
    rows: int
    seconds: float
    first_byte_seconds: float
    megabytes: float
    rss_before_megabytes: float
    rss_peak_megabytes: float
    """Of the process that wrote it."""

    @property
    def rows_per_second(self) -> float:
        """How fast it was."""
        return self.rows / self.seconds


def measure(stack: Stack, key: str, rows: int, forms: tuple[str, ...] = FORMS) -> list[Exported]:
    """Take the list of organisations in each form. `rows` is how many there are."""
    process = psutil.Process(stack.pids()["members"])
    return [_taken(f"{stack.url}/v1/organisations/export?format={form}", key, form, rows, process) for form in forms]


def _taken(url: str, key: str, form: str, rows: int, process: psutil.Process) -> Exported:
    before, peak, done = _rss(process), 0.0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.1):
            peak = max(peak, _rss(process))

    watching = threading.Thread(target=watch)
    watching.start()
    size, first = 0, 0.0
    began = time.perf_counter()
    try:
        with httpx.stream("GET", url, headers={"Authorization": f"Bearer {key}"}, timeout=60) as reply:
            reply.raise_for_status()
            for piece in reply.iter_raw():
                first = first or time.perf_counter() - began
                size += len(piece)
        seconds = time.perf_counter() - began
    finally:
        done.set()
        watching.join()
    return Exported(form, rows, seconds, first, size / 1e6, before, max(peak, _rss(process)))


def _rss(process: psutil.Process) -> float:
    """Of a process and its children, in megabytes."""
    return float(sum(one.memory_info().rss for one in [process, *process.children(recursive=True)]) / 1e6)
